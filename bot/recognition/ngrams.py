"""Hashed word and letter n-grams: what the words are, beside what the sentence means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.preprocessing import normalize

_WORD = r"(?u)\b\w[\w']*\b"  # an apostrophe belongs to its word
WORD_COLUMNS, LETTER_COLUMNS = 2**14, 2**15

Matrix = Any  # scipy.sparse.csr_matrix; scipy ships no types


class Ngrams:
    """Turns texts into two sparse matrices, words and letters, with rows of length 1.

    Hashing needs no vocabulary, so nothing that anybody wrote is kept in the model.
    """

    def __init__(self, idf: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None) -> None:
        """`idf`: the weight of each column, [WORD_COLUMNS] and [LETTER_COLUMNS], when trained."""
        self._words = HashingVectorizer(
            analyzer="word",
            ngram_range=(1, 2),
            n_features=WORD_COLUMNS,
            norm=None,
            token_pattern=_WORD,
        )
        self._letters = HashingVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), n_features=LETTER_COLUMNS, norm=None
        )
        self.idf = idf

    def fit(self, texts: Sequence[str]) -> tuple[Matrix, Matrix]:
        """Learns how rare each column is, and gives the matrices of these texts."""
        counts = self._counts(texts)
        rows = len(texts)
        words, letters = (
            (np.log((1 + rows) / (1 + np.bincount(m.indices, minlength=m.shape[1]))) + 1).astype(
                np.float32
            )
            for m in counts
        )
        self.idf = (words, letters)
        return self._weighted(counts)

    def transform(self, texts: Sequence[str]) -> tuple[Matrix, Matrix]:
        """The matrices of texts, [texts, WORD_COLUMNS] and [texts, LETTER_COLUMNS]."""
        return self._weighted(self._counts(texts))

    def _counts(self, texts: Sequence[str]) -> tuple[Matrix, Matrix]:
        return self._words.transform(texts), self._letters.transform(texts)

    def _weighted(self, counts: tuple[Matrix, Matrix]) -> tuple[Matrix, Matrix]:
        if self.idf is None:
            raise RuntimeError("the n-grams were not trained")
        words, letters = (_weigh(m, idf) for m, idf in zip(counts, self.idf, strict=True))
        return words, letters


def _weigh(matrix: Matrix, idf: NDArray[np.float32]) -> Matrix:
    # A word said often weighs little more than a word said once.
    matrix.data = np.sign(matrix.data) * np.log1p(np.abs(matrix.data)) * idf[matrix.indices]
    return sparse.csr_matrix(normalize(matrix, copy=False), dtype=np.float32)

"""Multinomial logistic regression over the joined features, fitted fast on few cores.

The features are wide (about 50,000 columns and a kernel) and the examples few (thousands), so the
fit runs in the space of the examples: the leading directions of their Gram matrix. The weights
then go back to examples and columns, and use is two products.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from bot.recognition.ngrams import Matrix

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Blocks:
    """Features by kind; one row for each text."""

    likeness: Floats  # [texts, examples]: how near each text's vector is to each example's, 0 to 1
    sparse: Matrix  # csr [texts, columns]

    @classmethod
    def join(
        cls, likeness: Floats, words: Matrix, letters: Matrix, weights: tuple[float, float]
    ) -> Blocks:
        """Puts words and letters side by side, multiplied by their weights."""
        both = [words * np.float32(weights[0]), letters * np.float32(weights[1])]
        return cls(likeness, sparse.hstack(both, format="csr", dtype=np.float32))


def likeness(vectors: Floats, examples: Floats, sharpness: float) -> Floats:
    """A Gaussian kernel between vectors of length 1: [texts, examples], 1 where they are equal.

    Near sentences count and far ones fade, which a plain product of the vectors does not do.
    """
    return np.exp(np.float32(sharpness) * (vectors @ examples.T - np.float32(1)))


@dataclass(frozen=True)
class Space:
    """The examples in few dimensions, and the way back to the examples."""

    rows: NDArray[np.float64]  # [examples, directions]
    back: Floats  # [examples, directions]: rows = gram @ back


def compress(features: Blocks, directions: int) -> Space:
    """Keeps the `directions` that carry most of the Gram matrix of the examples."""
    examples = features.likeness.shape[0]
    kept = min(directions, examples)
    gram = (features.sparse @ features.sparse.T).toarray() + features.likeness
    values, vectors = scipy.linalg.eigh(
        gram, subset_by_index=[examples - kept, examples - 1], check_finite=False
    )
    scale = np.sqrt(np.maximum(values, 1e-6)).astype(np.float32)
    return Space(rows=(vectors * scale).astype(np.float64), back=vectors / scale)


def fit_logistic(
    rows: NDArray[np.float64], labels: NDArray[np.str_], strength: float, iterations: int
) -> LogisticRegression:
    """A fitted classifier; `strength` is the inverse of the penalty (sklearn's C)."""
    classifier = LogisticRegression(C=strength, max_iter=iterations, tol=1e-3)
    with warnings.catch_warnings():
        # The tolerance matters: at 1e-2 the fit ends after a dozen steps, and authors who were
        # held out are understood seven to ten points worse. `iterations` only bounds the time.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return classifier.fit(rows, labels)


@dataclass(frozen=True)
class Weights:
    """A classifier over blocks."""

    likeness: Floats  # [examples, classes]
    sparse: Floats  # [columns, classes]
    bias: Floats  # [classes]

    @classmethod
    def of(cls, features: Blocks, space: Space, classifier: LogisticRegression) -> Weights:
        """The weights that act on features as the classifier acts on their space."""
        coefficients, bias = classifier.coef_, classifier.intercept_
        if len(bias) == 1:  # two classes: sklearn keeps the second one's row only
            coefficients = np.concatenate([-coefficients, coefficients])
            bias = np.concatenate([-bias, bias])
        across = (space.back @ coefficients.T).astype(np.float32)
        return cls(
            across,
            np.asarray(features.sparse.T @ across, dtype=np.float32),
            np.asarray(bias, dtype=np.float32),
        )

    def scores(self, features: Blocks) -> Floats:
        """Scores [texts, classes]; `softmax` makes them probabilities."""
        total = features.likeness @ self.likeness + features.sparse @ self.sparse + self.bias
        return np.asarray(total, dtype=np.float32)


def softmax(scores: Floats, temperature: float) -> Floats:
    """Probabilities over the last axis; a higher temperature is less sure."""
    scaled = (scores - scores.max(axis=-1, keepdims=True)) / temperature
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)

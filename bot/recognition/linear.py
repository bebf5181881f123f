"""Multinomial logistic regression over sentence vectors."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Linear:
    """Scores are `vectors @ weights + bias`; `softmax` makes them probabilities."""

    classes: list[str]
    weights: Floats  # [dimensions, classes]
    bias: Floats  # [classes]

    def scores(self, vectors: Floats) -> Floats:
        """Scores [texts, classes] of vectors [texts, dimensions]."""
        return np.asarray(vectors @ self.weights + self.bias, dtype=np.float32)


def fit(
    vectors: Floats,
    labels: Sequence[str],
    strength: float,
    iterations: int,
    weights: Mapping[str, float],
) -> Linear:
    """Learns labels from vectors.

    Args:
        vectors: [texts, dimensions].
        labels: of each text.
        strength: the inverse of the penalty (sklearn's C).
        iterations: at most.
        weights: how much a mistake with a label counts, where that is not 1.
    """
    counts = np.array([weights.get(label, 1.0) for label in labels])
    classifier: Any = LogisticRegression(C=strength, max_iter=iterations, tol=1e-3)
    with warnings.catch_warnings():
        # `iterations` only bounds the time: the last of them move no label.
        warnings.simplefilter("ignore", ConvergenceWarning)
        classifier.fit(vectors, np.asarray(labels), sample_weight=counts)
    rows, bias = classifier.coef_, classifier.intercept_
    if len(bias) == 1:  # two classes: sklearn keeps the second one's row only
        rows, bias = np.concatenate([-rows, rows]), np.concatenate([-bias, bias])
    return Linear(
        [str(name) for name in classifier.classes_],
        np.ascontiguousarray(rows.T, dtype=np.float32),
        np.asarray(bias, dtype=np.float32),
    )


def softmax(scores: Floats, temperature: float) -> Floats:
    """Probabilities over the last axis; a higher temperature is less sure."""
    scaled = (scores - scores.max(axis=-1, keepdims=True)) / temperature
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), dtype=np.float32)

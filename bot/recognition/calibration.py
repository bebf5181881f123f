"""How sure the classifier may sound: a temperature from examples whose author it never read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedKFold

from bot.recognition.linear import Floats, fit_logistic, softmax

_CANDIDATES = np.geomspace(0.2, 3.0, 60)


def held_out_scores(
    rows: NDArray[np.float64],
    labels: NDArray[np.str_],
    authors: Sequence[str],
    *,
    classes: NDArray[np.str_],
    strength: float,
    iterations: int,
    folds: int,
) -> Floats:
    """Scores [examples, classes] of each example from a fit without its author.

    Without at least two authors the folds are drawn by label instead. A class that a fold never
    saw scores as low as the fold's lowest.
    """
    groups = np.asarray(authors)
    distinct = len(set(authors))
    scores = np.zeros((len(labels), len(classes)), dtype=np.float32)
    if distinct >= 2:
        splits = GroupKFold(min(folds, distinct)).split(rows, labels, groups)
    else:
        splits = StratifiedKFold(2, shuffle=True, random_state=0).split(rows, labels)
    for train, test in splits:
        fitted = fit_logistic(rows[train], labels[train], strength, iterations)
        found = fitted.decision_function(rows[test])
        if found.ndim == 1:  # two classes
            found = np.stack([-found, found], axis=1)
        block = np.repeat(found.min(axis=1, keepdims=True), len(classes), axis=1)
        block[:, np.searchsorted(classes, fitted.classes_)] = found
        scores[test] = block
    return scores


def best_temperature(scores: Floats, truth: NDArray[np.intp]) -> float:
    """The temperature with the lowest log loss; `truth` holds the index of each right class."""
    rows = np.arange(len(truth))

    def loss(temperature: float) -> float:
        right = softmax(scores, temperature)[rows, truth]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    return float(min(_CANDIDATES, key=loss))

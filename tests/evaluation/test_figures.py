"""Each figure counts what it says, on cases that can be counted by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.recognition.figures import calibration_error, confusions, figures

#         right intent        given intent        how sure
CASES = [
    ("self_harm", "self_harm", 1.0),
    ("self_harm", "immediate_danger", 0.8),  # one of the two: seen as grave, not right
    ("immediate_danger", "feel_scared", 0.6),  # lost
    ("meet_in_person", "meet_in_person", 0.9),
    ("sextortion", "out_of_scope", 0.2),  # a situation lost
    ("sextortion", "sextortion", 0.9),
    ("thank", "self_harm", 0.5),  # a false crisis
    ("out_of_scope", "out_of_scope", 0.7),
    ("out_of_scope", "greet", 0.4),
    ("greet", "greet", 0.9),
]


def test_the_figures_count_what_they_say() -> None:
    truth, said, sure = zip(*CASES, strict=True)
    found = figures(truth, said, sure)
    assert found["right"] == pytest.approx(5 / 10)
    assert found["grave_recall"] == pytest.approx(2 / 3)
    assert found["crisis_recall"] == pytest.approx(3 / 4)
    assert found["false_crisis"] == pytest.approx(1 / 6)
    assert found["outside_kept_out"] == pytest.approx(1 / 2)
    assert found["situation_lost"] == pytest.approx(1 / 6)


def test_what_is_not_there_has_no_share() -> None:
    found = figures(["greet"], ["greet"], [1.0])
    assert math.isnan(found["crisis_recall"])
    assert found["right"] == 1.0


def test_honest_confidence_has_no_error_and_boasting_has() -> None:
    right = np.array([True] * 8 + [False] * 2)
    assert calibration_error(right, np.full(10, 0.8)) == pytest.approx(0.0)
    assert calibration_error(right, np.full(10, 1.0)) == pytest.approx(0.2)


def test_confusions_are_counted_and_right_answers_are_not() -> None:
    truth = ["greet", "greet", "thank", "thank"]
    said = ["thank", "thank", "thank", "greet"]
    assert confusions(truth, said, 5) == [("greet", "thank", 2), ("thank", "greet", 1)]

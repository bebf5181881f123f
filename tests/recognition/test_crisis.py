"""When the reflex speaks: phrases, the head's doubts, and the order of meanings."""

from __future__ import annotations

import pytest

from bot.recognition.crisis import decide


@pytest.mark.parametrize(
    ("ranking", "phrases", "expected"),
    [
        ([("greet", 0.9)], (), None),
        ([("greet", 0.9)], ("self_harm",), "self_harm"),
        ([("sextortion", 0.7), ("self_harm", 0.1)], (), None),
        ([("self_harm", 0.9)], (), "self_harm"),
        # four doubts make one certainty
        (
            [("greet", 0.3), ("abuse_offline", 0.3), ("immediate_danger", 0.25)],
            (),
            "abuse_offline",
        ),
        # a phrase of one crisis and the head's clear reading of a graver one
        ([("self_harm", 0.6)], ("meet_in_person",), "self_harm"),
        ([("abuse_offline", 0.6)], ("self_harm", "immediate_danger"), "self_harm"),
    ],
)
def test_the_gravest_counted_crisis_wins(
    ranking: list[tuple[str, float]], phrases: tuple[str, ...], expected: str | None
) -> None:
    assert decide(ranking, phrases, mass=0.5, single=0.4) == expected

"""When the reflex speaks: phrases, the head's doubts, and the order of meanings."""

from __future__ import annotations

import pytest

from bot.recognition.crisis import Limits, decide, read
from bot.recognition.messages import Ranking

LIMITS = Limits(mass=0.5, single=0.4, least=0.15)


@pytest.mark.parametrize(
    ("ranking", "phrases", "expected"),
    [
        ([("greet", 0.9)], (), None),
        ([("greet", 0.9)], ("self_harm",), "self_harm"),
        ([("sextortion", 0.7), ("self_harm", 0.1)], (), None),
        ([("self_harm", 0.9)], (), "self_harm"),
        # two doubts make one certainty
        (
            [("greet", 0.3), ("abuse_offline", 0.3), ("immediate_danger", 0.25)],
            (),
            "abuse_offline",
        ),
        # the best reading is none when it is unsure
        ([("self_harm", 0.35), ("feel_scared", 0.2)], (), None),
        # a phrase of one crisis and the head's clear reading of a graver one
        ([("self_harm", 0.6)], ("meet_in_person",), "self_harm"),
        ([("abuse_offline", 0.6)], ("self_harm", "immediate_danger"), "self_harm"),
    ],
)
def test_the_gravest_counted_crisis_wins(
    ranking: list[tuple[str, float]], phrases: tuple[str, ...], expected: str | None
) -> None:
    assert decide(ranking, phrases, LIMITS) == expected


@pytest.mark.parametrize(
    ("ranking", "phrases", "name", "crisis"),
    [
        # an unsure crisis leaves the next reading, or nothing
        ([("meet_in_person", 0.28), ("enticement", 0.2)], (), "enticement", None),
        ([("abuse_offline", 0.28), ("inform_audience", 0.1)], (), "out_of_scope", None),
        # a doubt of a crisis beside a question is none; beside an unsure accusation it is one
        ([("ask_legal", 0.5), ("abuse_offline", 0.35)], (), "ask_legal", None),
        ([("own_behaviour", 0.5), ("abuse_offline", 0.3)], (), "abuse_offline", "abuse_offline"),
        # a phrase is above everything
        ([("greet", 0.9)], ("self_harm",), "self_harm", "self_harm"),
        ([("sextortion", 0.5), ("self_harm", 0.1)], (), "sextortion", None),
    ],
)
def test_a_message_has_one_reading(
    ranking: Ranking, phrases: tuple[str, ...], name: str, crisis: str | None
) -> None:
    reading = read(ranking[0], ranking, phrases, LIMITS)
    assert (reading.name, reading.crisis) == (name, crisis)
    assert reading.ranking[0] == (reading.name, reading.chance)


def test_a_phrase_makes_its_crisis_certain() -> None:
    ranking = [("self_harm", 0.4), ("greet", 0.2)]
    assert read(ranking[0], ranking, ("self_harm",), LIMITS).chance == 1.0


def test_what_the_head_did_not_understand_stays_so() -> None:
    ranking = [("ask_legal", 0.2), ("deepfake", 0.19)]
    reading = read(("out_of_scope", 0.2), ranking, (), LIMITS)
    assert (reading.name, reading.ranking) == ("out_of_scope", ranking)

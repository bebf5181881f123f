"""Which reading stands where two meanings meet."""

from __future__ import annotations

import pytest

from bot.recognition.messages import Ranking
from bot.recognition.precedence import settle


@pytest.mark.parametrize(
    ("ranking", "expected"),
    [
        ([], None),
        ([("greet", 0.9), ("sextortion", 0.05)], "greet"),
        # an unsure accusation gives way to what happened to a victim
        ([("made_or_shared_image", 0.5), ("deepfake", 0.3)], "deepfake"),
        ([("made_or_shared_image", 0.4), ("greet", 0.3), ("sent_image", 0.2)], "sent_image"),
        ([("own_behaviour", 0.4), ("abuse_offline", 0.25)], "abuse_offline"),
        ([("unsafe_request", 0.45), ("sent_image", 0.3)], "sent_image"),
        # a sure one, and one without a victim near, stands
        ([("made_or_shared_image", 0.7), ("deepfake", 0.3)], "made_or_shared_image"),
        ([("made_or_shared_image", 0.5), ("deepfake", 0.2)], "made_or_shared_image"),
        ([("own_behaviour", 0.4), ("ask_legal", 0.3)], "own_behaviour"),
        # an unsure request is not understood
        ([("unsafe_request", 0.4), ("ask_block", 0.2)], "out_of_scope"),
        ([("unsafe_request", 0.4), ("out_of_scope", 0.3)], "out_of_scope"),
        ([("unsafe_request", 0.55), ("ask_block", 0.2)], "unsafe_request"),
        # a blackmailed adult is blackmailed
        ([("adult_victim", 0.6), ("sextortion", 0.2)], "sextortion"),
        ([("adult_victim", 0.6), ("sextortion", 0.15)], "adult_victim"),
        # a situation told together with a question or a feeling is the situation
        ([("ask_legal", 0.5), ("deepfake", 0.35)], "deepfake"),
        ([("feel_scared", 0.6), ("sextortion", 0.3)], "sextortion"),
        ([("ask_legal", 0.5), ("deepfake", 0.25)], "ask_legal"),
        ([("ask_legal", 0.4), ("ask_report", 0.35)], "ask_legal"),
        # but not an accusation, a crisis (it has its own limits), or the thing that is asked about
        ([("ask_legal", 0.5), ("own_behaviour", 0.4)], "ask_legal"),
        ([("feel_scared", 0.5), ("self_harm", 0.4)], "feel_scared"),
        ([("ask_definition", 0.6), ("deepfake", 0.35)], "ask_definition"),
    ],
)  # fmt: skip
def test_the_reading_of_the_taxonomy_stands(ranking: Ranking, expected: str | None) -> None:
    settled = settle(ranking)
    assert (settled[0][0] if settled else None) == expected


def test_a_victim_is_never_offered_the_accusation() -> None:
    settled = settle([("made_or_shared_image", 0.5), ("deepfake", 0.3), ("own_behaviour", 0.1)])
    assert settled == [("deepfake", 0.3)]


def test_the_question_stays_beside_the_situation() -> None:
    assert settle([("ask_legal", 0.5), ("deepfake", 0.35)]) == [
        ("deepfake", 0.35),
        ("ask_legal", 0.5),
    ]

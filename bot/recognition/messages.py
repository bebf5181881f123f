"""The names under which components leave their findings on a Rasa message."""

from __future__ import annotations

from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY
from rasa.shared.nlu.training_data.message import Message

LOCALE = "locale"
CRISIS = "crisis"
MEANINGS = "meanings"
WHOLE_TEXT = "whole_text"  # what was typed, before it was cut; never part of the output
OUT_OF_SCOPE = "out_of_scope"

# In the order of the taxonomy: the first that applies wins.
CRISIS_ORDER = ("self_harm", "immediate_danger", "meet_in_person", "abuse_offline")

Ranking = list[tuple[str, float]]


def set_intent(message: Message, name: str, confidence: float, ranking: Ranking) -> None:
    """Writes the intent and its ranking, best first, as Rasa's own classifiers do."""
    message.set(INTENT, {"name": name, "confidence": float(confidence)}, add_to_output=True)
    rows = [{"name": label, "confidence": float(value)} for label, value in ranking]
    message.set(INTENT_RANKING_KEY, rows, add_to_output=True)


def ranking_of(message: Message) -> Ranking:
    """The ranking that an earlier component wrote, best first."""
    rows = message.get(INTENT_RANKING_KEY) or []
    return [(str(row["name"]), float(row["confidence"])) for row in rows]

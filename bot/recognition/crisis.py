"""Puts crisis first: phrases that need no model, and what the head is sure of, make the intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.crisis import CrisisMatcher
from bot.recognition.component import TrainedComponent
from bot.recognition.entities import copy_data, digest_of
from bot.recognition.messages import (
    CRISIS,
    CRISIS_ORDER,
    MEANINGS,
    OUT_OF_SCOPE,
    WHOLE_TEXT,
    Ranking,
    ranking_of,
    set_intent,
)
from bot.recognition.payload import is_payload
from bot.recognition.precedence import settle


@dataclass(frozen=True)
class Limits:
    """From which probabilities on the head's crisis readings count.

    `single`: of one crisis intent. `mass`: of all of them together, so that several doubts make
    one certainty. `least`: of the reading that stands in for a crisis that did not count.
    """

    mass: float
    single: float
    least: float


def decide(ranking: Ranking, phrases: tuple[str, ...], limits: Limits) -> str | None:
    """The crisis intent of a message, or None.

    Args:
        ranking: the probabilities, best first.
        phrases: crisis intents whose phrases were seen; these always count.
        limits: from which probabilities on the others count.
    """
    chances = {name: value for name, value in ranking if name in CRISIS_ORDER}
    counted = {name for name, value in chances.items() if value >= limits.single} | set(phrases)
    if not counted and chances and sum(chances.values()) >= limits.mass:
        counted = {max(chances, key=lambda name: chances[name])}
    return next((name for name in CRISIS_ORDER if name in counted), None)


@dataclass(frozen=True)
class Reading:
    """What a message means after all: its intent, how sure, the whole ranking, and its crisis."""

    name: str
    chance: float
    ranking: Ranking
    crisis: str | None


def read(
    first: tuple[str, float], ranking: Ranking, phrases: tuple[str, ...], limits: Limits
) -> Reading:
    """Settles which of the head's readings stands, and puts a crisis before it.

    Args:
        first: the intent and probability that the head gave; out_of_scope where it was unsure.
        ranking: the head's probabilities, best first.
        phrases: crisis intents whose phrases were seen.
        limits: from which probabilities on a crisis counts.
    """
    crisis: str | None = None
    if ranking and first[0] == ranking[0][0]:
        ranking = settle(ranking)
        if first[0] != ranking[0][0] and ranking[0][0] in CRISIS_ORDER:
            crisis = ranking[0][0]  # rather a crisis than words for an offender
        first = ranking[0]
    crisis = decide(ranking, phrases, limits) or crisis
    if crisis is not None:
        # A phrase is certain; the head's own probability is given where it decided.
        sure = 1.0 if crisis in phrases else dict(ranking).get(crisis, 0.0)
        rest = [pair for pair in ranking if pair[0] != crisis]
        return Reading(crisis, sure, [(crisis, sure), *rest], crisis)
    if first[0] not in CRISIS_ORDER:
        return Reading(*first, ranking, None)
    # A crisis that did not count stays in the ranking: who is not understood is asked about it.
    others = [pair for pair in ranking if pair[0] not in CRISIS_ORDER]
    name, chance = (
        others[0] if others and others[0][1] >= limits.least else (OUT_OF_SCOPE, first[1])
    )
    rest = [pair for pair in ranking if pair[0] != name]
    return Reading(name, chance, [(name, chance), *rest], None)


def limits_of(config: Mapping[str, Any]) -> Limits:
    """The limits that a configuration of the reflex sets."""
    return Limits(float(config["mass"]), float(config["single"]), float(config["least"]))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisReflex(TrainedComponent[CrisisMatcher]):
    """Sets `crisis` and `meanings`, and the intent where the message is a crisis."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Limits chosen by benchmarks/recognition.py, holding out one author at a time.

        `data`: the phrases. `mass`, `single`, `least`: see `Limits`. `meaning`: the probability
        from which another intent is named in `meanings`.
        """
        return {
            "data": "data/crisis",
            "mass": 0.5,
            "single": 0.5,
            "least": 0.15,
            "meaning": 0.15,
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Changed phrases mean another training."""
        folder = config.get("data") or cls.get_default_config()["data"]
        return digest_of(Path(str(folder)))

    def train(self, training_data: TrainingData) -> Resource:
        """Checks the phrases and copies them into the model. Raises CrisisDataError."""
        source = Path(str(self._config["data"]))
        CrisisMatcher.from_directory(source)
        with self._storage.write_to(self._resource) as folder:
            copy_data(source, folder)
        return self._resource

    @classmethod
    def read(cls, folder: Path) -> CrisisMatcher:
        """The phrases."""
        return CrisisMatcher.from_directory(folder)

    def process(self, messages: list[Message]) -> list[Message]:
        """Reads the whole text, also the part that the head never saw."""
        for message in messages:
            if is_payload(message):
                continue
            match = self.learned.match(message.get(WHOLE_TEXT) or message.get(TEXT))
            phrases = () if match is None else (match.intent, *match.also)
            self._apply(message, phrases)
        return messages

    def _apply(self, message: Message, phrases: tuple[str, ...]) -> None:
        intent = message.get(INTENT) or {"name": OUT_OF_SCOPE, "confidence": 0.0}
        limits = limits_of(self._config)
        first = (str(intent["name"]), float(intent["confidence"]))
        reading = read(first, ranking_of(message), phrases, limits)
        if (reading.name, reading.chance) != first or reading.ranking != ranking_of(message):
            set_intent(message, reading.name, reading.chance, reading.ranking)
        message.set(CRISIS, reading.crisis, add_to_output=True)
        least = float(self._config["meaning"])
        others = [label for label in phrases if label != reading.name]
        others += [
            label
            for label, value in reading.ranking
            if value >= least
            and label not in (reading.name, OUT_OF_SCOPE, *others)
            # A crisis that did not count is not set aside either, to be brought up later.
            and (reading.crisis is not None or label not in CRISIS_ORDER)
        ]
        message.set(MEANINGS, others, add_to_output=True)

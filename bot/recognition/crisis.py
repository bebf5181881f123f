"""Puts crisis first: phrases that need no model, and the head's doubts, override the intent."""

from __future__ import annotations

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


def decide(ranking: Ranking, phrases: tuple[str, ...], mass: float, single: float) -> str | None:
    """The crisis intent of a message, or None.

    Args:
        ranking: the head's probabilities, best first.
        phrases: crisis intents whose phrases were seen; these always count.
        mass: the head's probability over all crisis intents that makes it a crisis.
        single: the probability of one crisis intent that makes that one count beside another.
    """
    chances = {name: value for name, value in ranking if name in CRISIS_ORDER}
    counted = {name for name, value in chances.items() if value >= single} | set(phrases)
    if not counted and chances and sum(chances.values()) >= mass:
        counted = {max(chances, key=lambda name: chances[name])}
    return next((name for name in CRISIS_ORDER if name in counted), None)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisReflex(TrainedComponent[CrisisMatcher]):
    """Sets `crisis` and `meanings`, and the intent where the message is a crisis."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`data`: the phrases; `mass` and `single`: see `decide`; `meaning`: the probability from
        which another intent is named in `meanings`."""
        return {"data": "data/crisis", "mass": 0.3, "single": 0.5, "meaning": 0.15}

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
        ranking = ranking_of(message)
        intent = message.get(INTENT) or {"name": OUT_OF_SCOPE, "confidence": 0.0}
        name = str(intent["name"])
        limits = float(self._config["mass"]), float(self._config["single"])
        crisis = decide(ranking, phrases, *limits)
        if crisis is None and name in CRISIS_ORDER:
            crisis = name  # the head's best reading, however unsure, is not talked away
        message.set(CRISIS, crisis, add_to_output=True)
        chances = dict(ranking)
        if crisis is not None and crisis != name:
            # A phrase is certain; the head's own probability is given where it decided.
            sure = 1.0 if crisis in phrases else chances.get(crisis, 0.0)
            rest = [(label, value) for label, value in ranking if label != crisis]
            set_intent(message, crisis, sure, [(crisis, sure), *rest])
            name = crisis
        least = float(self._config["meaning"])
        others = [label for label in phrases if label != name]
        others += [
            label
            for label, value in ranking
            if value >= least and label not in (name, OUT_OF_SCOPE, *others)
        ]
        message.set(MEANINGS, others, add_to_output=True)

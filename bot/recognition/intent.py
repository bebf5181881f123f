"""The intent head: which of the taxonomy's intents a message means, and how surely."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.recognition.component import TrainedComponent
from bot.recognition.linear import Floats, Linear, fit, softmax
from bot.recognition.messages import CRISIS_ORDER, OUT_OF_SCOPE, Ranking, set_intent
from bot.recognition.payload import is_payload
from bot.recognition.sources import sources_digest

_ARRAYS, _CLASSES = "head.npz", "head.json"


class NothingToLearn(RuntimeError):
    """There are no examples with text and intent to learn from."""


def is_noise(text: str) -> bool:
    """True for a text without letters and digits: the encoder reads every emoji alike.

    Keyboard mashing is left to the classifier, whose confidence is low for it.
    """
    return not any(character.isalnum() for character in text)


def dense_of(message: Message) -> Floats | None:
    """The encoder's vector of a message, [dimensions], or None where there is none."""
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else np.asarray(sentence.features, np.float32).reshape(-1)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentHead(TrainedComponent[Linear]):
    """Logistic regression over the sentence vector; nothing that anybody wrote is kept in it."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Chosen by benchmarks/recognition/hold_out.py on authors that nothing had read.

        `strength`: inverse penalty. `crisis_weight`: how much more an overlooked crisis counts
        than another mistake. `temperature`: makes probabilities honest; the encoder has
        read the training sentences, so that it cannot be learned from them. `threshold`: under
        this confidence the intent is out_of_scope. `ranking_length`: intents in the ranking.
        """
        return {
            "strength": 3.0,
            "iterations": 200,
            "crisis_weight": 2.0,
            "temperature": 0.85,
            "threshold": 0.25,
            "ranking_length": 10,
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that Rasa checks before training."""
        return ["sklearn"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """A change of how the head learns means another training."""
        return sources_digest("linear")

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the head and writes it to the model.

        Raises:
            NothingToLearn: fewer than two intents have examples with a text and a vector.
        """
        labels: list[str] = []
        vectors: list[Floats] = []
        for example in training_data.intent_examples:
            vector = dense_of(example)
            if example.get(INTENT) and example.get(TEXT) and vector is not None:
                labels.append(example.get(INTENT))
                vectors.append(vector)
        if len(set(labels)) < 2:
            raise NothingToLearn("examples of two intents or more are needed, with vectors")
        self.fit(np.stack(vectors), labels)
        self._persist()
        return self._resource

    def fit(self, vectors: Floats, labels: list[str]) -> None:
        """Learns from vectors [texts, dimensions] and their intents."""
        self._learned = fit(
            vectors,
            labels,
            float(self._config["strength"]),
            int(self._config["iterations"]),
            dict.fromkeys(CRISIS_ORDER, float(self._config["crisis_weight"])),
        )

    @property
    def classes(self) -> list[str]:
        """The intents, in the order of `probabilities`."""
        return self.learned.classes

    def probabilities(self, vectors: Floats) -> Floats:
        """Probabilities [texts, classes] in the order of `classes`."""
        return softmax(self.learned.scores(vectors), float(self._config["temperature"]))

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `intent` and `intent_ranking`; the ranking keeps what the threshold overrides."""
        for message in messages:
            if is_payload(message):
                continue
            vector = dense_of(message)
            if vector is None or is_noise(message.get(TEXT)):
                set_intent(message, OUT_OF_SCOPE, 0.0, [(OUT_OF_SCOPE, 0.0)])
                continue
            row = self.probabilities(vector.reshape(1, -1))[0]
            order = np.argsort(-row)[: int(self._config["ranking_length"])]
            ranking: Ranking = [(self.classes[place], float(row[place])) for place in order]
            name, confidence = ranking[0]
            if confidence < float(self._config["threshold"]):
                name = OUT_OF_SCOPE
            set_intent(message, name, confidence, ranking)
        return messages

    def _persist(self) -> None:
        learned = self.learned
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / _ARRAYS, weights=learned.weights, bias=learned.bias)
            (folder / _CLASSES).write_text(json.dumps(learned.classes), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Linear:
        """The weights and the names of the intents."""
        classes = json.loads((folder / _CLASSES).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            return Linear(list(classes), arrays["weights"], arrays["bias"])

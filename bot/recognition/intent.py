"""The intent head: which of the taxonomy's intents a message means, and how surely."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.recognition.calibration import best_temperature, held_out_scores
from bot.recognition.component import TrainedComponent, Untrained
from bot.recognition.linear import (
    Blocks,
    Floats,
    Weights,
    compress,
    fit_logistic,
    likeness,
    softmax,
)
from bot.recognition.messages import OUT_OF_SCOPE, Ranking, set_intent
from bot.recognition.ngrams import Ngrams
from bot.recognition.payload import is_payload
from bot.recognition.sources import sources_digest

_ARRAYS, _FACTS = "head.npz", "head.json"


class NothingToLearn(RuntimeError):
    """There are no examples with text and intent to learn from."""


@dataclass(frozen=True)
class Learned:
    """What training gives: `examples` are the vectors [examples, dimensions] of the kernel."""

    weights: Weights
    examples: Floats
    ngrams: Ngrams
    classes: list[str]
    temperature: float


def is_noise(text: str) -> bool:
    """True for a text without letters and digits: the encoder reads every emoji alike.

    Keyboard mashing is left to the classifier, whose confidence is low for it.
    """
    return not any(character.isalnum() for character in text)


def dense_of(message: Message) -> Floats | None:
    """The encoder's vector of a message, [dimensions], or None where there is none."""
    _, sentence = message.get_dense_features(TEXT)
    return None if sentence is None else np.asarray(sentence.features, np.float32).reshape(-1)


def author_of(message: Message) -> str:
    """Who wrote a training example: metadata of its intent block, or an empty string."""
    metadata = message.get(METADATA)
    block = metadata.get(INTENT) if isinstance(metadata, dict) else None
    return str(block.get("author", "")) if isinstance(block, dict) else ""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentHead(TrainedComponent[Learned]):
    """Logistic regression over the sentence vector and hashed n-grams, kept as npz and json."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Chosen by benchmarks/recognition.py, holding out one author at a time.

        `strength`: inverse penalty. `sharpness`: see linear.likeness. `weights`: of words and
        letters beside the vector. `directions`: see linear.compress. `folds`: fits for the
        temperature, 0 for none. `threshold`: under this confidence the intent is out_of_scope.
        `ranking_length`: intents in the ranking.
        """
        return {
            "strength": 10.0,
            "iterations": 150,
            "sharpness": 2.0,
            "weights": [0.4, 0.8],
            "directions": 1000,
            "folds": 3,
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
        return sources_digest("calibration", "linear", "ngrams")

    @property
    def _sharpness(self) -> float:
        return float(self._config["sharpness"])

    @property
    def _kinds(self) -> tuple[float, float]:
        words, letters = self._config["weights"]
        return float(words), float(letters)

    def train(self, training_data: TrainingData) -> Resource:
        """Fits the head and writes it to the model.

        Raises:
            NothingToLearn: fewer than two intents have examples with a text and a vector.
        """
        examples: list[Message] = []
        vectors: list[Floats] = []
        for example in training_data.intent_examples:
            vector = dense_of(example)
            if example.get(INTENT) and example.get(TEXT) and vector is not None:
                examples.append(example)
                vectors.append(vector)
        if len({example.get(INTENT) for example in examples}) < 2:
            raise NothingToLearn("examples of two intents or more are needed, with vectors")
        self.fit(
            [example.get(TEXT) for example in examples],
            np.stack(vectors),
            [example.get(INTENT) for example in examples],
            [author_of(example) for example in examples],
        )
        self._persist()
        return self._resource

    def fit(self, texts: list[str], dense: Floats, labels: list[str], authors: list[str]) -> None:
        """Learns from texts, their vectors [texts, dimensions], intents and authors."""
        strength, iterations = float(self._config["strength"]), int(self._config["iterations"])
        truth: NDArray[np.str_] = np.asarray(labels)
        # The model keeps examples in half precision, so the fit sees them so as well.
        examples: Floats = dense.astype(np.float16).astype(np.float32)
        near = likeness(examples, examples, self._sharpness)
        ngrams = Ngrams()
        features = Blocks.join(near, *ngrams.fit(texts), self._kinds)
        space = compress(features, int(self._config["directions"]))
        classifier = fit_logistic(space.rows, truth, strength, iterations)
        folds, temperature = int(self._config["folds"]), 1.0
        if folds > 1:
            scores = held_out_scores(
                space.rows,
                truth,
                authors,
                classes=classifier.classes_,
                strength=strength,
                iterations=iterations,
                folds=folds,
            )
            temperature = best_temperature(scores, np.searchsorted(classifier.classes_, truth))
        self._learned = Learned(
            Weights.of(features, space, classifier),
            examples,
            ngrams,
            [str(name) for name in classifier.classes_],
            temperature,
        )

    @property
    def classes(self) -> list[str]:
        """The intents, in the order of `probabilities`."""
        return self.learned.classes

    def probabilities(self, texts: list[str], dense: Floats) -> Floats:
        """Probabilities [texts, classes] in the order of `classes`."""
        learned = self.learned
        near = likeness(dense, learned.examples, self._sharpness)
        features = Blocks.join(near, *learned.ngrams.transform(texts), self._kinds)
        return softmax(learned.weights.scores(features), learned.temperature)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `intent` and `intent_ranking`; the ranking keeps what the threshold overrides."""
        for message in messages:
            if is_payload(message):
                continue
            text, vector = message.get(TEXT), dense_of(message)
            if vector is None or is_noise(text):
                set_intent(message, OUT_OF_SCOPE, 0.0, [(OUT_OF_SCOPE, 0.0)])
                continue
            classes = self.classes
            row = self.probabilities([text], vector.reshape(1, -1))[0]
            order = np.argsort(-row)[: int(self._config["ranking_length"])]
            ranking: Ranking = [(classes[place], float(row[place])) for place in order]
            name, confidence = ranking[0]
            if confidence < float(self._config["threshold"]):
                name = OUT_OF_SCOPE
            set_intent(message, name, confidence, ranking)
        return messages

    def _persist(self) -> None:
        learned = self.learned
        if learned.ngrams.idf is None:
            raise Untrained("the n-grams were not trained")
        words, letters = learned.ngrams.idf
        with self._storage.write_to(self._resource) as folder:
            # Half precision halves the model and moves no probability by more than 0.001.
            np.savez_compressed(
                folder / _ARRAYS,
                examples=learned.examples.astype(np.float16),
                likeness=learned.weights.likeness,
                sparse=learned.weights.sparse.astype(np.float16),
                bias=learned.weights.bias,
                words=words,
                letters=letters,
            )
            facts = {"classes": learned.classes, "temperature": learned.temperature}
            (folder / _FACTS).write_text(json.dumps(facts), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Learned:
        """The weights and facts."""
        facts = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            return Learned(
                Weights(arrays["likeness"], arrays["sparse"].astype(np.float32), arrays["bias"]),
                arrays["examples"].astype(np.float32),
                Ngrams((arrays["words"], arrays["letters"])),
                list(facts["classes"]),
                float(facts["temperature"]),
            )

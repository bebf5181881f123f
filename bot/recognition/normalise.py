"""Cleans a message's text before anything reads it."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.recognition.messages import WHOLE_TEXT
from bot.recognition.payload import is_payload
from bot.recognition.sources import sources_digest

LIMIT, BEGINNING, END = 1000, 700, 300  # characters
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'"})
_SPACE = re.compile(r"\s+")
_STRETCHED = re.compile(r"([^\d])\1{3,}", re.DOTALL)


def normalise(text: str) -> str:
    """The text in NFKC, on one line, without control and invisible characters.

    What hides in a message between letters (zero-width characters, soft hyphens, direction marks)
    is dropped; a letter held down is kept three times. A long text keeps its beginning and its
    end, where people say what happened and what they want.
    """
    if len(text) > 20 * LIMIT:  # nobody reads the middle, so it is not cleaned either
        text = text[: 10 * LIMIT] + " " + text[-10 * LIMIT :]
    text = unicodedata.normalize("NFKC", text)
    text = "".join(
        " " if character in "\t\n\r\v\f\x85" else character
        for character in text.translate(_QUOTES)
        if character in "\t\n\r\v\f\x85" or unicodedata.category(character)[0] != "C"
    )
    text = _SPACE.sub(" ", _STRETCHED.sub(r"\1\1\1", text)).strip()
    if len(text) > LIMIT:
        text = text[:BEGINNING].rstrip() + " " + text[-END + 1 :].lstrip()
    return text


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class Normaliser(GraphComponent):
    """Replaces each message's text by its clean form; payloads stay as they are."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Another way to clean texts means another training."""
        return sources_digest("normalise")

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Normaliser:
        """Nothing to load."""
        return cls()

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets the clean text."""
        for message in messages:
            if not is_payload(message):
                message.set(WHOLE_TEXT, message.get(TEXT))
                message.set(TEXT, normalise(message.get(TEXT)))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Training sees the same clean text as use."""
        for message in training_data.training_examples:
            if not is_payload(message):
                message.set(TEXT, normalise(message.get(TEXT)))
        return training_data

"""Decides whether a message is English or Spanish."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from lingua import Language, LanguageDetectorBuilder
from lingua import LanguageDetector as Detector
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.recognition.messages import LOCALE
from bot.recognition.payload import is_payload


@lru_cache(maxsize=4)
def _detector(locales: tuple[str, ...]) -> Detector:
    """Lingua over these locales alone, with all of its n-gram lengths: chat texts are short."""
    known = {language.iso_code_639_1.name.lower(): language for language in Language.all()}
    return LanguageDetectorBuilder.from_languages(*(known[locale] for locale in locales)).build()


def detect(
    text: str,
    hint: str | None = None,
    locales: tuple[str, ...] = ("en", "es"),
    *,
    short_words: int = 2,
    confident: float = 0.75,
    confident_short: float = 0.9,
    names: tuple[str, ...] = (),
) -> str:
    """The locale of a text.

    The hint, or the first locale where there is none, wins when the text has no letters or the
    detector is less sure than `confident` (0 to 1); against a hint, a text of at most
    `short_words` words needs `confident_short`. "No", "ok" and a platform's name belong to
    every language, and so do the `names` that a Spanish sentence asks for in English.
    """
    fallback = hint if hint in locales else None
    text = _without(text, names)
    words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
    if not words or len(locales) < 2:
        return fallback or locales[0]
    best = _detector(locales).compute_language_confidence_values(text)[0]
    needed = confident_short if fallback and len(words) <= short_words else confident
    if best.value < needed:
        return fallback or locales[0]
    return str(best.language.iso_code_639_1.name).lower()


def _without(text: str, names: tuple[str, ...]) -> str:
    if not names:
        return text
    known = "|".join(re.escape(name) for name in names)
    return re.sub(rf"\b(?:{known})\b", " ", text, flags=re.IGNORECASE)


def hint_of(message: Message) -> str | None:
    """The locale that the channel knows, from the message's metadata: "es-MX" is "es"."""
    metadata = message.get(METADATA)
    value = metadata.get("locale") if isinstance(metadata, dict) else None
    return value.replace("_", "-").split("-")[0].lower() if isinstance(value, str) else None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class LanguageDetector(GraphComponent):
    """Sets `locale` on the message and in the parse result."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`locales`: the first is the default; `names` of services and apps tell no language; the
        others: see `detect`."""
        return {
            "locales": ["en", "es"],
            "short_words": 2,
            "confident": 0.75,
            "confident_short": 0.9,
            "names": [],
        }

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that Rasa checks before training."""
        return ["lingua"]

    def __init__(self, config: dict[str, Any]) -> None:
        """Builds the detector, so that the first message does not wait for it."""
        self._locales = tuple(str(locale) for locale in config["locales"])
        self._limits: dict[str, Any] = {
            "short_words": int(config["short_words"]),
            "confident": float(config["confident"]),
            "confident_short": float(config["confident_short"]),
            "names": tuple(str(name) for name in config["names"]),
        }
        detect("which language is this", None, self._locales)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LanguageDetector:
        """Reads the configuration only."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Sets `locale`; a payload keeps the hint."""
        for message in messages:
            text = "" if is_payload(message) else message.get(TEXT)
            locale = detect(text, hint_of(message), self._locales, **self._limits)
            message.set(LOCALE, locale, add_to_output=True)
        return messages

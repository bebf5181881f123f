"""Tells a button's payload from a typed message.

Rasa's RegexMessageHandler runs after every component of the pipeline and replaces a payload's
intent and entities with its own. Our components leave payloads alone, so that none of them
spends time on one or reads a meaning into it.
"""

from __future__ import annotations

import re

from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

_PAYLOAD = re.compile(r"\s*/[a-z][a-z0-9_]*\s*(@\d?\.?\d+)?\s*(\{.*\})?\s*", re.DOTALL)


def is_payload(message: Message) -> bool:
    """True for `/intent`, `/intent{"entity": "value"}` and for a message without text."""
    text = message.get(TEXT)
    return not isinstance(text, str) or _PAYLOAD.fullmatch(text) is not None


def as_typed(text: str) -> str:
    """The text without leading slashes: what a person types is never a payload."""
    return text.lstrip("/ \t\r\n\v\f\u00a0\u2003\u3000") if "/" in text[:64] else text

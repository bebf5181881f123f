"""What the lines of a locale find in a text, as tables of cases compare it."""

from __future__ import annotations

from typing import Any

from bot.recognition.entities import read_entities
from bot.recognition.finder import Finder
from bot.recognition.normalise import normalise


def values(finder: Finder, text: str) -> dict[str, list[Any]]:
    """Entity -> its values, in their order in the text."""
    found: dict[str, list[Any]] = {}
    for row in read_entities(finder, normalise(text)):
        found.setdefault(row["entity"], []).append(row["value"])
    return found

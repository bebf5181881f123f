"""A typed text that means an offered button: its label, its number, or a synonym of its choice."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_EDGES = ' .,;:!?()[]"-_*/\\…'
_APOSTROPHES = "'’`"
_SPACES = re.compile(r"\s+")
_PAYLOAD = re.compile(r"^/([a-z_]+)(\{.*\})?$")


@dataclass(frozen=True)
class Offered:
    """A button that was shown: its label and the payload behind it."""

    label: str
    payload: str


# Without a label and never counted: they are words, not buttons.
NAVIGATION = tuple(
    Offered("", f'/{intent}{{"choice": "{choice}"}}')
    for intent, choices in {
        "affirm": ("done", "next", "whole_plan"),
        "deny": ("cant",),
        "repeat": ("why", "back"),
    }.items()
    for choice in choices
)


class Commands:
    """data/commands/<locale>.yml: the value or intent of a button -> what people type instead."""

    def __init__(self, locales: Mapping[str, Mapping[str, Any]]) -> None:
        self._values: dict[str, dict[str, frozenset[str]]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        for locale, entries in locales.items():
            self._values[locale] = {
                str(value): frozenset(plain(str(word)) for word in words)
                for value, words in (entries.get("values") or {}).items()
            }
            self._numbers[locale] = {
                plain(str(word)): int(number)
                for number, words in (entries.get("numbers") or {}).items()
                for word in (str(number), *words)
            }

    @classmethod
    def from_directory(cls, folder: Path) -> Commands:
        """Read every locale's file. Raises yaml.YAMLError with the place of a mistake."""
        return cls(
            {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in folder.glob("*.yml")}
        )

    def match(self, text: str, offered: Sequence[Offered], locale: str) -> str | None:
        """The payload of the offered button that a text means, or None."""
        said = plain(text)
        if not said:
            return None
        for button in offered:
            if said == plain(button.label):
                return button.payload
        synonyms = self._values.get(locale, {})
        for button in offered:
            if any(said in synonyms.get(value, ()) for value in _values_of(button.payload)):
                return button.payload
        number = self._numbers.get(locale, {}).get(said, 0)
        # "15" may be an age: only a number on offer is a choice.
        chosen = offered[number - 1] if 0 < number <= len(offered) else None
        return chosen.payload if chosen and chosen.label else None


def plain(text: str) -> str:
    """Lower case, no accents and apostrophes, no marks at the edges, single spaces."""
    text = unicodedata.normalize("NFKD", text.casefold())
    text = "".join(c for c in text if not unicodedata.combining(c) and c not in _APOSTROPHES)
    return _SPACES.sub(" ", text).strip(_EDGES)


def _values_of(payload: str) -> tuple[str, ...]:
    """What a payload means: its entity values, or its intent when it has none."""
    match = _PAYLOAD.match(payload)
    if match is None:
        return ()
    if match[2] is None:
        return (match[1],)
    return tuple(str(value) for value in json.loads(match[2]).values())

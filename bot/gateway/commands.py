"""A typed text that means an offered button: its label, its number, or a synonym of its choice."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.located import Located, read_located
from bot.content.problems import ContentError, Problem

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


# While a crisis is open: "I'm ok" and "I won't call" answer it, whatever was said last; its plan is
# there for who asks for it.
CRISIS_WORDS = (
    Offered("", '/affirm{"choice": "whole_plan"}'),
    Offered("", '/affirm{"choice": "safe"}'),
    Offered("", '/deny{"choice": "wont_call"}'),
)

# In any state.
ALWAYS = (Offered("", "/start_over"), Offered("", "/delete_data"))


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

    @property
    def always(self) -> tuple[Offered, ...]:
        """What may be said in any state: erasing, starting over, and each language by its name."""
        languages = (f'/switch_language{{"language": "{locale}"}}' for locale in self._values)
        return (*ALWAYS, *(Offered("", payload) for payload in languages))

    @classmethod
    def from_directory(cls, folder: Path) -> Commands:
        """Read every locale's file. Raises ContentError with the place of each mistake."""
        locales: dict[str, Mapping[str, Any]] = {}
        problems: list[Problem] = []
        for path in sorted(folder.glob("*.yml")):
            source, found = read_located(path, folder.parent.parent)
            problems += found or _mistakes(source)
            locales[path.stem] = source.data
        if problems:
            raise ContentError(problems)
        return cls(locales)

    def match(self, text: str, offered: Sequence[Offered], locale: str) -> str | None:
        """The payload of the offered button that a text means, or None.

        The words of `locale` come first; people who write two languages mix their commands too.
        """
        said = plain(text)
        if not said:
            return None
        for button in offered:
            if said == plain(button.label):
                return button.payload
        others = (each for each in self._values if each != locale)
        found = (self._synonym(said, offered, each) for each in (locale, *others))
        return next((payload for payload in found if payload is not None), None)

    def _synonym(self, said: str, offered: Sequence[Offered], locale: str) -> str | None:
        synonyms = self._values.get(locale, {})
        for button in offered:
            if any(said in synonyms.get(value, ()) for value in _values_of(button.payload)):
                return button.payload
        number = self._numbers.get(locale, {}).get(said, 0)
        # "15" may be an age: only a number on offer is a choice.
        chosen = offered[number - 1] if 0 < number <= len(offered) else None
        return chosen.payload if chosen and chosen.label else None


def _mistakes(source: Located) -> list[Problem]:
    """What is not as data/commands/en.yml shows it."""
    if not isinstance(source.data, dict):
        return [source.problem((), "holds no names", "Write `values:` and its entries.")]
    problems: list[Problem] = []
    for group in ("values", "numbers"):
        entries = source.data.get(group) or {}
        if not isinstance(entries, dict):
            problems.append(
                source.problem((group,), f"{group} holds no names", "Name its entries.")
            )
            continue
        for name, words in entries.items():
            where = (group, name)
            if not isinstance(words, list) or any(isinstance(word, dict | list) for word in words):
                remedy = 'Write it as "name": ["one", "another"].'
                problems.append(source.problem(where, f"{name} is no list of words", remedy))
            if group == "numbers" and not name.isdecimal():
                problems.append(source.problem(where, f"{name} is no number", "Use digits."))
    return problems


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

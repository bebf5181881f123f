"""How a text is worded: length, words that blame, promise or hurt, typed numbers and links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from bot.content.checks.material import LocaleWords, Material
from bot.content.problems import Problem
from bot.content.scripts import Edition, without_placeholders

_DASH = r"[-\u2010-\u2015\u2212]"
# Two ages, and not two pairs out of a longer number.
_AGES = re.compile(rf"(?<![\d-])(?<!\d\s)\d{{1,2}}\s?{_DASH}\s?\d{{1,2}}(?!\s?{_DASH}?\s?\d)")
_NUMBER = re.compile(r"\d(?:[\s\-\u2010-\u2015\u2212.()/]*\d){2,}")
_LINK = re.compile(r"https?:|www\.|\b[\w-]{2,}\.[a-z]{2,}\b|\w@\w", re.I)
_LOUD = re.compile("[!¡\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]")


def wording(material: Material) -> Iterator[Problem]:
    """Problems of every edition."""
    for edition in material.editions:
        for message, remedy in _findings(material, edition):
            shown = f"{edition.script} [{edition.audience or 'default'}] {message}"
            yield Problem(edition.file, edition.line, shown, remedy)


def _findings(material: Material, edition: Edition) -> Iterator[tuple[str, str]]:
    policy = material.policy
    words = policy.words.get(edition.locale, LocaleWords())
    count = len(without_placeholders(edition.text).split())
    if count > policy.bubble_words:
        yield f"has {count} words", f"Cut it to {policy.bubble_words} or make it two steps."
    audience = edition.audience or "default"
    for part in (edition.text, *(button.title for button in edition.buttons)):
        yield from typed(part, words)
        yield from _words(part, words, audience)
    for button in edition.buttons:
        if len(button.title) > policy.button_characters:
            message = f"has a button of {len(button.title)} characters ({button.title!r})"
            yield message, f"Cut it to {policy.button_characters}."
    if edition.script.startswith("utter_choice_") and len(edition.text) > policy.button_characters:
        message = f"is a button label of {len(edition.text)} characters"
        yield message, f"Cut it to {policy.button_characters}."


def typed(text: str, words: LocaleWords) -> Iterator[tuple[str, str]]:
    """Numbers, addresses and loud signs that somebody typed: what is wrong, and how to mend it."""
    remedy = "Name a handoff or a resource; its card prints the number or address."
    plain = _plain(without_placeholders(text, ""))
    number = _NUMBER.search(_AGES.sub(" ", plain))
    if number:
        yield f"has a typed number ({number[0]!r})", remedy
    link = _LINK.search(plain)
    if link:
        yield f"has a typed address ({link[0]!r})", remedy
    if words.call and words.numbers:
        spoken = (
            rf"{_any(words.call)}\s+(?:\w+\s+)?{_any(words.numbers)}[\s-]+{_any(words.numbers)}"
        )
        found = re.search(spoken, plain, re.I)
        if found:
            yield f"has a number in words ({found[0]!r})", remedy
    loud = _LOUD.search(text)
    if loud:
        yield f"has {loud[0]!r}", "Stay calm: no exclamation marks, no symbols."


def _words(text: str, words: LocaleWords, audience: str) -> Iterator[tuple[str, str]]:
    for name, group in words.groups.items():
        if group.audiences is None or audience in group.audiences:
            found = finds(text, group.words, words.allowed)
            if found:
                yield f"has a word of {name} ({found!r})", group.remedy


def finds(text: str, words: Iterable[str], allowed: Iterable[str] = ()) -> str | None:
    """The first of `words` in a text, as it stands there, but for what `allowed` matches."""
    plain = _plain(text)
    if permitted := tuple(allowed):
        plain = re.sub(_any(permitted), " ", plain, flags=re.IGNORECASE)
    found = re.search(_any(tuple(words)), plain, re.IGNORECASE)
    return found[0] if found else None


def mentions(text: str, words: Iterable[str]) -> bool:
    """Whether a text has one of the words; a star stands for any letters."""
    given = tuple(words)
    return bool(given) and re.search(_any(given), _plain(text), re.I) is not None


@lru_cache(maxsize=256)
def _any(words: tuple[str, ...]) -> str:
    parts = (re.escape(word).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for word in words)
    return rf"\b(?:{'|'.join(parts)})\b"


def _plain(text: str) -> str:
    # Digits of other scripts and invisible characters must not hide a number.
    normal = unicodedata.normalize("NFKC", text).replace("\u2019", "'")
    kept = (c for c in normal if unicodedata.category(c) != "Cf")
    return "".join(
        str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in kept
    )

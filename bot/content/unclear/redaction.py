"""Redacted forms of what was not understood: common words alone, all else is one mark.

A word survives when it stands in three training sentences of its language and is no name: a closed
vocabulary, so that what nobody foresaw is hidden and not shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.located import read_located

MARK = "▢"
MOST_WORDS = 25
LEAST_KNOWN = 2
LEAST_SENTENCES = 3
FILE = "data/unclear.yml"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_QUOTES = str.maketrans("’‘`´ʼ", "'''''")
# A handle, an address, a number or a link: nothing of it survives, whatever words it is made of.
_NEVER = re.compile(r"[@#_/\\:=+&%$<>|~^*]|\.\w|\d")
_ENTITY = re.compile(r"\[([^]]*)\](?:\([^)]*\)|\{[^}]*\})")
_SENTENCE_START = re.compile(r"(?:^|[.!?:¿¡\"“(-])\s*$")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_QUOTES)


@dataclass(frozen=True)
class Redaction:
    """Locale -> the words that survive."""

    vocabulary: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, root: Path, locales: Iterable[str]) -> Redaction:
        """The vocabulary of a project's training sentences; reads all of data/nlu once."""
        lists = word_lists(root)
        return cls({locale: _vocabulary(root, locale, lists) for locale in locales})

    def words(self, text: str, locale: str) -> str | None:
        """The redacted form, 25 words and marks at most; None where fewer than two words are known.

        Case goes, so that no name shows by its capital; runs of marks are one mark.
        """
        known = self.vocabulary.get(locale, frozenset())
        kept: list[str] = []
        for part in _plain(text).casefold().split():
            never = _NEVER.search(part) is not None
            for word in (MARK,) if never else _WORD.findall(part):
                shown = word if word in known else MARK
                if shown != MARK or kept[-1:] != [MARK]:
                    kept.append(shown)
            if len(kept) > MOST_WORDS:
                break
        kept = kept[:MOST_WORDS]
        if sum(word != MARK for word in kept) < LEAST_KNOWN:
            return None
        return " ".join(kept)


def joined(words: Iterable[str]) -> str:
    """Words and marks as one text, runs of marks as one."""
    kept: list[str] = []
    for word in words:
        if word != MARK or kept[-1:] != [MARK]:
            kept.append(word)
    return " ".join(kept)


def word_lists(root: Path) -> dict[str, dict[str, frozenset[str]]]:
    """data/unclear.yml: names, no_names and stop_words by locale; empty without the file."""
    if not (root / FILE).is_file():
        return {}
    data: Any = read_located(root / FILE, root)[0].data or {}
    return {
        kind: {locale: frozenset(map(str, words)) for locale, words in by_locale.items()}
        for kind, by_locale in data.items()
    }


def _vocabulary(
    root: Path, locale: str, lists: Mapping[str, Mapping[str, frozenset[str]]]
) -> frozenset[str]:
    sentences: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    small: Counter[str] = Counter()
    for text in _sentences(root, locale):
        found = [(match[0], match.start()) for match in _WORD.finditer(text)]
        sentences.update({word.casefold() for word, _ in found})
        if text.isupper():
            continue
        for word, start in found:
            if word[0].islower():
                small[word.casefold()] += 1
            elif not _SENTENCE_START.search(text[:start]):
                capital[word.casefold()] += 1
    names, fine, letters = (
        lists.get(kind, {}).get(locale, frozenset()) for kind in ("names", "no_names", "stop_words")
    )
    return frozenset(
        word
        for word, number in sentences.items()
        if number >= LEAST_SENTENCES
        and word not in names
        and word.removesuffix("'s") not in names
        and (word in fine or capital[word] <= small[word])
        and (len(word) > 1 or word in letters)
    )


def _sentences(root: Path, locale: str) -> Iterator[str]:
    """Each different training sentence once, without the marks of entities."""
    seen: set[str] = set()
    for path in sorted((root / "data" / "nlu" / locale).glob("*.yml")):
        for line in path.read_text("utf-8", errors="replace").splitlines():
            text = line.strip()
            if text.startswith("- ") and not text.startswith("- intent:"):
                plain = _plain(_ENTITY.sub(r"\1", text[2:]))
                if plain.casefold() not in seen:
                    seen.add(plain.casefold())
                    yield plain

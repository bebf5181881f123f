"""Runs only those lines of a locale that a text can meet; the others would cost as much."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

Pattern = list[dict[str, Any]]
Needs = tuple[frozenset[str], ...]  # of each of these a text must have one word; the fewest first


class LineMatcher:
    """spaCy's Matcher, parted by the words that a line cannot do without."""

    def __init__(self, vocab: Vocab) -> None:
        """Shares the pipeline's vocabulary."""
        self._vocab = vocab
        self._parts: dict[Needs, Matcher] = {}
        self._by_word: dict[str, list[Needs]] = {}

    def add(self, label: str, patterns: Sequence[Pattern]) -> None:
        """Adds lines under a label, as spaCy's Matcher does."""
        grouped: dict[Needs, list[Pattern]] = {}
        for pattern in patterns:
            grouped.setdefault(_needs(pattern), []).append(pattern)
        for needs, several in grouped.items():
            if needs not in self._parts:
                self._parts[needs] = Matcher(self._vocab)
                for word in needs[0] if needs else ():
                    self._by_word.setdefault(word, []).append(needs)
            self._parts[needs].add(label, several)

    def __call__(self, doc: Doc) -> list[tuple[int, int, int]]:
        """Label, first token and token behind the last, of each line that is met."""
        words = {token.norm_ for token in doc}
        likely: dict[Needs, None] = {(): None}  # in a fixed order, each once
        for token in doc:
            likely.update(dict.fromkeys(self._by_word.get(token.norm_, ())))
        return [
            found
            for needs in likely
            if needs in self._parts and not any(words.isdisjoint(some) for some in needs)
            for found in self._parts[needs](doc)
        ]


def _needs(pattern: Pattern) -> Needs:
    """The choices of words of a line that are not optional; none where it names no whole word."""
    choices = {
        frozenset(token["NORM"]["IN"])
        for token in pattern
        if "OP" not in token and "IN" in token["NORM"]
    }
    return tuple(sorted(choices, key=lambda words: (len(words), sorted(words))))

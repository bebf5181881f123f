"""From a folded token to the positions it may hold, misspelled words included."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from bot.crisis.automaton import Automaton
from bot.crisis.normalise import squeeze, unleet

_SHORTEST_TYPO = 6  # letters of a known word; in shorter ones a slip is too often another word
_SHORTEST_GLUED = 8
_LONGEST = 60  # letters of a token that is looked at twice


@dataclass
class _Budget:
    """How many unknown words of one text are looked at twice: a hostile text must stay cheap."""

    typos: int = 3000
    glued: int = 200
    censored: int = 50


class Speller:
    """Knows the words of one automaton and reads others as slips of them. Safe to share."""

    def __init__(self, automaton: Automaton) -> None:
        self._exact = automaton.mask
        self._words = automaton.words
        self._squeezed: dict[str, int] = {}
        self._shortened: dict[str, int] = {}
        self._longest = max(map(len, automaton.words), default=0)
        for word, mask in automaton.words.items():
            short = squeeze(word)
            self._squeezed[short] = self._squeezed.get(short, 0) | mask
            if len(word) >= _SHORTEST_TYPO:
                # Not the last letter: without it "scared" is another word.
                for slip in islice(_one_less(word), len(word) - 2):
                    self._shortened[slip] = self._shortened.get(slip, 0) | mask

    def read(self, tokens: list[str]) -> tuple[list[str], dict[str, int]]:
        """Give the tokens, glued ones taken apart, and for each word the places it may hold."""
        known: dict[str, int] = {}
        apart: dict[str, list[str]] = {}
        budget = _Budget()
        for token in dict.fromkeys(tokens):
            known[token] = self._exact(token)
            if token in self._words or len(token) > _LONGEST:
                continue
            parts = self._second_look(token, known, budget)
            if parts != [token]:
                apart[token] = parts
        if not apart:
            return tokens, known
        for part in {part for parts in apart.values() for part in parts}:
            known.setdefault(part, self._exact(part))
        return [part for token in tokens for part in apart.get(token, (token,))], known

    def _second_look(self, token: str, known: dict[str, int], budget: _Budget) -> list[str]:
        """Widen what the token may be, in `known`; give the tokens to read in its place."""
        if "*" in token and budget.censored:
            budget.censored -= 1
            known[token] |= self._censored(token)
        elif not token.isalnum():
            # An emoji that is in no pattern does not part the words around it.
            return [token] if known[token] else []
        elif not token.isdigit():
            if len(token) >= _SHORTEST_GLUED and budget.glued:
                budget.glued -= 1
                parts = self._take_apart(token)
                if len(parts) > (2 if known[token] else 1):
                    return parts
            if budget.typos:
                budget.typos -= 1
                known[token] |= self._slip(token)
        return [token]

    def _slip(self, token: str) -> int:
        if not token.isalpha():
            first, second = unleet(token)
            return self._exact(first) | self._exact(second)
        if len(token) < 3:
            return 0
        short = squeeze(token)
        # Only a doubled letter is taken for a stretched one: "nose" is no slip of "noose".
        if short != token and (found := self._squeezed.get(short, 0) | self._exact(short)):
            return found
        if len(token) + 1 < _SHORTEST_TYPO:
            return 0
        found = self._shortened.get(token, 0)  # a letter is missing
        for slip in _one_less(token):  # a letter too many
            found |= self._words.get(slip, 0) if len(slip) >= _SHORTEST_TYPO else 0
        for slip in _swapped(token):
            found |= self._words.get(slip, 0)
        return found

    def _censored(self, token: str) -> int:
        shape = re.compile(re.escape(token).replace(r"\*", r"\w"))
        found = 0
        for word, mask in self._words.items():
            if shape.fullmatch(word):
                found |= mask
        return found

    def _take_apart(self, token: str) -> list[str]:
        """Split "iwanttodie" into known words, the fewest; the token itself where none fit."""
        best: list[list[str] | None] = [[]] + [None] * len(token)
        for end in range(1, len(token) + 1):
            for start in range(max(0, end - self._longest), end):
                before, word = best[start], token[start:end]
                if before is None or word not in self._words:
                    continue
                if len(word) == 1 and word not in "iyu":
                    continue
                present = best[end]
                if present is None or len(before) + 1 < len(present):
                    best[end] = [*before, word]
        parts = best[-1]
        # Short pieces are more often an ordinary word ("the rapist", "pic as sos").
        if (
            parts is None
            or max(map(len, parts)) < 4
            or (len(parts) == 2 and min(map(len, parts)) < 4)
        ):
            return [token]
        return parts


def _one_less(word: str) -> Iterator[str]:
    # The first letter is kept: people rarely miss it, and without it words turn into others.
    return (word[:at] + word[at + 1 :] for at in range(1, len(word)))


def _swapped(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1))

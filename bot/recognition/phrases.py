"""The small language of data/entities: from a line of it to a spaCy token pattern.

word      that word; case, accents and apostrophes do not matter ("don't" is "dont")
word*     any word that begins so
a|b|c*    one of these
a|b?      one of these, or nothing
~3        up to three words, any, inside one sentence
<name>    one of the list of that name, word by word
<number>  a number, in digits or as a word of the list `numbers`
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from spacy.tokens import Doc
from spacy.vocab import Vocab

_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)*|[^\w\s]|_")


class PhraseError(ValueError):
    """A line of data/entities breaks the language; the message holds the line."""


def fold(word: str) -> str:
    """The form in which words are compared: lower case, no accents, no apostrophes."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    kept = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter for letter in kept if letter not in "'\u2019")


class Splitter:
    """A spaCy tokenizer: words keep their apostrophes, numbers part from letters ("15yo")."""

    def __init__(self, vocab: Vocab) -> None:
        """Shares the pipeline's vocabulary."""
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """The tokens of a text that `normalise` cleaned: its spaces are single ones."""
        words: list[str] = []
        spaces: list[bool] = []
        for found in _TOKEN.finditer(text):
            words.append(found[0])
            spaces.append(text[found.end() : found.end() + 1] == " ")
        return Doc(self.vocab, words=words, spaces=spaces)


def compile_line(line: str, lists: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """One line as a pattern for spaCy's Matcher, which reads the folded form as NORM.

    Raises:
        PhraseError: an unknown list, or nothing to match.
    """
    pattern: list[dict[str, Any]] = []
    for part in line.split():
        pattern.extend(_part(part, line, lists))
    if not any("OP" not in token for token in pattern):
        raise PhraseError(f"nothing must occur in {line!r}")
    return pattern


def _part(part: str, line: str, lists: Mapping[str, Sequence[str]]) -> Iterator[dict[str, Any]]:
    if part.startswith("~") and part[1:].isdigit():
        gap = {"NORM": {"NOT_IN": [".", "!", "?", ";"]}, "OP": "?"}
        yield from (dict(gap) for _ in range(int(part[1:])))
        return
    optional = part.endswith("?") and len(part) > 1
    words = (part[:-1] if optional else part).split("|")
    plain: list[str] = []
    stems: list[str] = []
    number = False
    for word in words:
        if word == "<number>":
            number = True
            plain.extend(lists.get("numbers", ()))
        elif word.startswith("<") and word.endswith(">"):
            if word[1:-1] not in lists:
                raise PhraseError(f"no list {word} for {line!r}")
            for entry in lists[word[1:-1]]:
                (stems if entry.endswith("*") else plain).append(entry.removesuffix("*"))
        elif word.endswith("*"):
            stems.append(word[:-1])
        else:
            plain.append(word)
    token: dict[str, Any]
    if stems or number:
        choices = [re.escape(fold(word)) + "$" for word in plain]
        choices += [re.escape(fold(stem)) for stem in stems] + ([r"\d+$"] if number else [])
        token = {"NORM": {"REGEX": "^(?:" + "|".join(choices) + ")"}}
    else:
        token = {"NORM": {"IN": [fold(word) for word in plain]}}
    yield {**token, "OP": "?"} if optional else token

"""The small language of data/crisis: from a line of it to a tree.

word        that word, folded as typed text is ("don't" is "dont")
word*       any word that begins so
(a|b c|d*)  one of these
[a|b]       one of these, or nothing
~3          up to three words, any, inside one sentence
<name>      one of the list of that name; a list may use the lists above it
<number>    a number in digits
.           the end of a sentence, or either edge of the message
A & B       both, in any order, at most thirty words apart; "A &9 B" at most nine
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.crisis.normalise import SENTENCE_END, fold

NEAR = 30  # words between the two sides of "&" when no number is given
_PART = re.compile(r"\s*(~\d+|<\w+>|[()\[\]|]|[^\s()\[\]|<>~&]+)")
_AND = re.compile(r"\s&(\d*)\s")
_NUMBER = "<number>"


class PatternError(ValueError):
    """A pattern breaks the language; the message says how."""


@dataclass(frozen=True)
class Word:
    """One token: one of these words, begun by one of these stems, a number, or anything."""

    words: frozenset[str] = frozenset()
    stems: frozenset[str] = frozenset()
    number: bool = False
    anything: bool = False


@dataclass(frozen=True)
class Row:
    """One after the other; empty for nothing at all."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True)
class Choice:
    """Any one of several."""

    nodes: tuple["Node", ...]


Node = Word | Row | Choice
NOTHING = Row(())


def split(line: str) -> tuple[list[str], int]:
    """Split a line at its "&" signs: the parts, and how many words may lie between them."""
    pieces = _AND.split(line)
    distances = [int(number) for number in pieces[1::2] if number]
    return [piece.strip() for piece in pieces[0::2]], min(distances, default=NEAR)


def parse(part: str, lists: Mapping[str, Node]) -> Node:
    """Give the tree of one part, named lists filled in.

    Raises PatternError for a bracket left open, an unknown list, or a part that may be empty.
    """
    found = _Reader(lists).read(part)
    if _may_be_empty(found):
        raise PatternError(f"nothing has to be there in {part!r}")
    return found


def one_of(found: Sequence[Node]) -> Node:
    """Make one word of all that are single words, and flatten choices of choices."""
    flat: list[Node] = []
    for node in found:
        flat.extend(node.nodes if isinstance(node, Choice) else [node])
    single = [node for node in flat if isinstance(node, Word) and not node.anything]
    longer = [node for node in flat if not isinstance(node, Word) or node.anything]
    if single:
        merged = Word(
            words=frozenset().union(*(one.words for one in single)),
            stems=frozenset().union(*(one.stems for one in single)),
            number=any(one.number for one in single),
        )
        longer.insert(0, merged)
    return longer[0] if len(longer) == 1 else Choice(tuple(dict.fromkeys(longer)))


class _Reader:
    def __init__(self, lists: Mapping[str, Node]) -> None:
        self._lists = lists
        self._tokens: list[str] = []
        self._at = 0

    def read(self, part: str) -> Node:
        self._tokens = _PART.findall(part)
        if "".join(self._tokens) != re.sub(r"\s+", "", part):
            raise PatternError(f"a sign that the language does not know in {part!r}")
        found = self._choice()
        if self._at < len(self._tokens):
            raise PatternError(f"{self._tokens[self._at]!r} closes nothing in {part!r}")
        return found

    def _choice(self) -> Node:
        found = [self._row()]
        while self._peek() == "|":
            self._at += 1
            found.append(self._row())
        return one_of(found)

    def _row(self) -> Node:
        nodes: list[Node] = []
        while (token := self._peek()) not in (None, "|", ")", "]"):
            self._at += 1
            nodes.extend(self._element(str(token)))
        return nodes[0] if len(nodes) == 1 else Row(tuple(nodes))

    def _element(self, token: str) -> Sequence[Node]:
        if token in {"(", "["}:
            inner = self._choice()
            if self._peek() != {"(": ")", "[": "]"}[token]:
                raise PatternError(f"{token!r} is never closed")
            self._at += 1
            closed = {"(": inner, "[": Choice((inner, NOTHING))}
            return [closed[token]]
        if token.startswith("~"):
            return [Choice((Word(anything=True), NOTHING))] * int(token[1:])
        if token == _NUMBER:
            return [Word(number=True)]
        if token.startswith("<"):
            name = token[1:-1]
            if name not in self._lists:
                raise PatternError(f"there is no list {name!r}")
            return [self._lists[name]]
        return _words(token)

    def _peek(self) -> str | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None


@cache
def _words(token: str) -> tuple[Node, ...]:
    if token == SENTENCE_END:
        return (Word(words=frozenset([SENTENCE_END])),)
    stem = token.endswith("*")
    words = fold(token.rstrip("*")).split()
    if not words or SENTENCE_END in words or "*" in token[:-1]:
        raise PatternError(f"{token!r} is not a word")
    places: list[Node] = [Word(words=frozenset([word])) for word in words]
    if stem:
        places[-1] = Word(stems=frozenset([words[-1]]))
    return tuple(places)


def _may_be_empty(node: Node) -> bool:
    if isinstance(node, Word):
        return False
    if isinstance(node, Row):
        return all(_may_be_empty(inner) for inner in node.nodes)
    return any(_may_be_empty(inner) for inner in node.nodes)

"""All patterns at once, one step a token: a position automaton (Glushkov) run lazily.

Each place of each pattern is one bit; a state is the set of places where some pattern now stands.
A step already taken is remembered, so that reading costs little more than two look-ups a token;
a step never taken costs in proportion to the places that are active, whatever the text is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count

from bot.crisis.normalise import SENTENCE_END
from bot.crisis.patterns import Choice, Node, Word

_MOST_REMEMBERED = 8000  # steps, at some two kilobytes each; then all are forgotten


@dataclass(frozen=True)
class Span:
    """Tokens first to last, both included, that a part of a pattern covers."""

    first: int
    last: int


@dataclass
class _State:
    places: int
    ended: list[int]  # places at which a part has just been seen in full
    after: dict[int, "_State"] = field(default_factory=dict)  # by the kind of the next token


@dataclass
class _Memory:
    states: dict[int, _State] = field(default_factory=dict)  # by their places
    kinds: dict[int, int] = field(default_factory=dict)  # of tokens, numbered, by their places
    steps: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    def kind(self, mask: int) -> int:
        # A counter and not the length: two threads must never give one number to two kinds.
        return self.kinds.setdefault(mask, next(self._numbers))


@dataclass(frozen=True)
class _Piece:
    """What a tree comes to: the places where it may begin and end, and whether it may be empty."""

    first: tuple[int, ...]
    last: tuple[int, ...]
    empty: bool


class Automaton:
    """Finds where parts occur in a list of tokens; a part is known by its place in `parts`."""

    def __init__(self, parts: Iterable[Node]) -> None:
        self.words: dict[str, int] = {}
        self.stems: dict[str, int] = {}
        self._number = self._anything = 0
        self._follow: list[int] = []
        self._before: list[list[int]] = []
        self._owner: dict[int, int] = {}
        self._starts = self._ends = 0
        self._start_places: set[int] = set()
        for part, node in enumerate(parts):
            piece = self._build(node)
            self._start_places.update(piece.first)
            for place in piece.first:
                self._starts |= 1 << place
            for place in piece.last:
                self._ends |= 1 << place
                self._owner[place] = part
        self._stem_lengths = sorted({len(stem) for stem in self.stems})
        self._memory = _Memory()

    def _build(self, node: Node) -> _Piece:
        if isinstance(node, Word):
            place = self._place(node)
            return _Piece((place,), (place,), False)
        pieces = [self._build(inner) for inner in node.nodes]
        if isinstance(node, Choice):
            first = tuple(place for piece in pieces for place in piece.first)
            last = tuple(place for piece in pieces for place in piece.last)
            return _Piece(first, last, any(piece.empty for piece in pieces))
        row = _Piece((), (), True)
        for piece in pieces:
            for left in row.last:
                for right in piece.first:
                    self._follow[left] |= 1 << right
                    self._before[right].append(left)
            row = _Piece(
                row.first + piece.first if row.empty else row.first,
                row.last + piece.last if piece.empty else piece.last,
                row.empty and piece.empty,
            )
        return row

    def _place(self, word: Word) -> int:
        place = len(self._follow)
        self._follow.append(0)
        self._before.append([])
        bit = 1 << place
        for one in word.words:
            self.words[one] = self.words.get(one, 0) | bit
        for stem in word.stems:
            self.stems[stem] = self.stems.get(stem, 0) | bit
        self._number |= bit if word.number else 0
        self._anything |= bit if word.anything else 0
        return place

    def mask(self, token: str) -> int:
        """Give the places that may hold this exact token, gaps left aside."""
        found = self.words.get(token, 0)
        for length in self._stem_lengths:
            if length > len(token):
                break
            found |= self.stems.get(token[:length], 0)
        if self._number and token.isdigit():
            found |= self._number
        return found

    def scan(self, tokens: Sequence[str], masks: Mapping[str, int]) -> "Sightings":
        """Read the tokens once and give what was seen.

        tokens: what fold() gave, with SENTENCE_END at both edges; masks: for each token the
        places that it may hold, misspellings included.
        """
        memory = self._memory
        if memory.steps + len(memory.kinds) > _MOST_REMEMBERED:
            memory = self._memory = _Memory()
        full = {
            token: mask if token == SENTENCE_END else mask | self._anything
            for token, mask in masks.items()
        }
        kinds = {token: memory.kind(mask) for token, mask in full.items()}
        seen: dict[int, list[tuple[int, int]]] = {}
        state = self._state(memory, 0)
        for index, token in enumerate(tokens):
            following = state.after.get(kinds[token])
            if following is None:
                following = self._state(memory, self._step(state.places) & full[token])
                state.after[kinds[token]] = following
                memory.steps += 1
            state = following
            for place in state.ended:
                seen.setdefault(self._owner[place], []).append((place, index))
        return Sightings(seen, self, [full[token] for token in tokens])

    def _step(self, places: int) -> int:
        reached = self._starts
        for place in _places(places):
            reached |= self._follow[place]
        return reached

    def _state(self, memory: _Memory, places: int) -> _State:
        found = memory.states.get(places)
        if found is None:
            found = _State(places, _places(places & self._ends))
            memory.states[places] = found
        return found

    def first(self, place: int, masks: Sequence[int], last: int) -> int:
        """Walk back from the last token of an occurrence to the nearest that can begin it."""
        if place in self._start_places:
            return last
        places = {place}
        for index in range(last, -1, -1):
            here = [one for one in places if masks[index] >> one & 1]
            if not self._start_places.isdisjoint(here):
                return index
            places = {before for one in here for before in self._before[one]}
        return last


class Sightings:
    """Which parts a text shows, and where; the places are worked out when they are asked for."""

    def __init__(
        self, seen: dict[int, list[tuple[int, int]]], automaton: Automaton, masks: list[int]
    ) -> None:
        self._seen = seen
        self._automaton = automaton
        self._masks = masks
        self._spans: dict[int, list[Span]] = {}

    def __bool__(self) -> bool:
        return bool(self._seen)

    def __contains__(self, part: int) -> bool:
        return part in self._seen

    def __iter__(self) -> Iterator[int]:
        return iter(self._seen)

    def spans(self, part: int) -> list[Span]:
        """Give the spans of a part that was seen, in the order of their last tokens."""
        if part not in self._spans:
            self._spans[part] = [
                Span(self._automaton.first(place, self._masks, last), last)
                for place, last in self._seen[part]
            ]
        return self._spans[part]


def _places(mask: int) -> list[int]:
    digits = bin(mask)[:1:-1]
    found: list[int] = []
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return found

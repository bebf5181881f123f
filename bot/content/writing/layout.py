"""The lines of a content file, cut where its scripts, items and keys begin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.content.located import Key, Located

# libyaml counts these as line ends, too; `Located.lines` follows it.
_LINE_ENDS = "\n\x85\u2028\u2029"
_AFTER_LINE_END = re.compile(f"(?<=[{_LINE_ENDS}])")


@dataclass(frozen=True)
class Piece:
    """Whole lines: the comments and blank lines above, and what stands under them."""

    above: str
    body: str


@dataclass(frozen=True)
class Item:
    """An entry of a list. `parts`: key -> its lines without the indentation of the first one.

    `parts` is empty where the entry is laid out in another way than one key below the other.
    """

    above: str
    parts: Mapping[str, Piece]


NO_ITEM = Item("", {})


def as_lines(text: str) -> list[str]:
    """The lines with their ends, counted as `Located.lines` counts them."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    if unified and not unified.endswith("\n"):
        unified += "\n"
    return [line for line in _AFTER_LINE_END.split(unified) if line]


def is_aside(line: str, deepest: int) -> bool:
    """Whether a line is blank or a comment that begins in column `deepest` or before it."""
    return re.fullmatch(rf" {{0,{deepest}}}#.*|\s*", line.rstrip(_LINE_ENDS)) is not None


def leading_asides(lines: Iterable[str]) -> str:
    """The comments and blank lines that a file begins with."""
    found = ""
    for line in lines:
        if not is_aside(line, 0):
            break
        found += line
    return found


def cut(lines: Sequence[str], starts: Sequence[int], deepest: int) -> tuple[list[Piece], str]:
    """The pieces that begin at `starts` (indices that increase), and the asides after the last.

    Asides at the end of a piece belong to the next one.
    """
    pieces: list[Piece] = []
    above = ""
    for start, end in pairwise([*starts, len(lines)]):
        last = end
        while last > start + 1 and is_aside(lines[last - 1], deepest):
            last -= 1
        pieces.append(Piece(above, "".join(lines[start:last])))
        above = "".join(lines[last:end])
    return pieces, above


def starts_of(
    source: Located, lines: Sequence[str], paths: Iterable[tuple[Key, ...]], beginning: str
) -> list[int] | None:
    """Where the values at `paths` begin, as indices of lines; None where they share a line or one
    of their lines does not begin with `beginning`, in which {} stands for the last key."""
    starts: list[int] = []
    for path in paths:
        start = source.line(*path) - 1
        if not lines[start].startswith(beginning.format(path[-1])):
            return None
        if starts and start <= starts[-1]:
            return None
        starts.append(start)
    return starts


def read_item(
    source: Located, path: tuple[Key, ...], keys: Sequence[str], piece: Piece, indent: int
) -> Item:
    """One entry of a list at `path`; `indent` counts the spaces before its dash."""
    lines = as_lines(piece.body)
    first = source.line(*path)
    starts: list[int] = []
    for key in keys:
        start = source.line(*path, key) - first
        beginning = " " * indent + ("  " if starts else "- ") + f"{key}:"
        fits = 0 <= start < len(lines) and lines[start].startswith(beginning)
        if not fits or start <= (starts[-1] if starts else -1):
            return Item(piece.above, {})
        starts.append(start)
    pieces, _ = cut(lines, starts, indent + 2)
    parts = (Piece(part.above, part.body[indent + 2 :]) for part in pieces)
    return Item(piece.above, dict(zip(keys, parts, strict=True)))


def join_item(
    item: Item, changes: Mapping[str, str | None], order: Sequence[str], indent: int
) -> str:
    """The entry with its changed parts (None: left out); new parts stand where `order` has them."""
    parts = dict(item.parts)
    for key, body in changes.items():
        if body is None:
            parts.pop(key, None)
        elif key in parts:
            parts[key] = Piece(parts[key].above, body)
        else:
            later = order[order.index(key) + 1 :]
            behind = {name: parts.pop(name) for name in _from_first(list(parts), later)}
            parts.update({key: Piece("", body), **behind})
    out = item.above
    for index, part in enumerate(parts.values()):
        out += part.above + " " * indent + ("  " if index else "- ") + part.body
    return out


def _from_first(names: list[str], wanted: Sequence[str]) -> list[str]:
    """The names from the first one that is wanted on."""
    places = [place for place, name in enumerate(names) if name in wanted]
    return names[places[0] :] if places else []

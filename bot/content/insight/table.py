"""An answer as a table: published groups added up, single gaps closed, totals of what is seen."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.content.insight.publishing import Group
from bot.content.insight.questions import Dimension, Question, grain

HIDDEN = "<10"
SHOWN_IN_ALL = "All that is shown"
NOTE = (
    "Numbers are rounded to the nearest 5. <10 stands for fewer than ten conversations, or for a "
    "number that would give such a one away. What is not listed had fewer than ten in every week. "
    "Sums are of what is shown."
)
Cell = str | int
_HEADS: dict[Dimension, str] = {
    "week": "Week from",
    "channel": "Channel",
    "locale": "Language",
    "name": "Name",
}
_ONLY = "Conversations"


@dataclass(frozen=True)
class Table:
    """The first cell of a row names it; the others are counts rounded to 5, or `<10`. The last row
    and the last column are sums of what is shown."""

    title: str
    counts: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = NOTE


def lay_out(asked: Question, groups: Mapping[Group, int], weeks: Sequence[str]) -> Table:
    """The answer to a question from the published groups of its measure. Lists every week; of the
    rest what is shown in one of them."""
    order = grain(asked.measure)
    cells: dict[tuple[str, str], int] = defaultdict(int)
    down, across = asked.dimensions[0], asked.dimensions[1] if asked.dimensions[1:] else None
    for group, number in groups.items():
        at = dict(zip(order, group, strict=True))
        if at["week"] in weeks and (asked.names is None or at["name"] in asked.names):
            cells[at[down], at[across] if across else _ONLY] += number
    rows = list(weeks) if down == "week" else _by_size(cells, 0)
    columns = list(weeks) if across == "week" else _by_size(cells, 1) if across else [_ONLY]
    grid = [[cells.get((row, column)) for column in columns] for row in rows]
    _close_single_gaps(grid)
    body = [
        (row, *_line(line, total=across is not None)) for row, line in zip(rows, grid, strict=True)
    ]
    sums = [_sum(column) for column in zip(*grid, strict=True)]
    every = [number for line in grid for number in line]
    last = (SHOWN_IN_ALL, *map(_cell, sums), *((_cell(_sum(every)),) if across else ()))
    heads = (_HEADS[down], *columns, *((SHOWN_IN_ALL,) if across else ()))
    return Table(asked.title, asked.counts, heads, (*body, last) if rows else ())


def as_csv(table: Table) -> str:
    """RFC 4180; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in (table.columns, *table.rows):
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{cell}"
    return cell


def _by_size(cells: Mapping[tuple[str, str], int], place: int) -> list[str]:
    """Names along one side, the most frequent first."""
    sizes: dict[str, int] = defaultdict(int)
    for key, number in cells.items():
        sizes[key[place]] += number
    return sorted(sizes, key=lambda name: (-sizes[name], name))


def _close_single_gaps(grid: list[list[int | None]]) -> None:
    """Where one cell alone of a row or column is hidden, the smallest one beside it is hidden too:
    who knows a sum from elsewhere cannot take the rest from it."""
    lines = [[(r, c) for c in range(len(grid[r]))] for r in range(len(grid))]
    lines += [list(line) for line in zip(*lines, strict=True)]
    changed = True
    while changed:
        changed = False
        for line in lines:
            seen = [(number, r, c) for r, c in line if (number := grid[r][c]) is not None]
            if len(seen) == len(line) - 1 and seen:
                _, row, column = min(seen)
                grid[row][column] = None
                changed = True


def _sum(line: Sequence[int | None]) -> int | None:
    return sum(number for number in line if number is not None) or None


def _cell(number: int | None) -> Cell:
    return HIDDEN if number is None else number


def _line(line: Sequence[int | None], *, total: bool) -> list[Cell]:
    return [*map(_cell, line), *((_cell(_sum(line)),) if total else ())]

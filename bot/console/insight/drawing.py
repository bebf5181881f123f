"""A table over weeks as lines of an SVG: what is hidden is a gap and never a zero."""

from __future__ import annotations

from dataclasses import dataclass

from bot.content.insight import Table

WIDTH, HEIGHT, LEFT, BELOW = 640, 220, 40, 24
MOST_SERIES = 8
WEEKS, SUM = "Week from", "All that is shown"


@dataclass(frozen=True)
class Line:
    """One series: its name, its dots (x, y, week and number), and runs of neighbours to be
    joined."""

    name: str
    place: int
    dots: tuple[tuple[float, float, str], ...]
    runs: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """Lines in a box, with the numbers at its left and the first and last week below. `left_out`:
    how many series are in the table alone."""

    lines: tuple[Line, ...]
    top: int
    first: str
    last: str
    left_out: int
    width: int = WIDTH + LEFT + 8  # half a dot more
    height: int = HEIGHT + BELOW


def chart_of(table: Table) -> Chart | None:
    """The chart of a table whose rows or columns are weeks; None for others, or with no number."""
    by_week = table.columns[0] == WEEKS
    rows = [row for row in table.rows if row[0] != SUM]
    if by_week:
        weeks = [str(row[0]) for row in rows]
        names = [name for name in table.columns[1:] if name != SUM]
        series = {name: [row[1 + place] for row in rows] for place, name in enumerate(names)}
    else:
        weeks = [name for name in table.columns[1:] if _is_week(name)]
        if not weeks:
            return None
        at = [table.columns.index(week) for week in weeks]
        series = {str(row[0]): [row[place] for place in at] for row in rows}
    drawable = [(name, values) for name, values in series.items() if _numbers(values)]
    chosen = drawable[:MOST_SERIES]
    top = max((max(_numbers(values)) for _, values in chosen), default=0)
    if not top:
        return None
    lines = tuple(
        _line(name, place, list(zip(weeks, values, strict=True)), top)
        for place, (name, values) in enumerate(chosen)
    )
    return Chart(lines, top, weeks[0], weeks[-1], len(drawable) - len(chosen))


def _numbers(values: list[str | int]) -> list[int]:
    return [value for value in values if isinstance(value, int)]


def _line(name: str, place: int, values: list[tuple[str, str | int]], top: int) -> Line:
    step = WIDTH / max(len(values) - 1, 1)
    dots, runs, run = [], [], []
    for number, (week, value) in enumerate(values):
        if isinstance(value, int):
            x, y = LEFT + number * step, HEIGHT - value / top * (HEIGHT - 10)
            dots.append((round(x, 1), round(y, 1), f"{week}: {value}"))
            run.append(f"{x:.1f},{y:.1f}")
            continue
        runs.append(run)
        run = []
    runs.append(run)
    return Line(name, place, tuple(dots), tuple(" ".join(each) for each in runs if len(each) > 1))


def _is_week(name: str) -> bool:
    return len(name) == 10 and name[4] == name[7] == "-"

"""Which counts may be seen at all: groups of ten or more, each rounded, of weeks that are over.

Every answer is made of these groups and of nothing else, so that no two answers together tell more
than they do: of a group that is hidden nobody learns more than that it has fewer than ten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.content.insight.questions import Dimension, Measure, grain

LEAST, STEP = 10, 5
DIMENSIONS: tuple[Dimension, ...] = ("week", "channel", "locale", "name")
Group = tuple[str, ...]  # values of the dimensions of a grain


@dataclass(frozen=True)
class Count:
    """A row of the table `tally`."""

    week: str
    channel: str
    locale: str
    measure: str
    name: str
    conversations: int

    def value(self, dimension: Dimension) -> str:
        return str(getattr(self, dimension))


def weeks_over(weeks: int, today: date) -> list[str]:
    """The last `weeks` whole weeks that are over, by their Mondays, oldest first."""
    this = today - timedelta(days=today.weekday())
    return [(this - timedelta(weeks=back)).isoformat() for back in range(weeks, 0, -1)]


def rounded(count: int) -> int:
    """To the nearest 5."""
    return (count + STEP // 2) // STEP * STEP


def busy_weeks(counts: Iterable[Count]) -> frozenset[str]:
    """Weeks with ten conversations or more; of the others nothing is published."""
    total: dict[str, int] = defaultdict(int)
    for count in counts:
        if count.measure == "conversation":
            total[count.week] += count.conversations
    return frozenset(week for week, number in total.items() if number >= LEAST)


def published(
    counts: Iterable[Count], measure: Measure, busy: frozenset[str]
) -> Mapping[Group, int]:
    """The groups of a measure that may be seen, rounded; all others are hidden."""
    groups: dict[Group, int] = defaultdict(int)
    for count in counts:
        if count.measure == measure and count.week in busy:
            groups[tuple(count.value(one) for one in grain(measure))] += count.conversations
    return {group: rounded(number) for group, number in groups.items() if number >= LEAST}

"""What was measured as a Markdown table with notes."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from benchmarks.page.leaving import Loader
from benchmarks.page.lighthouse import Audit
from benchmarks.page.looking import Strict, Visit

NONE = "–"


@dataclass
class Measured:
    """Everything measured of one page."""

    name: str
    visit: Visit
    strict: Strict
    untyped: Strict | None
    audits: list[Audit] = field(default_factory=list)


@dataclass(frozen=True)
class Ours:
    """What only our page has. Milliseconds until it is blank, with and without a network."""

    online: list[float]
    offline: list[float]
    loader: Loader | None


@dataclass(frozen=True)
class Row:
    """A figure. `limit` is the budget of ours; `least`: to be reached, not to be kept under."""

    label: str
    cells: list[str]
    ours: float | None = None
    limit: float | None = None
    unit: str = ""
    least: bool = False

    @property
    def over(self) -> bool:
        if self.ours is None or self.limit is None:
            return False
        return self.ours < self.limit if self.least else self.ours > self.limit

    def line(self) -> str:
        sign = "≥" if self.least else "≤"
        budget = NONE if self.limit is None else f"{sign} {self.limit:g}{self.unit}"
        if self.limit == 0:
            budget = "0"
        return f"| {self.label} | {' | '.join(self.cells)} | {budget} |"


def rows(pages: Sequence[Measured], ours: Ours) -> list[Row]:
    """A figure a row, ours first."""

    def visited(label: str, value: Callable[[Visit], int], limit: float | None = None) -> Row:
        """Bytes as kB."""
        values = [value(page.visit) / 1000 for page in pages]
        return Row(label, [f"**{one:.1f}**" for one in values], values[0], limit)

    def counted(label: str, values: list[int], limit: float | None = None) -> Row:
        return Row(label, [f"**{one}**" for one in values], values[0], limit)

    def audited(
        label: str,
        value: Callable[[Audit], float],
        digits: int = 0,
        limit: float | None = None,
        least: bool = False,
    ) -> Row:
        values = [[value(one) for one in page.audits] for page in pages]
        cells = [spread(some, digits) for some in values]
        return Row(label, cells, statistics.median(values[0]), limit, least=least)

    def left(label: str, took: list[float]) -> Row:
        shown = f"**{statistics.median(took):.1f}** (worst {max(took):.1f})"
        return Row(label, [shown, NONE, NONE], max(took), 100)

    loader = ours.loader
    weight = f"**{loader.packed / 1000:.2f}** ({loader.raw / 1000:.2f} raw)" if loader else None
    return [
        visited("Script, gzip -9 (kB)", lambda v: v.script, 12),
        visited("First view, gzip -9 (kB)", lambda v: v.first_view, 14),
        visited("First view as it came, with headers (kB)", lambda v: v.transferred),
        Row(
            "Loader for other sites, gzip -9 (kB)",
            [weight or "not there yet", NONE, NONE],
            loader.packed / 1000 if loader else None,
            1,
        ),
        counted("Requests of the first view", [page.visit.requests for page in pages]),
        counted("Requests to third parties", [len(page.visit.third) for page in pages], 0),
        audited("Lighthouse: performance", lambda a: a.performance, 0, 95, least=True),
        audited("Lighthouse: accessibility", lambda a: a.accessibility, 0, 95, least=True),
        audited("Largest contentful paint (s)", lambda a: a.lcp / 1000, 2, 1.5),
        audited("Total blocking time (ms)", lambda a: a.tbt, 0, 150),
        audited("Layout shift", lambda a: a.cls, 3, 0.05),
        audited("Work of the main thread (ms)", lambda a: a.work),
        Row(
            "Left behind by a visit: entries",
            [_left_behind(page.visit) for page in pages],
            sum(entries for entries, _ in pages[0].visit.stored.values()),
            0,
        ),
        counted(
            "Violations of a strict policy",
            [sum(page.strict.violations.values()) for page in pages],
            0,
        ),
        Row("Answers under that policy", [_works(page.strict) for page in pages]),
        Row("Answers under it without Trusted Types", [_works(page.untyped) for page in pages]),
        Row("Answers are in a live region", [_yes(page.visit.live_log) for page in pages]),
        left("Leave: blank after (ms)", ours.online),
        left("Leave, offline: blank after (ms)", ours.offline),
    ]


def table(all_rows: Sequence[Row], pages: Sequence[Measured]) -> str:
    names = " | ".join(page.name for page in pages)
    head = [f"| Figure | {names} | Budget of ours |", f"|---|{'---:|' * (len(pages) + 1)}"]
    return "\n".join([*head, *(row.line() for row in all_rows)])


def findings(all_rows: Sequence[Row], pages: Sequence[Measured]) -> list[str]:
    """Notes that follow from what was measured."""
    over = [row.label for row in all_rows if row.over]
    notes = [f"Over budget: {'; '.join(over)}." if over else "Over budget: none."]
    for page in pages:
        hosts = sorted({str(urlsplit(url).hostname) for url in page.visit.third})
        failed = Counter(name for one in page.audits for name in one.failed)
        broken = _broken(page.strict)
        parts = [
            f"asks {', '.join(hosts)}" if hosts else "",
            f"breaks the strict policy by {broken}" if broken else "",
            f"without Trusted Types by {_broken(page.untyped)}" if page.untyped else "",
            f"fails Lighthouse's {', '.join(sorted(failed))}" if failed else "",
            f"keeps {', '.join(sorted(page.visit.stored))}" if page.visit.stored else "",
        ]
        said = "; ".join(filter(None, parts))
        notes.append(f"{page.name}: {said or 'nothing of the kind was found'}.")
    return notes


def _broken(strict: Strict) -> str:
    return ", ".join(f"{name} {times}" for name, times in strict.violations.items())


def spread(values: Sequence[float], digits: int) -> str:
    """The median, with smallest and largest where they differ."""
    middle, least, most = (f"{f(values):.{digits}f}" for f in (statistics.median, min, max))
    return f"**{middle}**" if least == most else f"**{middle}** ({least} to {most})"


def _left_behind(visit: Visit) -> str:
    entries = sum(entries for entries, _ in visit.stored.values())
    size = sum(size for _, size in visit.stored.values())
    return f"**{entries}** ({size} bytes)" if entries else "**0**"


def _works(strict: Strict | None) -> str:
    return NONE if strict is None else _yes(strict.works)


def _yes(value: bool) -> str:
    return "yes" if value else "no"

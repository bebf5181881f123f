"""Turns what was measured into a Markdown table for benchmarks/README.md."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.load import Round
from benchmarks.processes import Memory
from benchmarks.systems import Training

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
NONE = "–"


@dataclass(frozen=True)
class Measured:
    """Everything measured of one system; times in seconds."""

    name: str
    training: Training
    starts: list[float]
    first_cards: list[float]
    alone: list[Round]
    crowd: list[Round]
    processor_seconds: float
    memory: Memory

    @property
    def processor_per_message(self) -> float:
        """Processor time of one message, over all processes and rounds, in seconds."""
        return self.processor_seconds / self.messages

    @property
    def rounds(self) -> list[Round]:
        return [*self.alone, *self.crowd]

    @property
    def messages(self) -> int:
        return sum(len(r.latencies) + r.unanswered for r in self.rounds)


def table(ours: Measured, stock: Measured, at_once: int) -> str:
    """The Markdown table: a figure a row; Handrail, stock Rasa, and the one over the other."""
    crowd = f"{at_once} conversations at once"
    rows = [
        row("Answer, 1 conversation, median (ms)", ours, stock, per_round("alone", median)),
        row("Answer, 1 conversation, p95 (ms)", ours, stock, per_round("alone", p95)),
        row("Messages a second, 1 conversation", ours, stock, per_round("alone", rate), 1),
        row(f"Answer, {crowd}, median (ms)", ours, stock, per_round("crowd", median)),
        row(f"Answer, {crowd}, p95 (ms)", ours, stock, per_round("crowd", p95)),
        row(f"Messages a second, {crowd}", ours, stock, per_round("crowd", rate), 1),
        row(
            "Processor time a message (ms)",
            ours,
            stock,
            lambda m: [m.processor_per_message * 1000],
        ),
        row("Memory, resident, all processes (MB)", ours, stock, lambda m: [m.memory.resident]),
        row("Memory, shared pages once (MB)", ours, stock, lambda m: [m.memory.proportional]),
        row("Start to first answer (s)", ours, stock, lambda m: m.starts, 1),
        row("Start to crisis card (s)", ours, stock, lambda m: m.first_cards, 1),
        row(training_label(stock), ours, stock, lambda m: [m.training.full]),
        counts("Messages without an answer", ours, stock, lambda r: r.unanswered),
        counts("Messages answered late, by the card", ours, stock, lambda r: r.late),
    ]
    head = ["| Figure | Handrail | Stock Rasa | Handrail ÷ stock |", "|---|---:|---:|---:|"]
    return "\n".join([*head, *rows])


def training_label(stock: Measured) -> str:
    note = ", stock's scaled" if stock.training.scaled else ""
    return f"Training from scratch (s{note})"


def row(
    label: str,
    ours: Measured,
    stock: Measured,
    values: Callable[[Measured], list[float]],
    digits: int = 0,
) -> str:
    """A figure with the median of its values and, when there are several, their range."""
    left, right = values(ours), values(stock)
    ratio = NONE
    if left and right and statistics.median(right):
        ratio = f"{statistics.median(left) / statistics.median(right):.2f}"
    return f"| {label} | {shown(left, digits)} | {shown(right, digits)} | {ratio} |"


def counts(label: str, ours: Measured, stock: Measured, count: Callable[[Round], int]) -> str:
    """How many messages of how many."""
    cells = [f"{sum(count(r) for r in m.rounds)} of {m.messages}" for m in (ours, stock)]
    return f"| {label} | {cells[0]} | {cells[1]} | {NONE} |"


def shown(values: Sequence[float], digits: int) -> str:
    if not values:
        return NONE
    middle = f"**{statistics.median(values):.{digits}f}**"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def per_round(which: str, value: Callable[[Round], float]) -> Callable[[Measured], list[float]]:
    return lambda measured: [value(r) for r in getattr(measured, which)]


def median(measured: Round) -> float:
    return measured.median * 1000


def p95(measured: Round) -> float:
    return measured.p95 * 1000


def rate(measured: Round) -> float:
    return measured.per_second


def machine() -> str:
    """Cores and memory, as this process may use them."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{len(os.sched_getaffinity(0))} cores, {pages / 2**30:.0f} GiB of memory, Linux"

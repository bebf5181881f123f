"""When a text has to be read again: months after the last expert's look, not the last edit."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any, Literal

from sqlalchemy import Connection, select

from bot.console.workflow.editions import recheck

SOON, NEAR, NOW = 60, 30, 7  # days before it is due, in which the queue names it
Urgency = Literal["overdue", "week", "month", "soon", "later"]


@dataclass(frozen=True)
class Review:
    """Who looked last and when (None: nobody by name), when the next look is due."""

    by: str | None
    on: date | None
    due: date | None

    def urgency(self, today: date) -> Urgency:
        """How near the next look is; what nobody has looked at is overdue."""
        if self.due is None or self.due < today:
            return "overdue"
        days = (self.due - today).days
        steps: tuple[tuple[int, Urgency], ...] = ((NOW, "week"), (NEAR, "month"), (SOON, "soon"))
        return next((name for most, name in steps if days <= most), "later")


def looks(connection: Connection) -> dict[int, tuple[str, float]]:
    """Edition -> who read it again last, and when."""
    rows = connection.execute(select(recheck).order_by(recheck.c.id))
    return {row.edition_id: (row.actor, row.created) for row in rows}


def review_of(row: Any, again: Mapping[int, tuple[str, float]]) -> Review:
    """The review of an edition joined with its script."""
    by, on = row.reviewed_by, date.fromisoformat(row.reviewed) if row.reviewed else None
    if row.id in again:
        by, seconds = again[row.id]
        on = day_of(seconds)
    due = None if on is None else months_after(on, row.review_months or 12)
    return Review(by, on, due)


def day_of(seconds: float) -> date:
    """The day (UTC) of a time in seconds since 1970."""
    return datetime.fromtimestamp(seconds, timezone.utc).date()


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))

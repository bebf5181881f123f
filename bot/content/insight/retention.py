"""How long counts are kept: 24 months."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from sqlalchemy import Connection, delete

from bot.content import models

WEEKS_KEPT = 104
_tally = models.Base.metadata.tables["tally"]


def purge_counts(connection: Connection, now: float) -> None:
    """Erase the counts of weeks before the last 104 that are over at `now` (seconds)."""
    today = datetime.fromtimestamp(now, timezone.utc).date()
    monday = today - timedelta(days=today.weekday())
    first = (monday - timedelta(weeks=WEEKS_KEPT)).isoformat()
    connection.execute(delete(_tally).where(_tally.c.week < first))

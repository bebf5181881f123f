"""Counts by week in the table `tally`, in the transaction of what is counted.

A conversation counts once for each measure and name. Which it was counted for stands in its own
row and is erased with it; nothing but week, channel, language, measure and name leaves that row.
A fault here is logged by its type and stops neither an answer nor an erasing.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.content import models

logger = logging.getLogger(__name__)
session = models.Base.metadata.tables["session"]
tally = models.Base.metadata.tables["tally"]
LANGUAGE_UNKNOWN = "und"
# In the place of what it was counted for: who asked to be forgotten is not counted any more.
FORGOTTEN = ["forgotten"]
_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}")  # an id of ours, never words of a person
Count = tuple[str, str]  # measure and name
LEFT = "left"


@dataclass(frozen=True)
class Counted:
    """What a turn counts for, and the script that it ended with."""

    counts: frozenset[Count] = frozenset()
    last_script: str | None = None


def week_of(seconds: float) -> str:
    """The Monday (UTC) of a moment (seconds since 1970) as 2026-11-23."""
    day = datetime.fromtimestamp(seconds, timezone.utc).date()
    return (day - timedelta(days=day.weekday())).isoformat()


@contextmanager
def never_in_the_way(connection: Connection) -> Iterator[None]:
    """A savepoint: what fails in it is undone and logged by type, and the rest goes on."""
    try:
        with connection.begin_nested():
            yield
    except Exception as error:  # noqa: BLE001 - a count must never cost an answer
        logger.error("not counted: %s", type(error).__name__)


def count_turn(connection: Connection, session_id: str, turn: Counted, now: float) -> None:
    """Count what a conversation was not counted for yet. The caller holds its row."""
    with never_in_the_way(connection):
        mine = session.c.id == session_id
        query = select(session.c.channel, session.c.locale, session.c.counted).where(mine)
        row = connection.execute(query).one_or_none()
        if row is None or row.counted == FORGOTTEN:
            return
        before = set(row.counted or ())
        new = sorted(count for count in turn.counts if _key(count) not in before and _sound(count))
        values: dict[str, Any] = {}
        if new:
            values["counted"] = [*sorted(before), *(_key(count) for count in new)]
            _add(connection, row.channel, row.locale, new, now)
        if turn.last_script is not None and _NAME.fullmatch(turn.last_script):
            values["last_script"] = turn.last_script
        if values:
            connection.execute(update(session).where(mine).values(**values))


def stop_counting(connection: Connection, session_id: str) -> None:
    """Forget what a conversation was counted for; it goes on and is counted no more."""
    values = {"counted": FORGOTTEN, "last_script": None}
    connection.execute(update(session).where(session.c.id == session_id).values(**values))


def count_left(connection: Connection, ended: Any, now: float) -> None:
    """Count where a conversation ended; `ended` is its row, erased in this transaction."""
    if ended is not None and ended.last_script is not None:
        with never_in_the_way(connection):
            _add(connection, ended.channel, ended.locale, [(LEFT, ended.last_script)], now)


def _key(count: Count) -> str:
    return ":".join(count)


def _sound(count: Count) -> bool:
    return all(_NAME.fullmatch(part) for part in count)


def _add(
    connection: Connection,
    channel: str,
    locale: str | None,
    counts: Iterable[Count],
    now: float,
) -> None:
    """One more conversation for each; in order, so that two transactions never wait in a circle."""
    common = {"week": week_of(now), "channel": channel, "locale": locale or LANGUAGE_UNKNOWN}
    rows = [
        {**common, "measure": measure, "name": name, "conversations": 1}
        for measure, name in sorted(counts)
    ]
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    one_more = {"conversations": tally.c.conversations + 1}
    adding = dialect.insert(tally).values(rows)
    key = tally.primary_key
    connection.execute(adding.on_conflict_do_update(index_elements=key, set_=one_more))

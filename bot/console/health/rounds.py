"""Rounds over the links of the directory: what is due, each address once, one host at a time."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine, func, insert, select

from bot.console.health.checking import Look, Looker
from bot.console.health.policy import policy
from bot.content.directory import Resource
from bot.content.models import Base

link_check = Base.metadata.tables["link_check"]
WELL = ("ok", "moved", "changed")
SHOWN_AGAIN = ("ok", "moved")  # `changed` waits for somebody to read the page
SCHEDULE = "schedule"
PROGRAMS = (SCHEDULE, "command line")  # whoever else looks has read the page
_LOCK = 0x6C696E6B  # any number that is ours


def last_looks(connection: Connection) -> dict[str, Any]:
    """Helper -> the row of the last look at its link."""
    newest = select(func.max(link_check.c.id)).group_by(link_check.c.resource_id)
    rows = connection.execute(select(link_check).where(link_check.c.id.in_(newest)))
    return {row.resource_id: row for row in rows}


def known_pages(connection: Connection) -> dict[tuple[str, str], str]:
    """Helper and address -> the hash of the page that people know: it answered as ever, or
    somebody looked for themselves."""
    known = link_check.c.outcome.in_(SHOWN_AGAIN) | link_check.c.checked_by.not_in(PROGRAMS)
    newest = (
        select(func.max(link_check.c.id))
        .where(known, link_check.c.body_hash.is_not(None))
        .group_by(link_check.c.resource_id, link_check.c.url)
    )
    rows = connection.execute(select(link_check).where(link_check.c.id.in_(newest)))
    return {(row.resource_id, row.url): row.body_hash for row in rows}


def due(connection: Connection, helpers: Iterable[Resource], now: float) -> list[Resource]:
    """Helpers whose link is to be looked at: never before, weekly, or soon after a failure."""
    rules, looked = policy(), last_looks(connection)
    found = []
    for helper in helpers:
        if not helper.url:
            continue
        row = looked.get(helper.id)
        if row is None or row.url != helper.url:
            found.append((0.0, helper))
            continue
        pause = rules.look_every_hours if row.outcome in WELL else rules.look_again_hours
        if row.created + pause * 3600 <= now:
            found.append((row.created, helper))
    return [helper for _, helper in sorted(found, key=lambda one: one[0])]


def look_at(
    engine: Engine,
    helpers: Iterable[Resource],
    *,
    by: str,
    looker: Looker,
    now: Callable[[], float],
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[tuple[Resource, Look]]:
    """Look at each address once, with a pause between two requests to one host; kept in rows."""
    with engine.connect() as connection:
        before = known_pages(connection)
    seen: dict[str, Look] = {}
    asked: dict[str, float] = {}
    for helper in helpers:
        if not helper.url:
            continue
        if helper.url not in seen:
            _be_polite(asked, _host(helper.url), now, sleep)
            known = before.get((helper.id, helper.url))
            seen[helper.url] = looker.look(helper.url, known)
            asked[_host(helper.url)] = now()  # the pause begins where the answer ends
        look = seen[helper.url]
        values = {**asdict(look), "resource_id": helper.id, "checked_by": by, "created": now()}
        with engine.begin() as connection:
            connection.execute(insert(link_check).values(**values))
        yield helper, look


def _be_polite(
    asked: dict[str, float],
    host: str,
    now: Callable[[], float],
    sleep: Callable[[float], None],
) -> None:
    wait = asked.get(host, 0.0) + policy().pause_seconds - now()
    if host in asked and wait > 0:
        sleep(wait)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # an address that is none must not end the round of the others
        return ""


@contextmanager
def only_one(engine: Engine, folder: Path) -> Iterator[bool]:
    """Whether this is the one process over this database that makes a round now."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as connection:
            mine = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK})").scalar()
            connection.commit()  # the lock is the session's: no transaction stays open for minutes
            try:
                yield bool(mine)
            finally:
                connection.invalidate()  # the lock ends with the session, whatever happened
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "links.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def by_id(helpers: Mapping[str, Resource]) -> list[Resource]:
    """In a steady order."""
    return [helpers[name] for name in sorted(helpers)]

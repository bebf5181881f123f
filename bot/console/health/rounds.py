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
SCHEDULE = "schedule"


def last_looks(connection: Connection) -> dict[str, Any]:
    """Helper -> the row of the last look at its link."""
    newest = select(func.max(link_check.c.id)).group_by(link_check.c.resource_id)
    rows = connection.execute(select(link_check).where(link_check.c.id.in_(newest)))
    return {row.resource_id: row for row in rows}


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
        before = last_looks(connection)
    seen: dict[str, Look] = {}
    asked: dict[str, float] = {}
    for helper in helpers:
        if not helper.url:
            continue
        if helper.url not in seen:
            _be_polite(asked, str(urlsplit(helper.url).hostname), now, sleep)
            row = before.get(helper.id)
            known = row.body_hash if row is not None and row.url == helper.url else None
            seen[helper.url] = looker.look(helper.url, known)
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
    asked[host] = now()


@contextmanager
def only_one(folder: Path) -> Iterator[bool]:
    """Whether this is the one process of this machine that makes a round now."""
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

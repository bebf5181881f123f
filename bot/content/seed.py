"""Record the baseline release in the database, so that the console starts from what is in force."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, insert, or_, select, update

from bot.content.directory import Resource
from bot.content.events import Entry, append_events
from bot.content.helpers import (
    HELPER,
    REVIEW_MONTHS,
    helper_body,
    helper_hash,
    helper_id,
    helper_risk,
    numbers_of,
)
from bot.content.models import Base
from bot.content.release import Release
from bot.content.scripts import Edition

ACTOR = "baseline"
_LIVE, _RETIRED = "system:edition:live", "system:edition:retired"
_IDENTITY = (
    "script_id",
    "locale",
    "audience",
    "channel",
    "country",
    "content_hash",
    "reviewed",
    "reviewed_by",
)
_tables = Base.metadata.tables
script, edition = _tables["script"], _tables["edition"]
release_table, release_edition = _tables["release"], _tables["release_edition"]


class VersionTaken(Exception):
    """The database holds another release of this number: other gateways share it."""


def highest_version(engine: Engine) -> int:
    """The highest version of a recorded release; 0 before the first."""
    with engine.connect() as connection:
        return int(connection.execute(select(func.max(release_table.c.version))).scalar() or 0)


def seed(engine: Engine, release: Release, signed: bytes) -> int:
    """Put a baseline release, its editions and its events in, in one transaction.

    Returns how many editions of scripts went live now; 0 when the release was recorded
    before. Raises VersionTaken, and IntegrityError when a rule of the database forbids it.
    """
    with engine.begin() as connection:
        columns = release_table.c
        same = or_(columns.digest == release.digest, columns.version == release.version)
        known = connection.execute(select(columns.digest).where(same)).scalars().all()
        if release.digest in known:
            return 0
        if known:
            raise VersionTaken(f"release {release.version} is recorded with another content")
        helpers = [*release.directory.resources.values()]
        _scripts(connection, release)
        rows = [*map(_row, release.editions), *map(_helper_row, helpers)]
        ids = _editions(connection, rows)
        connection.execute(
            insert(release_table).values(
                version=release.version,
                digest=release.digest,
                content_digest=release.content_digest,
                draft=release.draft,
                signer=ACTOR,
                signed=signed,
                created=time.time(),
            )
        )
        held = [{"release_version": release.version, "edition_id": item} for item in ids]
        if held:
            connection.execute(insert(release_edition), held)
        changes = _swap(connection, set(ids))
        published = Entry(
            ACTOR,
            "system:release:published",
            f"release {release.version}",
            after_hash=release.digest,
        )
        append_events(connection, [*changes, published])
        return sum(
            change.tag == _LIVE and not change.subject.startswith(HELPER) for change in changes
        )


def _scripts(connection: Connection, release: Release) -> None:
    known = set(connection.execute(select(script.c.id)).scalars())
    # The first edition of a script in the bundle speaks for the script.
    first = {item.script: item for item in reversed(release.editions)}
    rows = [
        {
            "id": item.script,
            "risk": item.risk,
            "owner": item.owner,
            "review_months": item.review_months,
            "created": time.time(),
            "kind": "script",
        }
        for item in first.values()
        if item.script not in known
    ]
    rows += [
        {
            "id": helper_id(helper),
            "risk": helper_risk(helper),
            "owner": None,
            "review_months": REVIEW_MONTHS,
            "created": time.time(),
            "kind": "resource",
        }
        for helper in release.directory.resources.values()
        if helper_id(helper) not in known
    ]
    if rows:
        connection.execute(insert(script), rows)


def _editions(connection: Connection, wanted: Sequence[dict[str, Any]]) -> list[int]:
    keys = [edition.c[name] for name in _IDENTITY]
    query = select(edition.c.id, *keys).where(edition.c.baseline)
    known = {tuple(row[1:]): int(row[0]) for row in connection.execute(query)}
    new = [row for row in wanted if _key(row) not in known]
    if new:
        connection.execute(insert(edition), new)
        known = {tuple(row[1:]): int(row[0]) for row in connection.execute(query)}
    return [known[_key(row)] for row in wanted]


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _IDENTITY)


def _row(item: Edition) -> dict[str, Any]:
    return {
        "script_id": item.script,
        "locale": item.locale,
        "audience": item.audience or "",
        "channel": item.channel or "",
        "country": item.country or "",
        "content_hash": item.content_hash,
        "reviewed": item.reviewed,
        "reviewed_by": item.reviewed_by,
        "body": item.text,
        "buttons": [button.model_dump() for button in item.buttons],
        **{name: list(getattr(item, name)) for name in ("says", "handoffs", "resources")},
        "sources": list(item.sources),
        "baseline": True,
        "author": ACTOR,
        "last_editor": ACTOR,
        "created": time.time(),
    }


def _helper_row(helper: Resource) -> dict[str, Any]:
    body = helper_body(helper)
    return {
        **dict.fromkeys(("locale", "audience", "channel", "country"), ""),
        "script_id": helper_id(helper),
        "content_hash": helper_hash(body),
        "reviewed": None,
        "reviewed_by": None,
        "body": body,
        **{name: [] for name in ("buttons", "says", "handoffs", "sources")},
        "resources": numbers_of(helper),
        "baseline": True,
        "author": ACTOR,
        "last_editor": ACTOR,
        "created": time.time(),
    }


def _swap(connection: Connection, wanted: set[int]) -> list[Entry]:
    query = select(edition.c.id, edition.c.content_hash, edition.c.script_id, edition.c.state)
    rows = connection.execute(query).all()
    leaving = [row for row in rows if row.state == "live" and row.id not in wanted]
    coming = [row for row in rows if row.state != "live" and row.id in wanted]
    entries: list[Entry] = []
    # Out before in: at no moment are two editions live in one place.
    for state, tag, moved in (("retired", _RETIRED, leaving), ("live", _LIVE, coming)):
        if moved:
            change = update(edition).where(edition.c.id == bindparam("row")).values(state=state)
            connection.execute(change, [{"row": row.id} for row in moved])
        entries += [
            Entry(
                ACTOR,
                tag,
                f"{row.script_id} #{row.id}",
                before_hash=row.content_hash if state == "retired" else None,
                after_hash=row.content_hash if state == "live" else None,
            )
            for row in moved
        ]
    return entries

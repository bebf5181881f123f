"""The audit trail: append-only, each entry hashed together with the one before."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.content.models import Event
from bot.content.scripts import canonical_json

START = "0" * 64
_TAG = re.compile(r"[a-z]+:[a-z_]+:[a-z_]+")
_FIELDS = ("created", "actor", "tag", "subject", "reason", "before_hash", "after_hash", "previous")
event = Event.metadata.tables["event"]


@dataclass(frozen=True)
class Entry:
    """What happened: `tag` is source:subject:action, e.g. console:edition:approved."""

    actor: str
    tag: str
    subject: str
    reason: str = ""
    before_hash: str | None = None
    after_hash: str | None = None

    def __post_init__(self) -> None:
        if not _TAG.fullmatch(self.tag):
            raise ValueError(f"{self.tag!r} is not source:subject:action")


def append_events(connection: Connection, entries: Iterable[Entry]) -> str:
    """Add entries in the caller's transaction; returns the hash of the last one.

    Raises IntegrityError when somebody else appended in between: try the transaction again.
    """
    query = select(event.c.hash).order_by(event.c.id.desc()).limit(1)
    last: str = connection.execute(query).scalar() or START
    rows: list[dict[str, object]] = []
    for entry in entries:
        values = {"created": time.time(), **asdict(entry), "previous": last}
        last = digest(values)
        rows.append({**values, "hash": last})
    if rows:
        connection.execute(insert(event), rows)
    return last


def broken_event(connection: Connection) -> int | None:
    """The id of the first entry that does not follow from the one before; None: all hold."""
    previous = START
    for row in connection.execute(select(event).order_by(event.c.id)).mappings():
        if not follows(row, previous):
            return int(row["id"])
        previous = row["hash"]
    return None


def follows(row: Mapping[Any, Any], previous: str) -> bool:
    """Whether an entry comes after the one with this hash and says what its own hash says."""
    try:
        return bool(row["previous"] == previous and row["hash"] == digest(row))
    except (TypeError, ValueError):  # SQLite keeps whatever it is given: bytes, half a character
        return False


def digest(values: Mapping[Any, Any]) -> str:
    """sha256 (hex) over everything that an entry says and the hash of the one before."""
    return hashlib.sha256(canonical_json({name: values[name] for name in _FIELDS})).hexdigest()

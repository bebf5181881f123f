"""An anchor outside the database: how far the audit trail went, so that no end of it can go.

A chain alone shows neither that its last entries were removed nor that all of it was made anew.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bot.content.events import START, event, follows
from bot.content.files import replace_file
from bot.content.scripts import canonical_json

logger = logging.getLogger(__name__)
_AT_ONCE = 2000  # rows in memory
_PURPOSE = b"audit anchor"
_UNREADABLE = "The entry after {} cannot be read: what stands there is no text."


class AnchorBroken(Exception):
    """The trail is not what was anchored, or the anchor is not ours. The anchor stays as it was."""


@dataclass(frozen=True)
class Anchor:
    """The trail as it was at `made`: its entries, the last one, `places` over every id and hash.

    `begun` says since when there is an anchor, and `begun_at` how many entries there were by then.
    Times in seconds since 1970.
    """

    entries: int = 0
    id: int = 0
    hash: str = START
    places: str = START
    begun: float = 0.0
    begun_at: int = 0
    made: float = 0.0

    def then(self, row: Mapping[Any, Any]) -> Anchor | None:
        """The trail with one entry more; None where that does not follow."""
        if row["id"] <= self.id or not follows(row, self.hash):
            return None
        places = hashlib.sha256(f"{self.places} {row['id']} {row['hash']}".encode()).hexdigest()
        return replace(
            self, entries=self.entries + 1, id=row["id"], hash=row["hash"], places=places
        )

    @property
    def head(self) -> tuple[int, int, str, str]:
        """What has to be the same."""
        return self.entries, self.id, self.hash, self.places


@dataclass(frozen=True)
class Verdict:
    """Whether the trail holds, in plain English. `broken`: the id of the first entry that does
    not fit, where one can be named; `since`: when the first entry was made (seconds since 1970)."""

    ok: bool
    entries: int
    broken: int | None
    reason: str
    since: float | None = None
    anchor: Anchor | None = None


def anchor_path(data_folder: Path) -> Path:
    """Where the anchor of an installation lies."""
    return data_folder / "audit" / "anchor.json"


def follow(rows: Iterable[Mapping[Any, Any]], known: Anchor | None) -> Verdict:
    """Check entries in the order of their ids against an anchor; None: the chain alone."""
    walk, since = Anchor(), None
    for row in rows:
        since = _time(row["created"]) if since is None else since
        after = walk.then(row)
        if after is None:
            reason = f"Entry {row['id']} does not follow from the one before, or was changed."
            return Verdict(False, walk.entries, row["id"], reason, since, known)
        walk = after
        if known is not None and walk.entries == known.entries and walk.head != known.head:
            reason = f"The trail up to entry {walk.id} is not the one that was anchored."
            return Verdict(False, walk.entries, walk.id, reason, since, known)
    if known is not None and walk.entries < known.entries:
        left = f"Of {known.entries:,} anchored entries {walk.entries:,} are left"
        reason = f"{left}: the last ones were removed."
        return Verdict(False, walk.entries, None, reason, since, known)
    reason = f"Entries that follow one another, from the first to the last: {walk.entries:,}."
    return Verdict(True, walk.entries, None, reason, since, known)


def keep_anchored(engine: Engine, data_folder: Path, secret: bytes) -> None:
    """Anchor after something was done, which is done: what keeps it from that is logged alone."""
    try:
        anchor(engine, anchor_path(data_folder), secret)
    except AnchorBroken as error:
        logger.error("audit trail: %s", error)
    except (OSError, SQLAlchemyError) as error:
        logger.error("audit trail not anchored: %s", type(error).__name__)


def verify(engine: Engine, path: Path, secret: bytes) -> Verdict:
    """Check the whole trail against its anchor, row by row; without an anchor it does not hold."""
    known, problem = _known(path, secret)
    with engine.connect() as connection:
        seen = _Seen(_rows(connection))
        try:
            verdict = follow(seen, known)
        except (DBAPIError, UnicodeError) as error:
            if "decode" not in str(error).lower():
                raise
            return Verdict(False, seen.count, None, _UNREADABLE.format(seen.last), None, known)
    if not problem:
        return verdict
    return replace(verdict, ok=False, reason=f"{verdict.reason} {problem}")


def glance(engine: Engine, path: Path, secret: bytes) -> Verdict:
    """Count the entries and look at the anchored one alone: quick, and no proof of the others."""
    known, problem = _known(path, secret)
    with engine.connect() as connection:
        count = select(func.count()).select_from(event)
        entries = int(connection.execute(count).scalar_one())
        first = select(event.c.created).order_by(event.c.id).limit(1)
        since = _time(connection.execute(first).scalar())
        if known is not None and not problem:
            then = connection.execute(count.where(event.c.id <= known.id)).scalar_one()
            if then != known.entries or _hash_at(connection, known) != known.hash:
                problem = "The trail is not the one that was anchored."
    return Verdict(not problem, entries, None, problem or "As anchored.", since, known)


def anchor(engine: Engine, path: Path, secret: bytes, *, now: float | None = None) -> Anchor:
    """Write down how far the trail goes. Raises AnchorBroken, and keeps the earlier anchor, where
    the trail does not go on from there; two at once do it one after the other."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(path.with_suffix(".lock")):
        known = read_anchor(path, secret)
        walk = known or Anchor()
        with engine.connect() as connection:
            if walk.entries and _hash_at(connection, walk) != walk.hash:
                raise AnchorBroken("The audit trail no longer holds the entry that was anchored.")
            for row in _rows(connection, walk.id):
                after = walk.then(row)
                if after is None:
                    raise AnchorBroken(f"Entry {row['id']} of the audit trail does not follow.")
                walk = after
        if known is not None and walk.entries == known.entries:
            return known
        made = time.time() if now is None else now
        walk = replace(walk, made=made)
        if known is None:
            walk = replace(walk, begun=made, begun_at=walk.entries)
        values = asdict(walk)
        replace_file(path, canonical_json({**values, "mac": _mac(values, secret)}) + b"\n")
        return walk


def read_anchor(path: Path, secret: bytes) -> Anchor | None:
    """The anchor; None when there is none. Raises AnchorBroken when it is not ours."""
    try:
        values = json.loads(path.read_bytes())
        mac = str(values.pop("mac"))
        if hmac.compare_digest(mac.encode(), _mac(values, secret).encode()):
            return Anchor(**values)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    raise AnchorBroken(f"{path} is damaged, or was not made with the secret key of this place.")


class _Seen:
    """Rows as they come, and how far they came."""

    def __init__(self, rows: Iterable[Mapping[Any, Any]]) -> None:
        self._rows, self.count, self.last = rows, 0, 0

    def __iter__(self) -> Iterator[Mapping[Any, Any]]:
        for row in self._rows:
            yield row
            self.count, self.last = self.count + 1, row["id"]


def _known(path: Path, secret: bytes) -> tuple[Anchor | None, str]:
    try:
        known = read_anchor(path, secret)
    except AnchorBroken as error:
        return None, str(error)
    missing = "There is no anchor: it would not show if the last ones were removed."
    return known, "" if known else missing


def _rows(connection: Connection, after: int | None = None) -> Iterator[Mapping[Any, Any]]:
    query = select(event).order_by(event.c.id)
    if after is not None:
        query = query.where(event.c.id > after)
    streamed = connection.execution_options(yield_per=_AT_ONCE)
    yield from streamed.execute(query).mappings()


def _time(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _hash_at(connection: Connection, known: Anchor) -> str | None:
    return connection.execute(select(event.c.hash).where(event.c.id == known.id)).scalar()


def _mac(values: Mapping[Any, Any], secret: bytes) -> str:
    key = hmac.new(secret, _PURPOSE, "sha256").digest()
    return hmac.new(key, canonical_json(values), "sha256").hexdigest()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

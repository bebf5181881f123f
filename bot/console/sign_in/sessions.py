"""Signed-in browsers as rows: found by a hash of their token, ended by deleting them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.console.access import Person
from bot.console.desk import Desk
from bot.console.sign_in.accounts import passkey, roles_of, staff, staff_session
from bot.console.sign_in.policy import policy

SEEN_SECONDS = 60.0
HOUR, MINUTE = 3600.0, 60.0
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


@dataclass(frozen=True)
class Browser:
    """A signed-in browser in the list of an account."""

    key: str
    device: str
    created: float
    seen: float
    this: bool


def digest(token: str) -> str:
    """What is kept of a token: sha256 in hex."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def begin(connection: Connection, number: int, device: str, now: float) -> str:
    """A new session; returns its token. To sign in is a fresh proof."""
    connection.execute(delete(staff_session).where(staff_session.c.expires <= now))
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(staff_session).values(
            token_hash=digest(token),
            staff_id=number,
            created=now,
            seen=now,
            expires=now + policy().session_hours * HOUR,
            stepped_up=now,
            device=device,
        )
    )
    return token


def renew(connection: Connection, token: str, now: float) -> str:
    """Another token for a session whose owner has proved again who they are."""
    made = secrets.token_urlsafe(32)
    mine = update(staff_session).where(staff_session.c.token_hash == digest(token))
    connection.execute(mine.values(token_hash=digest(made), stepped_up=now, seen=now))
    return made


def person_of(desk: Desk, token: str) -> Person | None:
    """Who a browser belongs to; None once its session is over, idle too long or revoked."""
    now, rules = desk.now(), policy()
    with desk.engine.connect() as connection:
        row = _row(connection, token)
        if row is None or row.expires <= now or row.seen + rules.idle_minutes * MINUTE <= now:
            return None
        roles = roles_of(connection, row.id)
        key = select(passkey.c.id).where(passkey.c.staff_id == row.id)
        factor = row.totp_sealed is not None or connection.execute(key).first() is not None
    if now - row.seen > SEEN_SECONDS:
        with desk.engine.begin() as connection:
            mine = update(staff_session).where(staff_session.c.token_hash == digest(token))
            connection.execute(mine.values(seen=now))
    proved = row.stepped_up is not None and now - row.stepped_up < rules.step_up_minutes * MINUTE
    ready = factor and row.temporary_until is None
    return Person(row.id, row.name, roles, token, fresh=proved, ready=ready)


def _row(connection: Connection, token: str) -> Any:
    query = (
        select(staff, staff_session.c.seen, staff_session.c.expires, staff_session.c.stepped_up)
        .join(staff_session, staff_session.c.staff_id == staff.c.id)
        .where(staff_session.c.token_hash == digest(token), staff.c.active)
    )
    return connection.execute(query).one_or_none()


def end(connection: Connection, token: str) -> None:
    """Sign a browser out."""
    connection.execute(delete(staff_session).where(staff_session.c.token_hash == digest(token)))


def revoke(connection: Connection, number: int, key: str) -> None:
    """Sign out a browser of somebody by its key in the list."""
    mine = (staff_session.c.staff_id == number) & (staff_session.c.token_hash == key)
    connection.execute(delete(staff_session).where(mine))


def browsers(connection: Connection, person: Person) -> list[Browser]:
    """Where somebody is signed in, this browser first."""
    rows = select(staff_session).where(staff_session.c.staff_id == person.id)
    own = digest(person.token)
    found = [
        Browser(row.token_hash, row.device, row.created, row.seen, row.token_hash == own)
        for row in connection.execute(rows)
    ]
    return sorted(found, key=lambda one: (not one.this, -one.seen))


def device_of(agent: str) -> str:
    """A browser as its owner knows it, e.g. Firefox on Android; nothing that names a person."""
    browser = next((name for name in _BROWSERS if name in agent), "A browser")
    system = next((name for name in _SYSTEMS if name in agent), "")
    names = {"Edg": "Edge", "OPR": "Opera"}
    return f"{names.get(browser, browser)} on {system}" if system else names.get(browser, browser)

"""Letting somebody in: password, then a code, with waits that cost guessers and nobody else."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from bot.console.access import Person
from bot.console.desk import Desk
from bot.console.sign_in.accounts import known_device, named, passkey, staff
from bot.console.sign_in.codes import use_code, use_recovery_code
from bot.console.sign_in.passwords import Passwords
from bot.console.sign_in.policy import policy
from bot.console.sign_in.sessions import digest
from bot.console.sign_in.throttle import FOR_EVER, wait
from bot.console.workflow.people import Refused
from bot.console.workflow.transactions import writing
from bot.content.events import Entry, append_events

WRONG = "That is not right. Check name, password and code, and try again."
LATER = "Too many attempts. Wait {seconds} seconds, then try again."
SET_UP = "password, to set up a second factor"
BARRED = ("Too many attempts. Use a browser that you signed in with before, a passkey, or ask an "
          "admin to reset your second factor.")  # fmt: skip
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Entered:
    """Who came in. `how` for the audit trail; `set_up`: nothing else is open yet."""

    id: int
    name: str
    how: str
    set_up: bool


class Entrance:
    """Checks attempts; those of known browsers, sessions and unknown names count in memory."""

    def __init__(self, desk: Desk, passwords: Passwords) -> None:
        self._desk = desk
        self.passwords = passwords
        self._lock = threading.Lock()
        self._attempts: OrderedDict[str, tuple[int, float | None]] = OrderedDict()

    def enter(self, name: str, password: str, code: str, device: str | None) -> Entered:
        """Raises Refused with the same words whatever was wrong, or with how long to wait."""
        desk, now = self._desk, self._desk.now()
        name = name.strip().casefold()[:80]
        with writing(desk.engine) as connection:
            row = named(connection, name)
            known = row is not None and self._knows(connection, row.id, device)
            # Counted before anything is checked: many at once are as slow as one by one.
            if row is None or known:
                self._count_here(f"browser:{device}" if known else f"name:{name}", known=known)
            else:
                self._count(connection, row)
        fits = self.passwords.fits(row.password_hash if row else None, password)
        how = None
        if row is not None and fits and row.active:
            expired = row.temporary_until is not None and row.temporary_until <= now
            how = None if expired else self._second(row, code)
        if row is None or how is None:
            raise Refused(WRONG)
        self._let_in(row, password, how, f"browser:{device}" if known else None)
        return Entered(row.id, row.name, how, how == SET_UP)

    def confirm(self, who: Person, code: str) -> str:
        """How somebody who is signed in showed again who they are. Raises Refused.

        Wrong codes count for this session alone: nobody outside makes a colleague wait.
        """
        with self._desk.engine.connect() as connection:
            row = named(connection, who.name)
        if row is None:
            raise Refused(WRONG)
        mine = f"session:{digest(who.token)}"
        self._count_here(mine, known=False)
        how = self._second(row, code)
        if how is None or how == SET_UP:
            raise Refused("That code is not right. Wait for the next one, or use a passkey.")
        self._forget(mine)
        return how.removeprefix("password and ")

    def _count(self, connection: Any, row: Any) -> None:
        """One attempt more by an unknown browser. Raises Refused if it is too soon."""
        now = self._desk.now()
        _may_try(wait(row.failures, row.failed, now, known_browser=False))
        mine = update(staff).where(staff.c.id == row.id)
        connection.execute(mine.values(failures=staff.c.failures + 1, failed=now))
        if row.failures + 1 == policy().free_failures:
            told = Entry("system", "console:staff:guessed", row.name, "failures in a row")
            append_events(connection, [told])

    def _count_here(self, who: str, *, known: bool) -> None:
        """The same for a known browser, a session, or a name that nobody has: kept in memory."""
        now = self._desk.now()
        with self._lock:
            failures, failed = self._attempts.get(who, (0, None))
            _may_try(wait(failures, failed, now, known_browser=known))
            self._attempts.pop(who, None)
            self._attempts[who] = (failures + 1, now)
            while len(self._attempts) > MOST_COUNTED:
                self._attempts.popitem(last=False)

    def _forget(self, who: str) -> None:
        with self._lock:
            self._attempts.pop(who, None)

    def _second(self, row: Any, code: str) -> str | None:
        """How the second factor was shown; None where it was not."""
        desk, now = self._desk, self._desk.now()
        with desk.engine.begin() as connection:
            # With a passkey and no app the password alone opens nothing.
            if row.totp_sealed is None and not _has_passkey(connection, row.id):
                return SET_UP
            if use_code(connection, row, code, desk.seals, now):
                return "password and code"
            if use_recovery_code(connection, row.id, code, self.passwords, now):
                return "password and recovery code"
        return None

    def _let_in(self, row: Any, password: str, how: str, device: str | None) -> None:
        values: dict[str, Any] = {"failures": 0, "failed": None}
        if self.passwords.is_old(row.password_hash):
            values["password_hash"] = self.passwords.hash(password)
        if device:
            self._forget(device)
        with writing(self._desk.engine) as connection:
            connection.execute(update(staff).where(staff.c.id == row.id).values(**values))
            append_events(connection, [Entry(row.name, "console:staff:signed_in", row.name, how)])

    def _knows(self, connection: Any, number: int, device: str | None) -> bool:
        if not device:
            return False
        oldest = self._desk.now() - policy().known_device_days * 86_400
        query = select(known_device.c.created).where(
            known_device.c.token_hash == digest(device), known_device.c.staff_id == number
        )
        created = connection.execute(query).scalar()
        return created is not None and created > oldest

    def remember(self, number: int, device: str | None) -> str:
        """Make this browser a known one; returns what its cookie holds."""
        with self._desk.engine.begin() as connection:
            if self._knows(connection, number, device):
                return device or ""
            token = secrets.token_urlsafe(24)
            values = {"token_hash": digest(token), "staff_id": number, "created": self._desk.now()}
            connection.execute(insert(known_device).values(**values))
        return token


def _may_try(seconds: float) -> None:
    if seconds == FOR_EVER:
        raise Refused(BARRED)
    if seconds > 0:
        raise Refused(LATER.format(seconds=int(seconds) + 1))


def _has_passkey(connection: Any, number: int) -> bool:
    query = select(passkey.c.id).where(passkey.c.staff_id == number)
    return connection.execute(query).first() is not None

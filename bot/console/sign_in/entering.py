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
BARRED = ("Too many attempts. Use a browser that you signed in with before, a passkey, or ask an "
          "admin to reset your second factor.")  # fmt: skip
MOST_DEVICES = 10_000


@dataclass(frozen=True)
class Entered:
    """Who came in. `how` for the audit trail; `set_up`: nothing else is open yet."""

    id: int
    name: str
    how: str
    set_up: bool


class Entrance:
    """Checks attempts. Failures of known browsers are counted here, one by one."""

    def __init__(self, desk: Desk, passwords: Passwords) -> None:
        self._desk = desk
        self.passwords = passwords
        self._lock = threading.Lock()
        self._devices: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def enter(self, name: str, password: str, code: str, device: str | None) -> Entered:
        """Raises Refused with the same words whatever was wrong, or with how long to wait."""
        desk, now = self._desk, self._desk.now()
        with desk.engine.connect() as connection:
            row = named(connection, name.strip().casefold())
            known = row is not None and self._knows(connection, row.id, device)
        self._may_try(row, known, device)
        fits = self.passwords.fits(row.password_hash if row else None, password)
        how = None
        if row is not None and fits and row.active:
            expired = row.temporary_until is not None and row.temporary_until <= now
            how = None if expired else self._second(row, code)
        if row is None or how is None:
            self._failed(row, known, device)
            raise Refused(WRONG)
        self._let_in(row, password, how, device if known else None)
        return Entered(row.id, row.name, how, how == "password, to set up a second factor")

    def confirm(self, who: Person, code: str) -> str:
        """How somebody who is signed in showed again who they are. Raises Refused.

        Wrong codes count as failures of the account: a stolen browser cannot guess without end.
        """
        with self._desk.engine.connect() as connection:
            row = named(connection, who.name)
        if row is None:
            raise Refused(WRONG)
        if row.failures >= policy().free_failures:
            seconds = wait(row.failures, row.failed, self._desk.now(), known_browser=True)
            if seconds > 0:
                raise Refused(LATER.format(seconds=int(seconds) + 1))
        how = self._second(row, code)
        if row.totp_sealed is None or how is None:
            self._failed(row, False, None)
            raise Refused("That code is not right. Wait for the next one, or use a passkey.")
        with self._desk.engine.begin() as connection:
            mine = update(staff).where(staff.c.id == row.id)
            connection.execute(mine.values(failures=0, failed=None))
        return how.removeprefix("password and ")

    def _may_try(self, row: Any, known: bool, device: str | None) -> None:
        if row is None:
            return
        failures, failed = (row.failures, row.failed)
        if known:
            failures, failed = self._devices.get(device or "", (0, 0.0))
        seconds = wait(failures, failed, self._desk.now(), known_browser=known)
        if seconds == FOR_EVER:
            raise Refused(BARRED)
        if seconds > 0:
            raise Refused(LATER.format(seconds=int(seconds) + 1))

    def _second(self, row: Any, code: str) -> str | None:
        """How the second factor was shown; None where it was not."""
        desk, now = self._desk, self._desk.now()
        with desk.engine.begin() as connection:
            if row.totp_sealed is None:
                # A passkey alone is no reason to skip it: then the password opens nothing.
                return (
                    None
                    if _has_passkey(connection, row.id)
                    else ("password, to set up a second factor")
                )
            if use_code(connection, row, code, desk.seals, now):
                return "password and code"
            if use_recovery_code(connection, row.id, code, self.passwords, now):
                return "password and recovery code"
        return None

    def _failed(self, row: Any, known: bool, device: str | None) -> None:
        if row is None:
            return
        now = self._desk.now()
        if known and device:
            with self._lock:
                failures, _ = self._devices.pop(device, (0, 0.0))
                self._devices[device] = (failures + 1, now)
                while len(self._devices) > MOST_DEVICES:
                    self._devices.popitem(last=False)
            return
        with writing(self._desk.engine) as connection:
            mine = update(staff).where(staff.c.id == row.id)
            connection.execute(mine.values(failures=staff.c.failures + 1, failed=now))
            if row.failures + 1 == policy().free_failures:
                told = Entry("system", "console:staff:guessed", row.name, "failures in a row")
                append_events(connection, [told])

    def _let_in(self, row: Any, password: str, how: str, device: str | None) -> None:
        values: dict[str, Any] = {"failures": 0, "failed": None}
        if self.passwords.is_old(row.password_hash):
            values["password_hash"] = self.passwords.hash(password)
        if device:
            with self._lock:
                self._devices.pop(device, None)
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


def _has_passkey(connection: Any, number: int) -> bool:
    query = select(passkey.c.id).where(passkey.c.staff_id == number)
    return connection.execute(query).first() is not None

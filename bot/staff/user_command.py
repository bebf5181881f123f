"""`handrail user`: the first account, and help when everybody is locked out of theirs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from sqlalchemy import update

from bot.console.sign_in.accounts import (
    add,
    everybody,
    first_password,
    forget_factors,
    named,
    set_active,
    sign_out,
    staff,
)
from bot.console.sign_in.passwords import Passwords
from bot.console.sign_in.policy import policy
from bot.console.workflow.deciding import forget_approvals
from bot.console.workflow.people import Actor, Refused, Work
from bot.console.workflow.transactions import writing
from bot.content.events import Entry, append_events
from bot.settings import Settings
from bot.staff.database import anchored, open_staff_database

ACTOR = "command line"
HOUR = 3600


def add_user(config: Settings, name: str, roles: Sequence[str]) -> Iterator[str]:
    """Make an account; yields the first password, which is shown once. Raises Refused."""
    password, now = first_password(), time.time()
    hashed = Passwords().hash(password)
    engine = open_staff_database(config)
    with writing(engine) as connection:
        until = now + policy().temporary_hours * HOUR
        add(connection, name, hashed, roles, now=now, temporary_until=until)
        told = ", ".join(sorted(roles))
        append_events(connection, [Entry(ACTOR, "console:staff:added", name, told)])
    anchored(engine, config)
    yield from _told(config, name, password)


def reset_user(config: Settings, name: str) -> Iterator[str]:
    """A new first password, no second factor, every browser signed out. Raises Refused."""
    password, now = first_password(), time.time()
    hashed = Passwords().hash(password)
    engine = open_staff_database(config)
    with writing(engine) as connection:
        row = named(connection, name)
        if row is None:
            raise Refused(f"There is nobody called {name}.")
        forget_factors(connection, row.id)
        sign_out(connection, row.id)
        values = {"password_hash": hashed, "temporary_until": now + policy().temporary_hours * HOUR}
        connection.execute(update(staff).where(staff.c.id == row.id).values(**values, active=True))
        append_events(connection, [Entry(ACTOR, "console:staff:reset", name, "command line")])
    anchored(engine, config)
    yield from _told(config, name, password)


def let_out_user(config: Settings, name: str, reason: str) -> Iterator[str]:
    """Sign somebody out for good, at once. Raises Refused, also for the last of a role."""
    engine = open_staff_database(config)
    with writing(engine) as connection:
        row = named(connection, name)
        if row is None:
            raise Refused(f"There is nobody called {name}.")
        set_active(connection, row.id, False)
        work = Work(connection, Actor(ACTOR, frozenset()), config.locales, time.time())
        forget_approvals(work, name)
        work.note("staff:let_out", name, reason)
    anchored(engine, config)
    yield f"{name} is signed out and stays out."


def list_users(config: Settings) -> Iterator[str]:
    """One line for each account."""
    with open_staff_database(config).connect() as connection:
        for one in everybody(connection):
            state = "" if one.active else "  (signed out for good)"
            factor = "" if one.ready else "  (no second factor yet)"
            yield f"{one.name}  {', '.join(sorted(one.roles))}{state}{factor}"


def _told(config: Settings, name: str, password: str) -> Iterator[str]:
    yield f"First password of {name}: {password}"
    yield f"It lasts {policy().temporary_hours:g} hours and is replaced at the first sign-in:"
    yield config.console_address + "/"

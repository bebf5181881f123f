"""`handrail user`: the first account, and help when everybody is locked out of theirs."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Row

from bot.console.people.managing import add_account, let_out_account, reset_account
from bot.console.sign_in.accounts import everybody, first_password, named, set_active
from bot.console.sign_in.passwords import Passwords
from bot.console.sign_in.policy import policy
from bot.console.workflow.people import Actor, Refused, Work
from bot.console.workflow.transactions import writing
from bot.settings import Settings
from bot.staff.database import anchored, open_staff_database

ACTOR = "command line"


def add_user(config: Settings, name: str, roles: Sequence[str]) -> Iterator[str]:
    """Make an account; yields the first password, which is shown once. Raises Refused."""
    password = first_password()
    hashed = Passwords().hash(password)
    with _managing(config) as work:
        add_account(work, name, roles, hashed)
    yield from _told(config, name, password)


def reset_user(config: Settings, name: str) -> Iterator[str]:
    """A new first password, everything set up anew; who was let out is in again. Raises Refused."""
    password = first_password()
    hashed = Passwords().hash(password)
    with _managing(config) as work:
        row = _known(work, name)
        reset_account(work, row, hashed, ACTOR)
        set_active(work.connection, row.id, True)
    yield from _told(config, name, password)


def let_out_user(config: Settings, name: str, reason: str) -> Iterator[str]:
    """Sign somebody out for good, at once. Raises Refused, also for the last of a role."""
    with _managing(config) as work:
        let_out_account(work, _known(work, name), reason)
    yield f"{name} is signed out and stays out."


@contextmanager
def _managing(config: Settings) -> Iterator[Work]:
    engine = open_staff_database(config)
    with writing(engine) as connection:
        yield Work(connection, Actor(ACTOR, frozenset()), config.locales, time.time())
    anchored(engine, config)


def _known(work: Work, name: str) -> Row[Any]:
    row = named(work.connection, name)
    if row is None:
        raise Refused(f"There is nobody called {name}.")
    return row


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

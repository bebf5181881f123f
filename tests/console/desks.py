"""A console over a small installation, with a clock, and people who can sign in."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

import pyotp
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select, update

from bot.console.app import build_console
from bot.console.desk import Desk
from bot.console.sign_in import codes
from bot.console.sign_in.passwords import Passwords
from bot.console.workflow.people import Actor
from bot.gateway.sealing import Seal
from bot.settings import Settings
from bot.staff.previews import previews, release_with
from tests.console.small import TABLES, House, open_house

SECRET = b"a secret of thirty-two bytes, yes"
PASSWORD = "correct horse battery staple"
# Weak on purpose: the parameters of production are the library's own.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
STAFF = TABLES["staff"]


@dataclass
class Clock:
    """Seconds since 1970, moved by hand."""

    now: float

    def __call__(self) -> float:
        return self.now


@dataclass
class Office:
    """A console, its clock, and its people. `totp` holds their authenticator apps."""

    house: House
    desk: Desk
    clock: Clock
    app: Any
    totp: dict[str, pyotp.TOTP] = field(default_factory=dict)

    def browser(self) -> FlaskClient:
        """A browser that nobody is signed in with."""
        return self.app.test_client()

    def add(self, name: str, *roles: str) -> Actor:
        """Somebody with a password and an authenticator app."""
        actor = self.house.people.get(name) or self.house.add(name, *roles)
        secret = pyotp.random_base32()
        with self.house.engine.begin() as connection:
            mine = STAFF.c.name == name
            number = connection.execute(select(STAFF.c.id).where(mine)).scalar_one()
            sealed = self.desk.seals.seal(secret, codes.bound(number))
            hashed = Passwords(CHEAP).hash(PASSWORD)
            change = {"password_hash": hashed, "totp_sealed": sealed, "totp_last": None}
            connection.execute(update(STAFF).where(mine).values(**change))
        self.totp[name] = pyotp.TOTP(secret)
        return actor

    def code(self, name: str) -> str:
        """What the app of somebody shows next: a code that was not used yet."""
        self.clock.now += 30
        return self.totp[name].at(int(self.clock.now))

    def sign_in(self, name: str, client: FlaskClient | None = None) -> FlaskClient:
        """A browser in which somebody is signed in."""
        if name not in self.totp:
            self.add(name)
        client = client or self.browser()
        form = {"name": name, "password": PASSWORD, "code": self.code(name)}
        answer = post(client, "/", form)
        assert answer.status_code == 303, answer.text
        return client


def post(client: FlaskClient, path: str, form: Any = None, page: str | None = None) -> Any:
    """Send the form of a page as its browser would: with the page's token."""
    shown = client.get(page or ("/account" if path != "/" else "/"), follow_redirects=True)
    return client.post(path, data={**(form or {}), "csrf_token": token_in(shown.text)})


def token_in(page: str) -> str:
    """The token of the first form of a page."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def open_office(database_url: str, **changes: Any) -> Office:
    """A console over a fresh installation."""
    house = open_house(database_url)
    clock = Clock(house.now)
    desk = Desk(
        engine=house.engine,
        config=Settings(_env_file=None, locales=("en", "es"), **changes),
        secret=SECRET,
        seals=Seal(SECRET, "staff"),
        key=house.key,
        previews=previews,
        with_edition=release_with,
        hasher=CHEAP,
        now=clock,
    )
    app = build_console(desk)
    app.testing = False
    return Office(house, desk, clock, app)


def with_desk(office: Office, **changes: Any) -> Office:
    """The same people before a console that works with something else."""
    desk = replace(office.desk, **changes)
    return replace(office, desk=desk, app=build_console(desk))

"""A small installation: a few scripts in two languages, the real helpers, and people with roles."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, insert, select
from sqlalchemy.engine import make_url

from bot.console.workflow import deciding, drafts, publishing
from bot.console.workflow.editions import Content, content_of, edition, find, query
from bot.console.workflow.people import Actor, Work
from bot.console.workflow.publishing import Press
from bot.console.workflow.transactions import writing
from bot.content import migrations
from bot.content.database import open_database
from bot.content.directory import load_directory
from bot.content.labels import load_labels
from bot.content.models import Base
from bot.content.release import REQUIRED_SCRIPTS, Release, build, sign, verify
from bot.content.scripts import Edition
from bot.content.seed import seed
from bot.settings import ROOT

TABLES = Base.metadata.tables
LOCALES = ("en", "es")
SCRIPTS = (*REQUIRED_SCRIPTS, "utter_holding", "utter_holding_crisis", "utter_step_save",
           "utter_self_harm_open")  # fmt: skip
CRISIS = {"utter_holding_crisis", "utter_self_harm_open"}


@cache
def _parts():
    return load_directory(ROOT), load_labels(ROOT)


def shipped(key: Ed25519PrivateKey, version: int = 1) -> tuple[Release, bytes]:
    """A baseline release of a few scripts."""
    directory, labels = _parts()
    editions = [
        Edition(
            script=name,
            locale=locale,
            audience=audience,
            text=f"{name} in {locale} for {audience or 'all'}.",
            says=("cannot_alert_anyone",) if name in CRISIS else (),
            handoffs=("emergency", "crisis") if name in CRISIS else (),
            risk="crisis" if name in CRISIS else "safety",
            owner="crisis_editor",
            review_months=3,
            sources=("guidance.md 1",),
        )
        for locale in LOCALES
        for name in SCRIPTS
        for audience in ((None, "parent") if name == "utter_step_save" else (None,))
    ]
    signed = sign(build(editions, directory, labels, LOCALES, version=version), key)
    return verify(signed, key.public_key()), signed


@dataclass
class House:
    """A database with what shipped, and people: `people["rita"]` is an Actor."""

    engine: Engine
    key: Ed25519PrivateKey
    people: dict[str, Actor] = field(default_factory=dict)
    now: float = field(default_factory=time.time)

    @property
    def press(self) -> Press:
        return Press(ROOT, self.key)

    def add(self, name: str, *roles: str) -> Actor:
        """Somebody new."""
        with self.engine.begin() as connection:
            made = connection.execute(
                insert(TABLES["staff"]).values(name=name, password_hash="-", created=self.now)
            )
            (number,) = made.inserted_primary_key
            rows = [{"staff_id": number, "role": role} for role in roles]
            connection.execute(insert(TABLES["staff_role"]), rows)
        self.people[name] = Actor(name, frozenset(roles))
        return self.people[name]

    def work(self, name: str):
        """A transaction in which somebody works: `with house.work("ana") as work`."""
        return _Working(self, name)

    def live(self, script: str, locale: str = "en", audience: str = "") -> int:
        """The id of a live edition."""
        place = (edition.c.script_id == script, edition.c.locale == locale)
        with self.engine.connect() as connection:
            rows = query().where(*place, edition.c.audience == audience, edition.c.state == "live")
            return int(connection.execute(rows).one().id)

    def row(self, number: int):
        with self.engine.connect() as connection:
            return find(connection, number)

    def release(self) -> Release:
        """The newest release, verified."""
        release = TABLES["release"]
        newest = select(release.c.signed).order_by(release.c.version.desc()).limit(1)
        with self.engine.connect() as connection:
            return verify(connection.execute(newest).scalar_one(), self.key.public_key())

    def says(self, script: str, locale: str = "en", audience: str | None = None) -> str:
        """What the newest release says."""
        return next(
            item.text
            for item in self.release().editions_of(script, locale)
            if item.audience == audience
        )

    # The whole way of a text, step by step.

    def drafted(self, number: int, text: str, by: str = "ana", **changes: object) -> int:
        """A draft of an edition with another text."""
        with self.work(by) as work:
            made = drafts.start(work, number)
            row = find(work.connection, made)
            content = Content(**{**content_of(row).__dict__, "body": text, **changes})
            drafts.save(work, made, content, seen=row.content_hash)
        return made

    def submitted(self, number: int, text: str, by: str = "ana", **changes: object) -> int:
        made = self.drafted(number, text, by, **changes)
        with self.work(by) as work:
            drafts.submit(work, made, seen=find(work.connection, made).content_hash)
        return made

    def decided(self, number: int, by: str, verdict="approve", reason: str = "") -> str:
        row = self.row(number)
        seen = {"seen": row.content_hash, "in_round": row.round}
        with self.work(by) as work:
            return deciding.decide(work, number, verdict, reason=reason, **seen)

    def approved(self, number: int, text: str, **changes: object) -> int:
        made = self.submitted(number, text, **changes)
        for name in ("rita", "rosa")[: self.row(made).needed]:
            self.decided(made, name)
        return made

    def published(self, ids: Iterable[int], by: str = "paul", notes: str = "Better words") -> int:
        with self.work(by) as work:
            return publishing.publish(work, self.press, ids, notes=notes)


@dataclass
class _Working:
    house: House
    name: str

    def __enter__(self) -> Work:
        self._open = writing(self.house.engine)
        connection = self._open.__enter__()
        return Work(connection, self.house.people[self.name], LOCALES, self.house.now)

    def __exit__(self, *error: object) -> bool | None:
        return self._open.__exit__(*error)


KEY = Ed25519PrivateKey.generate()
PEOPLE = {
    "ana": ["author"],
    "alex": ["author", "reviewer", "publisher"],
    "tom": ["translator"],
    "rita": ["reviewer"],
    "rosa": ["reviewer"],
    "rob": ["reviewer", "author"],
    "paul": ["publisher"],
    "vera": ["viewer"],
}


def open_house(database_url: str) -> House:
    """Ana and Alex write, Tom translates, Rita, Rosa and Rob review, Paul publishes."""
    address = make_url(database_url)
    if address.get_backend_name() != "sqlite":
        return _made(database_url)
    # Made once and copied: most tests begin with the same house.
    shutil.copyfile(_template(), str(address.database))
    return House(open_database(database_url), KEY, _actors())


@cache
def _template() -> Path:
    path = Path(tempfile.mkdtemp(prefix="house-")) / "house.db"
    atexit.register(shutil.rmtree, path.parent, ignore_errors=True)
    _made(f"sqlite:///{path}").engine.dispose()
    return path


def _made(database_url: str) -> House:
    engine = open_database(database_url)
    migrations.upgrade(engine)
    seed(engine, *shipped(KEY))
    house = House(engine, KEY)
    for name, roles in PEOPLE.items():
        house.add(name, *roles)
    return house


def _actors() -> dict[str, Actor]:
    return {name: Actor(name, frozenset(roles)) for name, roles in PEOPLE.items()}

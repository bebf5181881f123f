"""What the request at hand works with: the desk, the release in force, a transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import cast

from flask import current_app

from bot.console.access import person
from bot.console.desk import Desk
from bot.console.scripts.linting import material_of
from bot.console.workflow.in_force import newest_release
from bot.console.workflow.people import Actor, Work
from bot.console.workflow.publishing import Press
from bot.console.workflow.reviews import day_of
from bot.console.workflow.transactions import writing
from bot.content.anchors import keep_anchored
from bot.content.checks.material import Material
from bot.content.release import Release


def desk() -> Desk:
    """What this console works with."""
    return cast(Desk, current_app.config["DESK"])


def press() -> Press:
    """What makes releases here."""
    return Press(desk().root, desk().key, desk().config.data_folder / "releases")


def today() -> date:
    """The day (UTC)."""
    return day_of(desk().now())


def actor() -> Actor:
    """Who works, by the name that the audit trail keeps."""
    return Actor(person().name, person().roles)


@contextmanager
def working() -> Iterator[Work]:
    """A transaction in which whoever is signed in works. Raises Refused."""
    with writing(desk().engine) as connection:
        yield Work(connection, actor(), desk().config.locales, desk().now())


def anchored() -> None:
    """Write down outside the database how far the audit trail goes; bot.console.audit asks for it
    after each form."""
    keep_anchored(desk().engine, desk().config.data_folder, desk().secret)


def material() -> Material:
    """The project's rules, plans and lists."""
    return material_of(desk().root, desk().config.locales)


def release_in_force() -> Release:
    """The newest release of the database. Raises Refused where there is none under our key."""
    return newest_release(desk().engine, desk().key.public_key())

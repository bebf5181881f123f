"""What the request at hand works with: the desk, the release in force, a transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flask import current_app
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from bot.console.access import person
from bot.console.desk import Desk
from bot.console.scripts.linting import material_of
from bot.console.workflow.editions import release as release_table
from bot.console.workflow.people import Actor, Refused, Work
from bot.console.workflow.publishing import Press
from bot.console.workflow.reviews import day_of
from bot.console.workflow.transactions import writing
from bot.content.anchors import AnchorBroken, anchor, anchor_path
from bot.content.checks.material import Material
from bot.content.release import Release, ReleaseRefused, verify

logger = logging.getLogger(__name__)


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
    after each form.

    What was done is done: a trail that does not go on from its anchor is logged and told on /audit.
    """
    try:
        anchor(desk().engine, anchor_path(desk().config.data_folder), desk().secret)
    except AnchorBroken as error:
        logger.error("audit trail: %s", error)
    except (OSError, SQLAlchemyError) as error:
        logger.error("audit trail not anchored: %s", type(error).__name__)


def material() -> Material:
    """The project's rules, plans and lists."""
    return material_of(desk().root, desk().config.locales)


def release_in_force() -> Release:
    """The newest release of the database. Raises Refused where there is none under our key."""
    engine, key = desk().engine, desk().key.public_key().public_bytes_raw()
    columns = release_table.c
    newest = select(columns.version, columns.digest).order_by(columns.version.desc()).limit(1)
    with engine.connect() as connection:
        row = connection.execute(newest).one_or_none()
    if row is None:
        raise Refused("Nothing is in force yet: start the chat once, it brings the first release.")
    try:
        return release_by(engine, key, row.version, row.digest)
    except ReleaseRefused as error:
        raise Refused(f"The newest release is not of this installation's key: {error}") from error


@lru_cache(maxsize=4)
def release_by(engine: Engine, key: bytes, version: int, digest: str) -> Release:
    """A release of the database, verified under a raw public key; kept, as it never changes."""
    columns = release_table.c
    with engine.connect() as connection:
        query = select(columns.signed).where(columns.version == version, columns.digest == digest)
        signed = connection.execute(query).scalar_one()
    return verify(signed, Ed25519PublicKey.from_public_bytes(key))

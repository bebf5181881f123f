"""The release that staff work from, read with nothing but a database and a key."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from bot.console.current import release_by
from bot.console.workflow.editions import release as release_table
from bot.console.workflow.people import Refused
from bot.content.release import Release, ReleaseRefused
from bot.content.store import public_bytes


def newest_release(engine: Engine, key: Ed25519PublicKey) -> Release:
    """The newest release of the database, verified. Raises Refused where there is none."""
    columns = release_table.c
    newest = select(columns.version, columns.digest).order_by(columns.version.desc()).limit(1)
    try:
        with engine.connect() as connection:
            row = connection.execute(newest).one_or_none()
        if row is None:
            raise Refused("Nothing is in force yet: start the chat once.")
        return release_by(engine, public_bytes(key), row.version, row.digest)
    except ReleaseRefused as error:
        raise Refused(f"The newest release is not of this installation's key: {error}") from error
    except SQLAlchemyError as error:
        raise Refused("The database does not answer. Try again soon.") from error

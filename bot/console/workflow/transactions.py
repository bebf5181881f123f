"""Writing: one person after the other, so that what was read still holds when it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.console.workflow.people import Refused

_LOCK = 0x6465736B  # any number that is ours


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that waits for the others. What a rule of the database forbids is Refused."""
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            yield connection
    except IntegrityError as error:
        # The rule's own words, without the statement.
        raise Refused(f"{str(error.orig).splitlines()[0]}. Nothing was changed.") from error

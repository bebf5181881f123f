"""Schema migrations, run from code: upgrade at every start, downgrade in tests."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_LOCK = 0x68616E64  # any number that is ours


def configuration(connection: Connection) -> Config:
    """Alembic's configuration on an open connection; there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision. Doing it again changes nothing."""
    with engine.begin() as connection:
        _wait_for_others(connection)
        command.upgrade(configuration(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database back to a revision (`base`: empty). Data of dropped tables is lost."""
    with engine.begin() as connection:
        _wait_for_others(connection)
        command.downgrade(configuration(connection), revision)


def is_current(engine: Engine) -> bool:
    """Whether the database has the tables of this version; changes nothing."""
    with engine.connect() as connection:
        known = ScriptDirectory.from_config(configuration(connection)).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == known


def _wait_for_others(connection: Connection) -> None:
    """Two processes that start together migrate one after the other, each in one transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

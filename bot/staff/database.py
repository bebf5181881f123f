"""The database as the console opens it: under its own role where it has one."""

from __future__ import annotations

from sqlalchemy import Engine

from bot.content.anchors import keep_anchored
from bot.content.database import open_database
from bot.content.migrations import is_current, upgrade
from bot.gateway.sealing import secret_of
from bot.settings import Settings


class SchemaOld(Exception):
    """The console's own role may not change tables, and they are not those of this version."""


def open_staff_database(config: Settings) -> Engine:
    """The database with the tables of this version. Raises SchemaOld."""
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(config.console_database)
    if config.console_database_url is None:
        upgrade(engine)
    elif not is_current(engine):
        raise SchemaOld("The tables are older than this program. Run `handrail migrate` first.")
    return engine


def anchored(engine: Engine, config: Settings) -> None:
    """Write down outside the database how far the audit trail goes, after something was done."""
    keep_anchored(engine, config.data_folder, secret_of(config))

"""The database as the console opens it: under its own role where it has one."""

from __future__ import annotations

import logging

from sqlalchemy import Engine

from bot.content.anchors import AnchorBroken, anchor, anchor_path
from bot.content.database import open_database
from bot.content.migrations import is_current, upgrade
from bot.gateway.sealing import ensure_secret
from bot.settings import Settings

logger = logging.getLogger(__name__)


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


def secret_of(config: Settings) -> bytes:
    """The secret key of this installation."""
    given = config.secret_key.get_secret_value() if config.secret_key else None
    return ensure_secret(config.data_folder, given)


def anchored(engine: Engine, config: Settings) -> None:
    """Write down outside the database how far the audit trail goes, after something was done."""
    try:
        anchor(engine, anchor_path(config.data_folder), secret_of(config))
    except AnchorBroken as error:
        logger.error("audit trail: %s", error)

"""Puts the staff console together and serves it; it starts and answers without Rasa."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.console.app import build_console
from bot.console.desk import Desk
from bot.content.database import open_database
from bot.content.migrations import is_current, upgrade
from bot.content.store import KeyDamaged, ensure_key
from bot.gateway.sealing import Seal, SecretDamaged, ensure_secret
from bot.lifeline import BEYOND_REPAIR, end_with_supervisor
from bot.settings import ROOT, Settings, settings

THREADS = 8
logger = logging.getLogger(__name__)


class SchemaOld(Exception):
    """The console's own role may not change tables, and they are not those of this version."""


def open_staff_database(config: Settings) -> Engine:
    """The database under the console's role, with the tables of this version. Raises SchemaOld."""
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(config.console_database)
    if config.console_database_url is None:
        upgrade(engine)
    elif not is_current(engine):
        raise SchemaOld("The tables are older than this program. Run `handrail migrate` first.")
    return engine


def open_desk(config: Settings, root: Path = ROOT) -> Desk:
    """What the console works with. Raises KeyDamaged, SecretDamaged, SchemaOld."""
    from bot.staff.previews import previews, release_with

    given = config.secret_key.get_secret_value() if config.secret_key else None
    secret = ensure_secret(config.data_folder, given)
    return Desk(
        engine=open_staff_database(config),
        config=config,
        secret=secret,
        seals=Seal(secret, "staff"),
        key=ensure_key(config.data_folder / "releases"),
        previews=previews,
        with_edition=release_with,
        root=root,
    )


def build(config: Settings) -> Flask:
    """The console over its desk."""
    return build_console(open_desk(config))


def serve(config: Settings) -> None:
    """Serve the console until told to stop; ends with what is wrong when it cannot begin."""
    import waitress

    logging.basicConfig(level=config.log_level)
    try:
        app = build(config)
    except (KeyDamaged, SecretDamaged, SchemaOld) as error:
        print(error, file=sys.stderr)
        sys.exit(BEYOND_REPAIR)
    except (OSError, SQLAlchemyError) as error:
        sys.exit(f"The console cannot start. {error}")
    waitress.serve(
        app,
        host=config.console_host,
        port=config.console_port,
        threads=THREADS,
        ident=None,
        clear_untrusted_proxy_headers=True,
    )


if __name__ == "__main__":
    end_with_supervisor()
    serve(settings())

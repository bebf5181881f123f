"""Puts the staff console together and serves it; it starts and answers without Rasa."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from bot.console.app import build_console
from bot.console.desk import Desk
from bot.console.health.checking import Looker
from bot.console.health.keeping import Keeper, keep_up
from bot.console.workflow.in_force import newest_release
from bot.console.workflow.publishing import Press
from bot.content.store import KeyDamaged, ensure_key
from bot.gateway.sealing import Seal, SecretDamaged, secret_of
from bot.lifeline import BEYOND_REPAIR, end_with_supervisor
from bot.settings import ROOT, Settings, settings
from bot.staff.database import SchemaOld, anchored, open_staff_database
from bot.staff.unpublished import tell_unpublished

THREADS = 16
logger = logging.getLogger(__name__)


def open_desk(config: Settings, root: Path = ROOT) -> Desk:
    """What the console works with. Raises KeyDamaged, SecretDamaged, SchemaOld."""
    from bot.channels.configured import lists_file, read_lists
    from bot.staff.previews import previews, release_with
    from bot.staff.sandbox import Sandbox

    secret = secret_of(config)
    engine = open_staff_database(config)
    key = ensure_key(config.data_folder / "releases")
    return Desk(
        engine=engine,
        config=config,
        secret=secret,
        seals=Seal(secret, "staff"),
        key=key,
        previews=partial(previews, lists=read_lists(lists_file(config))),
        with_edition=release_with,
        sandbox=Sandbox(config, partial(newest_release, engine, key.public_key()), secret, root),
        root=root,
    )


def build(config: Settings) -> Flask:
    """The console over its desk."""
    desk = open_desk(config)
    anchored(desk.engine, config)
    return build_console(desk)


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
    desk = app.config["DESK"]
    press = Press(desk.root, desk.key, config.data_folder / "releases")
    looker = Looker(address=config.public_url)

    def links() -> None:
        keep_up(desk.engine, config, press, looker, desk.now)
        anchored(desk.engine, config)

    Keeper(links).start()
    threading.Thread(target=tell_unpublished, args=(desk,), daemon=True).start()
    # So that what a trial conversation left is cleaned up: a signal alone would skip that.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
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

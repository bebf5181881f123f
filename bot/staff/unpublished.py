"""After an update: scripts that the program brings and that staff have not published yet."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError

from bot.console.desk import Desk
from bot.console.workflow.in_force import newest_release
from bot.console.workflow.people import Refused
from bot.content.problems import ContentError
from bot.content.scripts import load_editions

logger = logging.getLogger(__name__)


def tell_unpublished(desk: Desk) -> None:
    """Say in the log how many there are; reads all files, so that no start waits for it."""
    try:
        said = newest_release(desk.engine, desk.key.public_key()).scripts
        shipped = {item.script for item in load_editions(desk.root, desk.config.locales)}
    except (Refused, ContentError, SQLAlchemyError):
        return  # nothing in force yet, wrong files, no database: each is told elsewhere
    if missing := sorted(shipped - said):
        logger.error(
            "%s scripts of this program are not published yet (%s, ...): take them in, "
            "docs/console.md says how",
            len(missing),
            missing[0],
        )

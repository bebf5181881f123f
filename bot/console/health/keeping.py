"""Beside the console: rounds by the clock, the rule, and a release when it changed something."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, Engine

from bot.console.health.checking import Looker
from bot.console.health.hiding import apply_rule
from bot.console.health.policy import policy
from bot.console.health.rounds import SCHEDULE, by_id, due, look_at, only_one
from bot.console.workflow.bundle import directory_of, gather
from bot.console.workflow.editions import live
from bot.console.workflow.people import Actor, Work
from bot.console.workflow.publishing import Press, publish_anew
from bot.console.workflow.transactions import writing
from bot.content.directory import Resource
from bot.settings import Settings

EVERY_SECONDS = 600.0
SYSTEM = Actor(SCHEDULE, frozenset({"publisher"}))
logger = logging.getLogger(__name__)


def approved_helpers(engine: Engine, root: Path) -> dict[str, Resource]:
    """The helpers as approved: with the links that are hidden at the moment."""
    with engine.connect() as connection:
        return _approved(connection, root)


def _approved(connection: Connection, root: Path) -> dict[str, Resource]:
    material = gather(connection, [row.id for row in live(connection, "resource")])
    return directory_of(replace(material, hidden={}), root).resources


def keep_up(
    engine: Engine,
    config: Settings,
    press: Press,
    looker: Looker,
    now: Callable[[], float],
) -> int:
    """One round of what is due, and the rule; returns how many links were looked at."""
    helpers = approved_helpers(engine, press.root)
    with only_one(engine, config.data_folder) as mine:
        if not mine:
            return 0
        with engine.connect() as connection:
            wanted = due(connection, by_id(helpers), now())[: policy().most_at_once]
        looked = sum(1 for _ in look_at(engine, wanted, by=SCHEDULE, looker=looker, now=now))
        rule(engine, config, press, now())
    return looked


def rule(engine: Engine, config: Settings, press: Press, now: float) -> bool:
    """Hide and show by the rule; a change is a release of its own. Whether there was one."""
    with writing(engine) as connection:
        work = Work(connection, SYSTEM, config.locales, now)
        # Read here: during a round of minutes another link may have been approved.
        if not apply_rule(work, _approved(connection, press.root)):
            return False
        publish_anew(work, press, notes="Links that do not answer are hidden, others shown again.")
    return True


class Keeper(threading.Thread):
    """Makes rounds until it is stopped. A fault is told by its type and ends nothing."""

    def __init__(self, work: Callable[[], object], seconds: float = EVERY_SECONDS) -> None:
        super().__init__(name="links", daemon=True)
        self._work = work
        self._seconds = seconds
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._seconds):
            try:
                self._work()
            except Exception as error:  # noqa: BLE001 - the next round may go well
                logger.error("links: %s", type(error).__name__)

    def stop(self) -> None:
        self._over.set()

"""`handrail links`: look at what is due, and say a line about each."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bot.console.health.checking import Looker
from bot.console.health.keeping import approved_helpers, rule
from bot.console.health.rounds import by_id, due, look_at, only_one
from bot.console.workflow.people import Refused
from bot.console.workflow.publishing import Press
from bot.content.store import ensure_key
from bot.settings import ROOT, Settings
from bot.staff.database import anchored, open_staff_database

WHO = "command line"


def links(config: Settings, *, every: bool = False, looker: Looker | None = None) -> Iterator[str]:
    """One line for each link, as it is looked at; then the rule."""
    engine = open_staff_database(config)
    helpers = approved_helpers(engine, ROOT)
    with engine.connect() as connection:
        wanted = by_id(helpers) if every else due(connection, by_id(helpers), time.time())
    looked = 0
    looker = looker or Looker(address=config.public_url)
    with only_one(engine, config.data_folder) as mine:
        if not mine:
            raise Refused("A round of looks is at work already. Try again in some minutes.")
        for helper, look in look_at(engine, wanted, by=WHO, looker=looker, now=time.time):
            looked += 1
            yield f"{look.outcome:<12} {helper.id}  {look.url}  {look.detail}"
    folder = config.data_folder / "releases"
    press = Press(ROOT, ensure_key(folder), folder)
    if rule(engine, config, press, time.time()):
        yield "Links were hidden or shown again; a release says so."
    anchored(engine, config)
    yield f"{looked} link{'' if looked == 1 else 's'} looked at."

"""`handrail scripts`: what is live goes into responses/, what differs there comes in as drafts."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from bot.console.exchange.importing import drift, live_directory, live_editions, take_in_all
from bot.console.sign_in.accounts import named, roles_of
from bot.console.workflow.people import Actor, Refused, Work
from bot.console.workflow.transactions import writing
from bot.content.directory import load_directory
from bot.content.scripts import load_editions
from bot.content.writing import write_editions, write_resources
from bot.settings import Settings
from bot.staff.database import anchored, open_staff_database


def export(config: Settings, folder: Path) -> Iterator[str]:
    """Write every live script and helper; yields the files that changed."""
    with open_staff_database(config).connect() as connection:
        editions = live_editions(connection)
        directory = live_directory(connection, folder)
    if not editions:
        raise Refused("Nothing is live yet: start the chat once, it brings the first release.")
    changed = [*write_editions(editions, folder), *write_resources(directory, folder)]
    for path in changed:
        yield str(path)
    yield f"{len(changed)} file{'' if len(changed) == 1 else 's'} changed."


def take_in(config: Settings, folder: Path, name: str) -> Iterator[str]:
    """Make submitted drafts of what the files say otherwise. Raises Refused."""
    editions, directory = load_editions(folder, config.locales), load_directory(folder)
    engine = open_staff_database(config)
    with writing(engine) as connection:
        row = named(connection, name)
        if row is None or not row.active:
            raise Refused(f"There is nobody called {name}.")
        actor = Actor(name, roles_of(connection, row.id))
        work = Work(connection, actor, config.locales, time.time())
        differs = drift(connection, editions, directory)
        made, left = take_in_all(work, differs)
    anchored(engine, config)
    yield from left
    for item in differs.only_live:
        yield f"only in the console: {item}"
    yield f"{made} draft{'' if made == 1 else 's'} submitted for review."

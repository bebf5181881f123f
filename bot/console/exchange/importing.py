"""What the project's files say otherwise than the console: it becomes drafts, live never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, select

from bot.console.workflow import drafts
from bot.console.workflow.editions import (
    Content,
    as_edition,
    as_resource,
    find,
    helper_content,
    live,
    script,
)
from bot.console.workflow.people import Refused, Work
from bot.content.directory import Directory, Resource, load_directory
from bot.content.helpers import helper_id
from bot.content.scripts import Edition

NOTE = "taken in from responses/"


@dataclass(frozen=True)
class Drift:
    """How files and console differ: what comes in, and what only the console has, by name."""

    editions: tuple[Edition, ...]
    helpers: tuple[Resource, ...]
    only_live: tuple[str, ...]


def live_editions(connection: Connection) -> list[Edition]:
    """Every live script, withdrawn ones with their own text."""
    return [as_edition(row) for row in live(connection, "script")]


def live_helpers(connection: Connection) -> dict[str, Resource]:
    """Every live helper by its id."""
    helpers = [as_resource(row) for row in live(connection, "resource")]
    return {helper.id: helper for helper in helpers}


def live_directory(connection: Connection, root: Path) -> Directory:
    """The project's directory with what is live of it."""
    shipped = load_directory(root)
    resources = {**shipped.resources, **live_helpers(connection)}
    return shipped.model_copy(update={"resources": resources})


def drift(connection: Connection, files: Iterable[Edition], directory: Directory) -> Drift:
    """What the files say otherwise."""
    said = {_place(item): item for item in live_editions(connection)}
    given = {_place(item): item for item in files}
    helpers = live_helpers(connection)
    return Drift(
        editions=tuple(
            item
            for place, item in given.items()
            if place not in said or said[place].content_hash != item.content_hash
        ),
        helpers=tuple(
            item for item in directory.resources.values() if helpers.get(item.id) != item
        ),
        only_live=tuple(" ".join(filter(None, place)) for place in said if place not in given),
    )


def take_in_all(work: Work, differs: Drift) -> tuple[int, list[str]]:
    """Make submitted drafts of what differs; returns how many, and why others were left out.

    Whoever takes them in counts as their author: somebody else approves.
    """
    work.actor.needs("author")
    made, left = 0, []
    incoming: list[Edition | Resource] = [*differs.editions, *differs.helpers]
    for item in incoming:
        try:
            number = _helper(work, item) if isinstance(item, Resource) else _script(work, item)
            seen = find(work.connection, number).content_hash
            drafts.submit(work, number, seen=seen, note=NOTE)
            made += 1
        except Refused as error:
            name = item.id if isinstance(item, Resource) else " ".join(filter(None, _place(item)))
            left.append(f"{name}: {error}")
    return made, left


def _helper(work: Work, helper: Resource) -> int:
    number = drafts.start_helper(work, helper)
    if find(work.connection, number).body != helper_content(helper).body:
        raise Refused(f"{helper_id(helper)} could not be taken in.")
    return number


def _script(work: Work, item: Edition) -> int:
    known = select(script.c.id).where(script.c.id == item.script)
    if work.connection.execute(known).first() is None:
        care = {"risk": item.risk, "owner": item.owner, "review_months": item.review_months}
        row = {"id": item.script, **care, "created": work.now}
        work.connection.execute(insert(script).values(**row))
    names = ("script_id", "locale", "audience", "channel", "country")
    return drafts.start_place(work, dict(zip(names, _place(item), strict=True)), content(item))


def content(item: Edition) -> Content:
    """What an edition of a file says."""
    kept = {name: getattr(item, name) for name in ("buttons", "says", "handoffs", "resources")}
    return Content(body=item.text, sources=item.sources, **kept)


def _place(item: Edition) -> tuple[str, ...]:
    return (item.script, item.locale, item.audience or "", item.channel or "", item.country or "")

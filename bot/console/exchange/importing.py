"""What the project's files say otherwise than the console: it becomes drafts, live never."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.console.workflow import drafts
from bot.console.workflow.editions import (
    Content,
    as_edition,
    edition,
    find,
    is_helper,
    query,
    script,
)
from bot.console.workflow.people import Refused, Work
from bot.content.scripts import Edition


@dataclass(frozen=True)
class Drift:
    """How files and console differ: editions to take in, editions that only the console has."""

    incoming: tuple[Edition, ...]
    only_live: tuple[Edition, ...]


def live_editions(connection: Connection) -> list[Edition]:
    """Every live script, withdrawn ones with their own text."""
    rows = connection.execute(query().where(edition.c.state == "live").order_by(edition.c.id))
    return [as_edition(row) for row in rows if not is_helper(row)]


def drift(connection: Connection, files: Iterable[Edition]) -> Drift:
    """What the files say otherwise."""
    live = {_place(item): item for item in live_editions(connection)}
    given = {_place(item): item for item in files}
    incoming = tuple(
        item
        for place, item in given.items()
        if place not in live or live[place].content_hash != item.content_hash
    )
    return Drift(incoming, tuple(item for place, item in live.items() if place not in given))


def take_in(work: Work, incoming: Iterable[Edition]) -> tuple[int, list[str]]:
    """Make submitted drafts of them; returns how many, and why others were left out.

    Whoever takes them in counts as their author: somebody else approves.
    """
    work.actor.needs("author")
    known = {*work.connection.execute(script.select().with_only_columns(script.c.id)).scalars()}
    made, left = 0, []
    for item in incoming:
        place = {
            "script_id": item.script,
            "locale": item.locale,
            "audience": item.audience or "",
            "channel": item.channel or "",
            "country": item.country or "",
        }
        if item.script not in known:
            care = {"risk": item.risk, "owner": item.owner, "review_months": item.review_months}
            values = {"id": item.script, **care, "created": work.now}
            work.connection.execute(script.insert().values(**values))
            known.add(item.script)
        try:
            number = drafts.start_place(work, place, content(item))
            seen = find(work.connection, number).content_hash
            drafts.submit(work, number, seen=seen, note="taken in from responses/")
            made += 1
        except Refused as error:
            left.append(f"{item.script} {item.locale}: {error}")
    return made, left


def content(item: Edition) -> Content:
    """What an edition of a file says."""
    kept = {name: getattr(item, name) for name in ("buttons", "says", "handoffs", "resources")}
    return Content(body=item.text, sources=item.sources, **kept)


def _place(item: Edition) -> tuple[str, ...]:
    return (item.script, item.locale, item.audience or "", item.channel or "", item.country or "")

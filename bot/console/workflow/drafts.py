"""Editing: a draft is made of what is live, saved, submitted, taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update

from bot.console.workflow.bundle import must_hold
from bot.console.workflow.editions import (
    AS_DRAFT,
    PLACE,
    Content,
    content_hash,
    content_of,
    edition,
    find,
    helper_content,
    is_helper,
    live_in_place,
    query,
    revision,
    script,
    withdrawal,
)
from bot.console.workflow.people import Refused, Work
from bot.content.directory import Resource
from bot.content.helpers import REVIEW_MONTHS, helper_id, helper_risk

OPEN = ("draft", "submitted", "approved", "rejected")
_CHANGED = "Somebody saved another version meanwhile. Load the page anew, and put your change in."


def start(work: Work, edition_id: int) -> int:
    """A new draft of an edition, in its place; an old one is restored the same way. Returns its id.

    Raises Refused where a draft of that place is open.
    """
    origin = find(work.connection, edition_id)
    return start_place(work, {name: getattr(origin, name) for name in PLACE}, content_of(origin))


def start_place(work: Work, place: Mapping[str, str], content: Content) -> int:
    """A draft for a place: script, locale and conditions. Returns its id."""
    may_write(work, place["locale"])
    same = [edition.c[name] == place[name] for name in PLACE]
    begun = select(edition.c.id, edition.c.state).where(*same, edition.c.state.in_(OPEN))
    if other := work.connection.execute(begun).first():
        raise Refused(f"Draft #{other.id} of this text is open already ({other.state}).")
    kept = work.connection.execute(select(script).where(script.c.id == place["script_id"]))
    cared = kept.one_or_none()
    if cared is None:
        raise Refused(f"There is no script {place['script_id']}: developers add new ones.")
    if cared.kind == "resource":
        _check_helper(place, content)
    values = {**place, **content.values()}
    digest = content_hash({**values, "risk": cared.risk, "kind": cared.kind})
    made = work.connection.execute(
        insert(edition).values(
            **values,
            content_hash=digest,
            source_edition_id=source_of(work, place),
            author=work.actor.name,
            last_editor=work.actor.name,
            created=work.now,
        )
    )
    (number,) = made.inserted_primary_key or (0,)
    work.note("edition:drafted", f"{place['script_id']} #{number}", after=digest)
    return number


def start_helper(work: Work, helper: Resource) -> int:
    """A draft of a helper; one that the directory does not have is added. Returns its id."""
    may_write(work, "")
    name = helper_id(helper)
    if work.connection.execute(select(script.c.id).where(script.c.id == name)).scalar() is None:
        values = {"id": name, "kind": "resource", "review_months": REVIEW_MONTHS}
        care = {"risk": helper_risk(helper), "created": work.now}
        work.connection.execute(insert(script).values(**values, **care))
    place = {**dict.fromkeys(PLACE, ""), "script_id": name}
    return start_place(work, place, helper_content(helper))


def source_of(work: Work, place: Mapping[str, str]) -> int | None:
    """The live edition that a translation is made from; None for the source language itself."""
    if place["locale"] in ("", work.source):
        return None
    source = live_in_place(work.connection, {**place, "locale": work.source})
    return None if source is None else int(source.id)


def save(work: Work, edition_id: int, content: Content, *, seen: str) -> str:
    """Give a draft new content; returns its hash. `seen`: the hash that the editor began with.

    A submitted, approved or rejected text becomes a draft again: no approval outlives a change.
    """
    row = find(work.connection, edition_id)
    may_write(work, row.locale)
    if row.state not in OPEN:
        raise Refused("What was published never changes. Make a new draft of it.")
    if row.content_hash != seen:
        raise Refused(_CHANGED)
    if content == content_of(row):
        return seen
    if is_helper(row):
        _check_helper(dict(row._mapping), content)
    digest = content_hash({**row._mapping, **content.values()})
    signed = {"edition_id": edition_id, "content_hash": digest, "editor": work.actor.name}
    work.connection.execute(insert(revision).values(**signed, created=work.now))
    _change(
        work,
        edition_id,
        **content.values(),
        content_hash=digest,
        last_editor=work.actor.name,
        source_edition_id=source_of(work, {name: getattr(row, name) for name in PLACE}),
        **AS_DRAFT,
    )
    work.note("edition:edited", f"{row.script_id} #{edition_id}", before=seen, after=digest)
    return digest


def submit(work: Work, edition_id: int, *, seen: str, note: str = "") -> None:
    """Hand a draft over for review. Numbers, links or cards that change ask for two people."""
    row = find(work.connection, edition_id)
    may_write(work, row.locale)
    if row.state not in ("draft", "rejected"):
        raise Refused(f"It is {row.state} already.")
    if row.content_hash != seen:
        raise Refused(_CHANGED)
    live = live_in_place(work.connection, row)
    if live is not None and live.content_hash == row.content_hash and not _withdrawn(work, live):
        raise Refused("This says what is live already. There is nothing to review.")
    _change(
        work,
        edition_id,
        state="submitted",
        submitter=work.actor.name,
        round=row.round + 1,
        needed=max(_needed(work, row, live), row.needed * (row.state != "draft")),
    )
    before = None if live is None else live.content_hash
    subject = f"{row.script_id} #{edition_id}"
    work.note("edition:submitted", subject, note, before=before, after=row.content_hash)


def _needed(work: Work, row: Any, live: Any) -> int:
    """Two where people would find other numbers, links or cards than now; the database agrees."""
    if is_helper(row):
        return 2
    source = live_in_place(work.connection, _in_source(work, row))
    held = live is not None and (_withdrawn(work, live) or must_hold(live, source))
    same = live is not None and not held and _cards(row) == _cards(live)
    if same:
        return 1
    others = query().where(
        edition.c.state == "live",
        edition.c.script_id == row.script_id,
        edition.c.locale == row.locale,
    )
    # A text without cards takes away those that people see now, where another one has some.
    has_cards = any(_cards(each) != ([], []) for each in work.connection.execute(others))
    return 2 if has_cards or _cards(row) != ([], []) else 1


def _cards(row: Any) -> tuple[list[str], list[str]]:
    return list(row.resources), list(row.handoffs)


def _in_source(work: Work, row: Any) -> dict[str, str]:
    return {**{name: getattr(row, name) for name in PLACE}, "locale": work.source}


def _withdrawn(work: Work, row: Any) -> bool:
    taken_out = select(withdrawal.c.id).where(withdrawal.c.edition_id == row.id)
    return work.connection.execute(taken_out).first() is not None


def take_back(work: Work, edition_id: int) -> None:
    """Make what was submitted a draft again, by who may write it."""
    row = find(work.connection, edition_id)
    may_write(work, row.locale)
    if row.state not in OPEN[1:]:
        raise Refused(f"It is {row.state}: nothing to take back.")
    _change(work, edition_id, **AS_DRAFT)
    work.note("edition:taken_back", f"{row.script_id} #{edition_id}")


def _check_helper(place: Mapping[str, Any], content: Content) -> None:
    """Raises Refused unless a helper's edition is that very helper, for everybody."""
    if any(place[name] for name in PLACE if name != "script_id"):
        raise Refused("A helper has one entry for every language and channel.")
    try:
        helper = Resource.model_validate_json(content.body)
    except ValueError as error:
        raise Refused("That is no entry of the directory.") from error
    if helper_id(helper) != place["script_id"] or helper_content(helper) != content:
        raise Refused("That is the entry of another helper.")


def may_write(work: Work, locale: str) -> None:
    """Raises Refused unless somebody may write in a language ("": a helper)."""
    work.actor.needs("author", "translator")
    if "author" not in work.actor.roles and locale in ("", work.source):
        raise Refused("Translators write the other languages; authors write this one.")


def _change(work: Work, edition_id: int, **values: Any) -> None:
    work.connection.execute(update(edition).where(edition.c.id == edition_id).values(**values))

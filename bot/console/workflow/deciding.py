"""Deciding: another person approves, asks for changes or rejects, about exactly what they saw."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, Row, insert, select, update

from bot.console.workflow.editions import AS_DRAFT, decision, edition, find, recheck, revision
from bot.console.workflow.people import Refused, Work
from bot.console.workflow.reviews import day_of

Verdict = Literal["approve", "changes", "reject"]
_AFTER = {"changes": "draft", "reject": "rejected"}
_TAGS = {"approve": "approved", "changes": "returned", "reject": "rejected"}


def decide(
    work: Work, edition_id: int, verdict: Verdict, *, seen: str, in_round: int, reason: str = ""
) -> str:
    """Decide about a submitted edition; returns its state. `seen`, `in_round`: what was looked at.

    Raises Refused for who worked on it, for other content than is there now, for a second say.
    """
    work.actor.needs("reviewer")
    row = find(work.connection, edition_id)
    if row.content_hash != seen or row.round != in_round:
        raise Refused("It was changed since you looked at it. Read it again before you decide.")
    if row.state not in ("submitted", "approved"):
        raise Refused(f"It is {row.state}: there is nothing to decide.")
    if verdict != "approve" and not reason.strip():
        raise Refused("Say why, so that the author can mend it.")
    if verdict == "approve":
        _may_approve(work, row)
    made = {"edition_id": edition_id, "content_hash": seen, "round": in_round, "verdict": verdict}
    said = {"actor": work.actor.name, "reason": reason.strip(), "created": work.now}
    work.connection.execute(insert(decision).values(**made, **said))
    subject = f"{row.script_id} #{edition_id}"
    work.note(f"edition:{_TAGS[verdict]}", subject, reason.strip(), after=seen)
    state = _AFTER.get(verdict) or _approved_now(work, row)
    values: dict[str, Any] = {"state": state}
    if state == "approved":
        today = day_of(work.now).isoformat()
        values |= {"reviewed": today, "reviewed_by": work.actor.name}
    elif state != row.state:
        values |= {"reviewed": None, "reviewed_by": None}
    work.connection.execute(update(edition).where(edition.c.id == edition_id).values(**values))
    return state


def editors_of(connection: Connection, row: Row[Any]) -> frozenset[str]:
    """Everybody who gave the text its words or handed it over."""
    query = select(revision.c.editor).where(revision.c.edition_id == row.id)
    editors = connection.execute(query).scalars()
    return frozenset(filter(None, (row.author, row.last_editor, row.submitter, *editors)))


def approvals_of(connection: Connection, row: Row[Any]) -> list[str]:
    """Who approved the text in this round, in order; none where somebody objected afterwards."""
    query = (
        select(decision.c.actor, decision.c.verdict)
        .where(decision.c.edition_id == row.id, decision.c.round == row.round)
        .where(decision.c.content_hash == row.content_hash)
        .order_by(decision.c.id)
    )
    found: list[str] = []
    for actor, verdict in connection.execute(query):
        found = [*found, actor] if verdict == "approve" else []
    return found


def _may_approve(work: Work, row: Row[Any]) -> None:
    if work.actor.name in editors_of(work.connection, row):
        raise Refused("You worked on this text. Somebody else has to approve it.")
    if work.actor.name in approvals_of(work.connection, row):
        raise Refused("You approved it already. It needs another person.")
    if row.state == "approved":
        raise Refused("It is approved already.")


def _approved_now(work: Work, row: Row[Any]) -> str:
    return "approved" if len(approvals_of(work.connection, row)) >= row.needed else "submitted"


def forget_approvals(work: Work, name: str) -> int:
    """Open texts that somebody approved are drafts again: they were let out, or their account was
    not theirs any more. Returns how many."""
    query = (
        select(edition.c.id, edition.c.script_id)
        .join(decision, decision.c.edition_id == edition.c.id)
        .where(decision.c.actor == name, decision.c.verdict == "approve")
        .where(decision.c.round == edition.c.round, edition.c.state.in_(("submitted", "approved")))
    )
    rows = work.connection.execute(query).all()
    for row in rows:
        mine = update(edition).where(edition.c.id == row.id)
        work.connection.execute(mine.values(**AS_DRAFT))
        reason = f"{name} had approved it, and is let out or reset"
        work.note("edition:taken_back", f"{row.script_id} #{row.id}", reason)
    return len(rows)


def read_again(work: Work, edition_id: int, *, seen: str, note: str = "") -> None:
    """Say that a live text was read again and is right: its next review counts from today."""
    work.actor.needs("reviewer")
    row = find(work.connection, edition_id)
    if row.state != "live" or row.content_hash != seen:
        raise Refused("Another text is live by now. Read that one.")
    made = {"edition_id": edition_id, "content_hash": seen, "actor": work.actor.name}
    work.connection.execute(insert(recheck).values(**made, note=note, created=work.now))
    work.note("edition:read_again", f"{row.script_id} #{edition_id}", note, after=seen)

"""Numbers: somebody calls or texts them and says who answered."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select

from bot.console.health.policy import policy
from bot.console.workflow.people import Refused, Work
from bot.content.directory import Resource
from bot.content.models import Base

call_back = Base.metadata.tables["call_back"]
Outcome = Literal["right", "wrong", "no_answer"]
OUTCOMES = ("right", "wrong", "no_answer")


def numbers(helper: Resource) -> list[str]:
    """The numbers of a helper as people read them."""
    return [contact.display for contact in (helper.phone, helper.sms) if contact]


def record_call(work: Work, helper: Resource, number: str, outcome: str, note: str = "") -> None:
    """Keep what came of a call. Raises Refused for a number that is not the helper's."""
    work.actor.needs("author", "reviewer", "publisher")
    if number not in numbers(helper):
        raise Refused("That is no number of this helper.")
    if outcome not in OUTCOMES:
        raise Refused("Say who answered: the right one, somebody else, or nobody.")
    values = {"resource_id": helper.id, "number": number, "outcome": outcome, "note": note[:500]}
    made = insert(call_back).values(**values, actor=work.actor.name, created=work.now)
    work.connection.execute(made)
    work.note("number:called", f"helper {helper.id}", f"{number}: {outcome} {note}".strip()[:500])


def last_calls(connection: Connection) -> dict[str, Any]:
    """Helper -> the row of the last call that somebody or nobody answered."""
    newest = select(func.max(call_back.c.id)).group_by(call_back.c.resource_id)
    rows = connection.execute(select(call_back).where(call_back.c.id.in_(newest)))
    return {row.resource_id: row for row in rows}


def is_overdue(row: Any, now: float) -> bool:
    """Whether a helper's number has to be called: never right, or too long ago."""
    if row is None or row.outcome != "right":
        return True
    return bool(row.created + policy().call_every_days * 86_400 <= now)

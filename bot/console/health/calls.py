"""Numbers: somebody calls or texts them and says who answered."""

from __future__ import annotations

from collections.abc import Mapping
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


def answers(connection: Connection) -> dict[tuple[str, str], dict[str, Any]]:
    """Helper and number -> outcome -> the row of the last call with it."""
    each = (call_back.c.resource_id, call_back.c.number, call_back.c.outcome)
    newest = select(func.max(call_back.c.id)).group_by(*each)
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in connection.execute(select(call_back).where(call_back.c.id.in_(newest))):
        found.setdefault((row.resource_id, row.number), {})[row.outcome] = row
    return found


def is_wrong(rows: Mapping[str, Any]) -> bool:
    """Whether somebody else answered this number, and the right one not since."""
    wrong, right = rows.get("wrong"), rows.get("right")
    return wrong is not None and (right is None or right.id < wrong.id)


def is_overdue(rows: Mapping[str, Any], now: float) -> bool:
    """Whether a number has to be called: never right, wrong since, or right too long ago."""
    right = rows.get("right")
    if right is None or is_wrong(rows):
        return True
    return bool(right.created + policy().call_every_days * 86_400 <= now)

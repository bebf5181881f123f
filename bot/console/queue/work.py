"""Everything that waits, in the order of its urgency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from typing import Any

from sqlalchemy import Connection, select

from bot.console.scripts.finding import Text, texts
from bot.console.workflow.deciding import approvals_of, editors_of
from bot.console.workflow.editions import edition, query, withdrawal
from bot.content.events import event

NOTICE_DAYS = 14
URGENT = ("overdue", "week", "month", "soon")


@dataclass(frozen=True)
class Waiting:
    """A submitted text: who approved it already, and whether this person may."""

    row: Any
    approvals: list[str]
    mine: bool


@dataclass(frozen=True)
class Queue:
    """What waits. `due`: urgency -> live texts to read again, crisis texts first. `people`: who was
    added, given roles or reset lately: everybody sees what an admin does."""

    withdrawn: list[Any]
    waiting: list[Waiting]
    approved: list[Any]
    returned: list[Any]
    stale: list[Text]
    due: dict[str, list[Text]]
    people: list[Any]

    @property
    def crisis_overdue(self) -> int:
        """Live crisis texts whose review is overdue: these alert."""
        return sum(text.row.risk == "crisis" for text in self.due["overdue"])


def queue(connection: Connection, source: str, name: str, today: date) -> Queue:
    """What waits, as `name` sees it."""
    known = [text for kind in ("script", "resource") for text in texts(connection, source, kind)]
    live = [text for text in known if text.row.state == "live"]
    due: dict[str, list[Text]] = {urgency: [] for urgency in URGENT}
    for text in sorted(
        live, key=lambda text: (text.row.risk != "crisis", text.review.due or today)
    ):
        urgency = text.review.urgency(today)
        if urgency in due:
            due[urgency].append(text)
    columns = (*withdrawal.c, edition.c.script_id, edition.c.locale, edition.c.audience)
    out = select(*columns).join(edition, edition.c.id == withdrawal.c.edition_id)
    return Queue(
        withdrawn=list(connection.execute(out.where(withdrawal.c.lifted.is_(None)))),
        waiting=[
            Waiting(text.row, approvals_of(connection, text.row), _mine(connection, text.row, name))
            for text in known
            if text.row.state == "submitted"
        ],
        approved=[text.row for text in known if text.row.state == "approved"],
        returned=[text.row for text in known if text.row.state in ("draft", "rejected")],
        stale=[text for text in live if text.stale],
        due=due,
        people=_people(connection, today),
    )


def _people(connection: Connection, today: date) -> list[Any]:
    since = datetime.combine(today, time(), timezone.utc).timestamp() - NOTICE_DAYS * 86_400
    tags = [f"console:staff:{what}" for what in ("added", "roles", "reset", "let_in", "let_out")]
    rows = select(event).where(event.c.tag.in_(tags), event.c.created >= since)
    return list(connection.execute(rows.order_by(event.c.id.desc()).limit(20)))


def _mine(connection: Connection, row: Any, name: str) -> bool:
    return name not in editors_of(connection, row) and name not in approvals_of(connection, row)


def approved(connection: Connection) -> list[Any]:
    """What may be published."""
    return list(
        connection.execute(query().where(edition.c.state == "approved").order_by(edition.c.id))
    )

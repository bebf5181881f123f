"""Answers in the outbox: kept until delivered, the last one until the next, for a retry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Engine, and_, delete, or_, select, update

from bot.content import models

inbox = models.Base.metadata.tables["inbox"]
outbox = models.Base.metadata.tables["outbox"]
_COLUMNS = (
    outbox.c.inbox_id,
    outbox.c.sequence,
    outbox.c.content,
    outbox.c.delivered_with,
    outbox.c.late,
)

DONE = "done"


@dataclass(frozen=True)
class Answer:
    """An answered turn: the worker's reply as JSON and the number of the turn. `late` in messaging
    apps: the crisis card stood in for it."""

    inbox_id: int
    turn: int
    reply: dict[str, Any]
    delivered: bool
    late: bool = False


class Answers:
    """The outbox over an engine; raises SQLAlchemyError when the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def answered(self, inbox_id: int) -> bool:
        """Whether a message has its answer."""
        query = select(outbox.c.id).where(outbox.c.inbox_id == inbox_id)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def deliver(
        self, session_id: str, inbox_id: int, awaited: frozenset[int] = frozenset()
    ) -> list[Answer]:
        """Answers up to this message that were not delivered before it, and its own; then all are.

        Those of `awaited` messages stay for the requests that wait for them. What went out with an
        earlier message is erased: only what went out last is kept, and comes again on a retry.
        """
        mine = and_(
            outbox.c.session_id == session_id,
            outbox.c.inbox_id <= inbox_id,
            outbox.c.inbox_id.not_in(awaited - {inbox_id}),
        )
        query = (
            select(*_COLUMNS)
            .where(
                mine,
                or_(
                    outbox.c.delivered_with.is_(None),
                    outbox.c.delivered_with == inbox_id,
                    outbox.c.inbox_id == inbox_id,
                ),
            )
            .order_by(outbox.c.sequence)
        )
        new = and_(mine, outbox.c.delivered_with.is_(None))
        with self._engine.begin() as connection:
            answers = [answer_of(row) for row in connection.execute(query)]
            connection.execute(delete(outbox).where(mine, outbox.c.delivered_with < inbox_id))
            connection.execute(update(outbox).where(new).values(delivered_with=inbox_id))
        return answers

    def last_answer(self, session_id: str) -> Answer | None:
        """The last answer that was delivered, or None."""
        answer = self._last(outbox.c.session_id == session_id)
        return answer if answer is not None and answer.delivered else None

    def later_answer(self, session_id: str, inbox_id: int) -> Answer | None:
        """The last delivered answer, for a message whose own was erased since; None otherwise."""
        done = select(inbox.c.id).where(inbox.c.id == inbox_id, inbox.c.status == DONE)
        answers = outbox.alias()
        own = select(answers.c.id).where(answers.c.inbox_id == inbox_id)
        return self._last(
            outbox.c.session_id == session_id,
            outbox.c.delivered_with.is_not(None),
            done.exists(),
            ~own.exists(),
        )

    def _last(self, *which: ColumnElement[bool]) -> Answer | None:
        query = select(*_COLUMNS).where(*which).order_by(outbox.c.sequence.desc()).limit(1)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else answer_of(row)


def answer_of(row: Any) -> Answer:
    """An answer from a row of the outbox."""
    delivered = row.delivered_with is not None
    return Answer(row.inbox_id, row.sequence, json.loads(row.content), delivered, row.late)

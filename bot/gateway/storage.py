"""Inbox and outbox in the database, beside the sessions. Accepted means committed.

A text is sealed and kept until its turn is done; then the row keeps its id and status only. The
outbox holds script ids and closed-list values, never a rendered text. Times are seconds since 1970.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from bot.content.insight.retention import purge_counts
from bot.content.unclear.sentences import purge_sentences
from bot.gateway.answers import DONE, Answers, inbox, outbox
from bot.gateway.counting import Counted
from bot.gateway.errors import KeyReused, StorageDown, TokenUnknown
from bot.gateway.notes import Notes
from bot.gateway.sessions import PENDING, SEEN_SECONDS, Session, seen, session
from bot.gateway.speaking import CRISIS_CARD

FAILED = "failed"
__all__ = ["Accepted", "FromApp", "Session", "Storage", "Waiting"]


@dataclass(frozen=True)
class Accepted:
    """A message by its number in the inbox; `again` when its key was accepted before."""

    id: int
    again: bool


@dataclass(frozen=True)
class Waiting:
    """A message whose turn is not done."""

    id: int
    sealed: bytes | None
    payload: str | None
    unseen: bool
    media: str | None = None
    danger: bool = False
    created: float = 0.0


@dataclass(frozen=True)
class FromApp:
    """What a messaging app tells of a message: its `event` id there, its place among the others,
    what came with it, whether it speaks of danger; and the sealed `address` to write back to."""

    event: str
    address: bytes
    position: int | None = None
    media: str | None = None
    danger: bool = False


class Storage(Notes, Answers):
    """Plain transactions on an engine; raises SQLAlchemyError when the database fails."""

    def accept(
        self,
        found: Session,
        key: str,
        body: str,
        *,
        sealed: bytes | None,
        payload: str | None,
        app: FromApp | None = None,
    ) -> Accepted:
        """Commit a message, once for each key; one of a messaging app once for each event, whatever
        became of its conversation since.

        Raises KeyReused when its key came with another body, TokenUnknown when the conversation
        was erased meanwhile.
        """
        values = {
            "session_id": found.id,
            "idempotency_key": self.digest(key),
            "body_hash": self.digest(body),
            "sealed_text": sealed,
            "payload": payload,
            "status": PENDING,
            "created": time.time(),
        }
        if app is not None:
            values |= {"position": app.position, "media": app.media, "danger": app.danger}
        try:
            with self._engine.begin() as connection:
                if app is not None:
                    self._meet(connection, found, app)
                values["unseen"] = bool(connection.execute(_unseen(found.id)).scalar())
                row = connection.execute(insert(inbox).values(**values).returning(inbox.c.id))
                return Accepted(int(row.scalar_one()), again=False)
        except IntegrityError:
            query = select(inbox.c.id, inbox.c.body_hash).where(
                inbox.c.session_id == found.id, inbox.c.idempotency_key == self.digest(key)
            )
            with self._engine.connect() as connection:
                earlier = connection.execute(query).one_or_none()
            if app is not None and self.was_seen(found.channel, app.event):
                return Accepted(int(earlier.id) if earlier else 0, again=True)
            if earlier is None:
                # The conversation was erased a moment ago.
                raise TokenUnknown from None
            if earlier.body_hash != values["body_hash"]:
                raise KeyReused from None
            return Accepted(int(earlier.id), again=True)

    def _meet(self, connection: Connection, found: Session, app: FromApp) -> None:
        """Note an event as seen, and where its sender is now; IntegrityError when it was before."""
        now = time.time()
        digest = self._event(found.channel, app.event)
        connection.execute(insert(seen).values(digest=digest, created=now))
        connection.execute(
            update(session)
            .where(session.c.id == found.id)
            .values(address=app.address, last_seen=now, expires=now + self._contact_lifetime)
        )

    def _event(self, channel: str, event: str) -> str:
        return self.digest(f"{channel}\0{event}")

    def note_seen(self, channel: str, event: str) -> bool:
        """Note an event that leaves no message; False when it was noted before."""
        values = {"digest": self._event(channel, event), "created": time.time()}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(seen).values(**values))
        except IntegrityError:
            return False
        return True

    def was_seen(self, channel: str, event: str) -> bool:
        """Whether an event of a messaging app was accepted in the last days."""
        query = select(seen.c.digest).where(seen.c.digest == self._event(channel, event))
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def waiting(self, session_id: str) -> list[Waiting]:
        """Messages of a conversation whose turn is not done, in order: danger first, then as the
        platform numbers them where one does, then as they came."""
        query = (
            select(
                *(inbox.c.id, inbox.c.sealed_text, inbox.c.payload, inbox.c.unseen),
                *(inbox.c.media, inbox.c.danger, inbox.c.created),
            )
            .where(inbox.c.session_id == session_id, inbox.c.status == PENDING)
            .order_by(inbox.c.danger.desc(), inbox.c.position, inbox.c.id)
        )
        with self._engine.connect() as connection:
            return [Waiting(*row) for row in connection.execute(query)]

    def finish(
        self,
        session_id: str,
        inbox_id: int,
        reply: dict[str, Any],
        *,
        locale: str | None = None,
        country: str | None = None,
        alone: bool = False,
        counted: Counted | None = None,
        unclear: str | None = None,
    ) -> int:
        """Store an answer, forget the text, number the turn; one transaction. Returns the turn.

        A `locale` or `country` that became known replaces the conversation's. `alone` erases all
        messages and answers before this one, and what was counted and kept of it. A message that
        is finished already changes nothing: two gateways may take the same one. `counted` is what
        the turn counts for, `unclear` the redacted words of a text that was not understood.
        """
        now = time.time()
        known = {"locale": locale, "country": country, "last_seen": now}
        with self._engine.begin() as connection:
            taken = connection.execute(
                update(inbox)
                .where(inbox.c.id == inbox_id, inbox.c.status == PENDING)
                .values(status=DONE, sealed_text=None, payload=None, done_at=now)
            )
            if taken.rowcount == 0:
                turns = select(session.c.turn).where(session.c.id == session_id)
                return int(connection.execute(turns).scalar() or 0)
            turn = _answer(
                connection,
                session_id,
                inbox_id,
                reply,
                {name: value for name, value in known.items() if value is not None},
            )
            if alone:
                earlier = and_(outbox.c.session_id == session_id, outbox.c.inbox_id != inbox_id)
                connection.execute(delete(outbox).where(earlier))
                # Taken before it; what still waits was written after, whatever its number.
                taken_before = and_(inbox.c.session_id == session_id, inbox.c.id != inbox_id)
                connection.execute(delete(inbox).where(taken_before, inbox.c.status != PENDING))
                self.forget_notes(connection, session_id)
            else:
                self.note(connection, session_id, counted, unclear, now)
        return turn

    def purge(self, text_seconds: float) -> list[str]:
        """Give up texts that waited too long, erase ended conversations; returns their ids. What
        is counted and learned runs out here too."""
        now = time.time()
        late = and_(inbox.c.status == PENDING, inbox.c.created < now - text_seconds)
        with self._engine.begin() as connection:
            self._ask_again(connection, late)
            connection.execute(
                update(inbox)
                .where(late)
                .values(status=FAILED, sealed_text=None, payload=None, done_at=now)
            )
            connection.execute(delete(seen).where(seen.c.created < now - SEEN_SECONDS))
            purge_counts(connection, now)
            purge_sentences(connection, now)
            ended = list(
                connection.execute(select(session.c.id).where(session.c.expires <= now)).scalars()
            )
        for session_id in ended:
            self.forget(session_id)
        return ended

    def _ask_again(self, connection: Connection, late: ColumnElement[bool]) -> None:
        """Nobody in a messaging app is left without a word: who is given up is asked to write
        again, with the helplines. The page says so by itself."""
        scripts = [{"script": script} for script in (StorageDown.script, CRISIS_CARD)]
        for session_id, inbox_id in connection.execute(_last_of(late)).all():
            _answer(connection, session_id, inbox_id, {"messages": scripts}, {}, late=False)


def _unseen(session_id: str) -> Any:
    """Whether an answer is on its way: what it asks was not seen by who writes now."""
    waiting = select(inbox.c.id).where(inbox.c.session_id == session_id, inbox.c.status == PENDING)
    undelivered = select(outbox.c.id).where(
        outbox.c.session_id == session_id, outbox.c.delivered_with.is_(None)
    )
    return select(waiting.exists() | undelivered.exists())


def _answer(
    connection: Connection,
    session_id: str,
    inbox_id: int,
    reply: dict[str, Any],
    known: dict[str, Any],
    *,
    late: bool = True,
) -> int:
    """Put an answer into the outbox under the next number, which is returned. `known` are values of
    the conversation that change with it; it is `late` only where the card stood in for it."""
    mine = session.c.id == session_id
    changed = update(session).where(mine).values(turn=session.c.turn + 1, **known)
    connection.execute(changed)
    turn, carded = connection.execute(select(session.c.turn, session.c.carded).where(mine)).one()
    if carded is not None:
        connection.execute(update(session).where(mine).values(carded=None))
    connection.execute(
        insert(outbox).values(
            session_id=session_id,
            inbox_id=inbox_id,
            sequence=turn,
            content=json.dumps(reply),
            created=time.time(),
            late=late and carded is not None,
        )
    )
    return int(turn)


def _last_of(late: ColumnElement[bool]) -> Select[Any]:
    """The last of these messages in each conversation of a messaging app."""
    last = func.max(inbox.c.id).label("inbox_id")
    return (
        select(session.c.id, last)
        .join(inbox, inbox.c.session_id == session.c.id)
        .where(late, session.c.address.is_not(None))
        .group_by(session.c.id)
    )

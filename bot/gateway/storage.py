"""Sessions, inbox and outbox in the database. Accepted means committed.

A text is sealed and kept until its turn is done; then the row keeps its id and status only. The
outbox holds script ids and closed-list values, never a rendered text. Times are seconds since 1970.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.content import models
from bot.gateway.errors import KeyReused, TokenUnknown

session = models.Base.metadata.tables["session"]
inbox = models.Base.metadata.tables["inbox"]
outbox = models.Base.metadata.tables["outbox"]

PENDING, DONE, FAILED = "pending", "done", "failed"


@dataclass(frozen=True)
class Session:
    """A conversation. `turn` is the number of the last answer; `id` is all that Rasa sees."""

    id: str
    channel: str
    locale: str | None
    country: str | None
    turn: int


@dataclass(frozen=True)
class Waiting:
    """A message whose turn is not done."""

    id: int
    sealed: bytes | None
    payload: str | None
    unseen: bool


@dataclass(frozen=True)
class Answer:
    """An answered turn: the worker's reply as JSON and the number of the turn."""

    inbox_id: int
    turn: int
    reply: dict[str, Any]
    delivered: bool


class Storage:
    """Plain transactions on an engine; raises SQLAlchemyError when the database fails."""

    def __init__(self, engine: Engine, session_seconds: float, pepper: bytes) -> None:
        self._engine = engine
        self._lifetime = session_seconds
        self._pepper = pepper

    def _digest(self, text: str) -> str:
        # Keyed: a short text could be guessed from a plain hash by whoever has the database.
        return hmac.new(self._pepper, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()

    def open_session(
        self, channel: str, locale: str | None, country: str | None
    ) -> tuple[str, Session]:
        """A new conversation and its token, of which only a hash is stored."""
        token, now = secrets.token_urlsafe(32), time.time()
        made = Session(secrets.token_hex(16), channel, locale, country, 0)
        with self._engine.begin() as connection:
            connection.execute(
                insert(session).values(
                    id=made.id,
                    token_hash=self._digest(token),
                    channel=channel,
                    locale=locale,
                    country=country,
                    created=now,
                    last_seen=now,
                    expires=now + self._lifetime,
                    deleted=False,
                    turn=0,
                )
            )
        return token, made

    def find_session(self, token: str) -> Session | None:
        """The live conversation of a token, or None."""
        query = select(
            session.c.id, session.c.channel, session.c.locale, session.c.country, session.c.turn
        ).where(
            session.c.token_hash == self._digest(token),
            session.c.deleted.is_(False),
            session.c.expires > time.time(),
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Session(*row)

    def accept(
        self, found: Session, key: str, body: str, *, sealed: bytes | None, payload: str | None
    ) -> int:
        """Commit a message, once for each key; its number in the inbox.

        Raises KeyReused when its key came with another body, TokenUnknown when the conversation
        was erased meanwhile.
        """
        values = {
            "session_id": found.id,
            "idempotency_key": self._digest(key),
            "body_hash": self._digest(body),
            "sealed_text": sealed,
            "payload": payload,
            "status": PENDING,
            "created": time.time(),
        }
        try:
            with self._engine.begin() as connection:
                values["unseen"] = bool(connection.execute(_unseen(found.id)).scalar())
                row = connection.execute(insert(inbox).values(**values).returning(inbox.c.id))
                return int(row.scalar_one())
        except IntegrityError:
            query = select(inbox.c.id, inbox.c.body_hash).where(
                inbox.c.session_id == found.id, inbox.c.idempotency_key == self._digest(key)
            )
            with self._engine.connect() as connection:
                earlier = connection.execute(query).one_or_none()
            if earlier is None:
                # The conversation was erased a moment ago.
                raise TokenUnknown from None
            if earlier.body_hash != values["body_hash"]:
                raise KeyReused from None
            return int(earlier.id)

    def waiting(self, session_id: str) -> list[Waiting]:
        """Messages of a conversation whose turn is not done, in order."""
        query = (
            select(inbox.c.id, inbox.c.sealed_text, inbox.c.payload, inbox.c.unseen)
            .where(inbox.c.session_id == session_id, inbox.c.status == PENDING)
            .order_by(inbox.c.id)
        )
        with self._engine.connect() as connection:
            return [Waiting(*row) for row in connection.execute(query)]

    def sessions_waiting(self) -> list[Session]:
        """Conversations with a message whose turn is not done."""
        query = (
            select(
                session.c.id, session.c.channel, session.c.locale, session.c.country, session.c.turn
            )
            .where(
                session.c.id.in_(select(inbox.c.session_id).where(inbox.c.status == PENDING)),
                session.c.deleted.is_(False),
            )
            .order_by(session.c.last_seen)
        )
        with self._engine.connect() as connection:
            return [Session(*row) for row in connection.execute(query)]

    def finish(self, session_id: str, inbox_id: int, reply: dict[str, Any]) -> int:
        """Store an answer, forget the text, number the turn; one transaction. Returns the turn.

        A message that is finished already changes nothing: two gateways may take the same one.
        """
        now = time.time()
        with self._engine.begin() as connection:
            taken = connection.execute(
                update(inbox)
                .where(inbox.c.id == inbox_id, inbox.c.status == PENDING)
                .values(status=DONE, sealed_text=None, payload=None, done_at=now)
            )
            if taken.rowcount == 0:
                turns = select(session.c.turn).where(session.c.id == session_id)
                return int(connection.execute(turns).scalar() or 0)
            connection.execute(
                update(session)
                .where(session.c.id == session_id)
                .values(turn=session.c.turn + 1, last_seen=now)
            )
            turn = int(
                connection.execute(select(session.c.turn).where(session.c.id == session_id))
                .scalars()
                .one()
            )
            connection.execute(
                insert(outbox).values(
                    session_id=session_id,
                    inbox_id=inbox_id,
                    sequence=turn,
                    content=json.dumps(reply),
                    delivered=False,
                    created=now,
                )
            )
        return turn

    def answered(self, inbox_id: int) -> bool:
        """Whether a message has its answer."""
        query = select(outbox.c.id).where(outbox.c.inbox_id == inbox_id)
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def deliver(
        self, session_id: str, inbox_id: int, awaited: frozenset[int] = frozenset()
    ) -> list[Answer]:
        """Answers up to this message that were not delivered yet, and its own; then all are.

        Those of `awaited` messages stay for the requests that wait for them. Delivered ones before
        it are erased: the last answer alone is kept, for a retry.
        """
        mine = and_(
            outbox.c.session_id == session_id,
            outbox.c.inbox_id <= inbox_id,
            outbox.c.inbox_id.not_in(awaited - {inbox_id}),
        )
        query = (
            select(outbox.c.inbox_id, outbox.c.sequence, outbox.c.content, outbox.c.delivered)
            .where(mine, (outbox.c.delivered.is_(False)) | (outbox.c.inbox_id == inbox_id))
            .order_by(outbox.c.sequence)
        )
        with self._engine.begin() as connection:
            answers = [
                Answer(row.inbox_id, row.sequence, json.loads(row.content), row.delivered)
                for row in connection.execute(query)
            ]
            connection.execute(delete(outbox).where(mine, outbox.c.inbox_id < inbox_id))
            connection.execute(update(outbox).where(mine).values(delivered=True))
        return answers

    def last_answer(self, session_id: str) -> Answer | None:
        """The last answer that was delivered, or None."""
        query = (
            select(outbox.c.inbox_id, outbox.c.sequence, outbox.c.content, outbox.c.delivered)
            .where(outbox.c.session_id == session_id)
            .order_by(outbox.c.sequence.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None or not row.delivered:
            return None
        return Answer(row.inbox_id, row.sequence, json.loads(row.content), True)

    def forget(self, session_id: str) -> None:
        """End a conversation and erase everything about it."""
        with self._engine.begin() as connection:
            for table in (outbox, inbox):
                connection.execute(delete(table).where(table.c.session_id == session_id))
            connection.execute(delete(session).where(session.c.id == session_id))

    def purge(self, text_seconds: float) -> list[str]:
        """Give up texts that waited too long, erase ended conversations; returns their ids."""
        now = time.time()
        with self._engine.begin() as connection:
            connection.execute(
                update(inbox)
                .where(inbox.c.status == PENDING, inbox.c.created < now - text_seconds)
                .values(status=FAILED, sealed_text=None, payload=None, done_at=now)
            )
            ended = list(
                connection.execute(select(session.c.id).where(session.c.expires <= now)).scalars()
            )
        for session_id in ended:
            self.forget(session_id)
        return ended


def _unseen(session_id: str) -> Any:
    """Whether an answer is on its way: what it asks was not seen by who writes now."""
    waiting = select(inbox.c.id).where(inbox.c.session_id == session_id, inbox.c.status == PENDING)
    undelivered = select(outbox.c.id).where(
        outbox.c.session_id == session_id, outbox.c.delivered.is_(False)
    )
    return select(waiting.exists() | undelivered.exists())

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
from bot.content.database import empty_log
from bot.gateway.answers import DONE, Answers, inbox, outbox
from bot.gateway.errors import KeyReused, TokenUnknown

session = models.Base.metadata.tables["session"]
PENDING, FAILED = "pending", "failed"


@dataclass(frozen=True)
class Session:
    """A conversation. `turn` is the number of the last answer; `id` is all that Rasa sees."""

    id: str
    channel: str
    locale: str | None
    country: str | None
    turn: int


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


class Storage(Answers):
    """Plain transactions on an engine; raises SQLAlchemyError when the database fails."""

    def __init__(self, engine: Engine, session_seconds: float, pepper: bytes) -> None:
        super().__init__(engine)
        self._lifetime = session_seconds
        self._pepper = pepper

    def _digest(self, text: str) -> str:
        # Keyed: a short text could be guessed from a plain hash by whoever has the database.
        return hmac.new(self._pepper, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()

    @property
    def shared(self) -> bool:
        """Whether other gateways may work on the same database: a file is one machine's alone."""
        return self._engine.dialect.name != "sqlite"

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
    ) -> Accepted:
        """Commit a message, once for each key.

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
                return Accepted(int(row.scalar_one()), again=False)
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
            return Accepted(int(earlier.id), again=True)

    def waiting(self, session_id: str) -> list[Waiting]:
        """Messages of a conversation whose turn is not done, in order."""
        query = (
            select(inbox.c.id, inbox.c.sealed_text, inbox.c.payload, inbox.c.unseen)
            .where(inbox.c.session_id == session_id, inbox.c.status == PENDING)
            .order_by(inbox.c.id)
        )
        with self._engine.connect() as connection:
            return [Waiting(*row) for row in connection.execute(query)]

    def sessions_waiting(self, older_than: float = 0.0) -> list[Session]:
        """Conversations with a message of that age (seconds) whose turn is not done."""
        old = inbox.c.created <= time.time() - older_than
        query = (
            select(
                session.c.id, session.c.channel, session.c.locale, session.c.country, session.c.turn
            )
            .where(
                session.c.id.in_(select(inbox.c.session_id).where(inbox.c.status == PENDING, old)),
                session.c.deleted.is_(False),
            )
            .order_by(session.c.last_seen)
        )
        with self._engine.connect() as connection:
            return [Session(*row) for row in connection.execute(query)]

    def finish(
        self,
        session_id: str,
        inbox_id: int,
        reply: dict[str, Any],
        *,
        locale: str | None = None,
        country: str | None = None,
        alone: bool = False,
    ) -> int:
        """Store an answer, forget the text, number the turn; one transaction. Returns the turn.

        A `locale` or `country` that became known replaces the conversation's. `alone` erases all
        messages and answers before this one. A message that is finished already changes nothing:
        two gateways may take the same one.
        """
        known = {"locale": locale, "country": country}
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
                .values(
                    turn=session.c.turn + 1,
                    last_seen=now,
                    **{name: value for name, value in known.items() if value is not None},
                )
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
                    created=now,
                )
            )
            if alone:
                for table, number in ((outbox, outbox.c.inbox_id), (inbox, inbox.c.id)):
                    earlier = and_(table.c.session_id == session_id, number < inbox_id)
                    connection.execute(delete(table).where(earlier))
        return turn

    def forget(self, session_id: str) -> None:
        """End a conversation and erase everything about it."""
        with self._engine.begin() as connection:
            for table in (outbox, inbox):
                connection.execute(delete(table).where(table.c.session_id == session_id))
            connection.execute(delete(session).where(session.c.id == session_id))
        empty_log(self._engine)

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
        outbox.c.session_id == session_id, outbox.c.delivered_with.is_(None)
    )
    return select(waiting.exists() | undelivered.exists())

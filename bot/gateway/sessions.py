"""Conversations in the database: opened, found by token or by a messaging app's chat, erased."""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.content import models
from bot.content.database import empty_log
from bot.content.render import PAGE
from bot.gateway.answers import inbox, outbox
from bot.gateway.counting import count_left

session = models.Base.metadata.tables["session"]
seen = models.Base.metadata.tables["seen"]
button = models.Base.metadata.tables["button"]
PENDING = "pending"
SEEN_SECONDS = 7 * 86400.0
_SESSION = (session.c.id, session.c.channel, session.c.locale, session.c.country, session.c.turn)


@dataclass(frozen=True)
class Session:
    """A conversation. `turn` is the number of the last answer; `id` is all that Rasa sees."""

    id: str
    channel: str
    locale: str | None
    country: str | None
    turn: int


class Sessions:
    """Those of the page live for `session_seconds` after they began, those of messaging apps for
    `contact_seconds` after their last message."""

    def __init__(
        self, engine: Engine, session_seconds: float, pepper: bytes, contact_seconds: float = 0.0
    ) -> None:
        self._engine = engine
        self._lifetime = session_seconds
        self._contact_lifetime = contact_seconds
        self._pepper = pepper
        self._chats = hmac.new(pepper, b"chats of messaging apps", "sha256").digest()

    def digest(self, text: str) -> str:
        """A keyed hash: a short text could be guessed from a plain one by who has the database."""
        return hmac.new(self._pepper, text.encode("utf-8", "surrogatepass"), "sha256").hexdigest()

    def _chat(self, channel: str, contact: str) -> str:
        """What a chat is known by: under another key than tokens, which a stranger may make up."""
        return hmac.new(self._chats, f"{channel}\0{contact}".encode(), "sha256").hexdigest()

    @property
    def shared(self) -> bool:
        """Whether other gateways may work on the same database: a file is one machine's alone."""
        return self._engine.dialect.name != "sqlite"

    def open_session(
        self, channel: str, locale: str | None, country: str | None
    ) -> tuple[str, Session]:
        """A new conversation and its token, of which only a hash is stored."""
        token = secrets.token_urlsafe(32)
        return token, self._open(self.digest(token), channel, locale, country, self._lifetime)

    def _open(
        self, key: str, channel: str, locale: str | None, country: str | None, lifetime: float
    ) -> Session:
        now = time.time()
        made = Session(secrets.token_hex(16), channel, locale, country, 0)
        with self._engine.begin() as connection:
            connection.execute(
                insert(session).values(
                    id=made.id,
                    token_hash=key,
                    channel=channel,
                    locale=locale,
                    country=country,
                    created=now,
                    last_seen=now,
                    expires=now + lifetime,
                    deleted=False,
                    turn=0,
                )
            )
        return made

    def open_chat(
        self, channel: str, contact: str, locale: str | None, country: str | None
    ) -> Session:
        """A new conversation for a chat in a messaging app that has none; one that is over has to
        be erased before."""
        key = self._chat(channel, contact)
        try:
            return self._open(key, channel, locale, country, self._contact_lifetime)
        except IntegrityError:
            # Two first messages at once: the other one has just opened it.
            found = self.session_of_contact(channel, contact)
            if found is None:
                raise
            return found

    def end_if_over(self, channel: str, contact: str) -> str | None:
        """Erase the conversation of a chat whose time is over; its id, None where there is none."""
        over = select(session.c.id).where(
            session.c.token_hash == self._chat(channel, contact),
            session.c.expires <= time.time(),
        )
        with self._engine.connect() as connection:
            ended: str | None = connection.execute(over).scalar()
        if ended is not None:
            self.forget(ended)
        return ended

    def session_of_contact(self, channel: str, contact: str) -> Session | None:
        """The live conversation of a chat in a messaging app, or None."""
        return self._find(self._chat(channel, contact), channel)

    def session_by_id(self, session_id: str) -> Session | None:
        """A live conversation as it stands now, or None."""
        query = select(*_SESSION).where(session.c.id == session_id, session.c.deleted.is_(False))
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Session(*row)

    def find_session(self, token: str) -> Session | None:
        """The live conversation of the page that a token opens, or None."""
        return self._find(self.digest(token), PAGE)

    def _find(self, key: str, channel: str) -> Session | None:
        query = select(*_SESSION).where(
            session.c.token_hash == key,
            session.c.channel == channel,
            session.c.deleted.is_(False),
            session.c.expires > time.time(),
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Session(*row)

    def sessions_waiting(self, older_than: float = 0.0) -> list[Session]:
        """Conversations with a message of that age (seconds) whose turn is not done."""
        old = inbox.c.created <= time.time() - older_than
        query = (
            select(*_SESSION)
            .where(
                session.c.id.in_(select(inbox.c.session_id).where(inbox.c.status == PENDING, old)),
                session.c.deleted.is_(False),
            )
            .order_by(session.c.last_seen)
        )
        with self._engine.connect() as connection:
            return [Session(*row) for row in connection.execute(query)]

    def forget(self, session_id: str) -> None:
        """End a conversation and erase everything about it."""
        with self._engine.begin() as connection:
            _erase(connection, session_id)
        empty_log(self._engine)


def erase_if_quiet(connection: Connection, session_id: str) -> bool:
    """Erase a conversation in a transaction unless something of it waits; whether it was."""
    pending = select(inbox.c.id).where(inbox.c.session_id == session_id, inbox.c.status == PENDING)
    unsent = select(outbox.c.id).where(
        outbox.c.session_id == session_id, outbox.c.delivered_with.is_(None)
    )
    # Holds the row, so that nothing is accepted between looking and erasing.
    connection.execute(update(session).where(session.c.id == session_id).values(deleted=False))
    if any(connection.execute(each).first() for each in (pending, unsent)):
        return False
    _erase(connection, session_id)
    return True


def _erase(connection: Connection, session_id: str) -> None:
    for table in (outbox, inbox, button):
        connection.execute(delete(table).where(table.c.session_id == session_id))
    gone = delete(session).where(session.c.id == session_id)
    last = (session.c.channel, session.c.locale, session.c.last_script)
    # Of two that erase it at once one alone gets the row, so that it is counted once.
    count_left(connection, connection.execute(gone.returning(*last)).one_or_none(), time.time())

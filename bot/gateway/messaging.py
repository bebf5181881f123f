"""Conversations in messaging apps: accepted here once, answered later by what sends them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from bot.gateway.answers import Answer
from bot.gateway.buttons import AppButtons
from bot.gateway.composing import compose
from bot.gateway.errors import StorageDown, TokenUnknown
from bot.gateway.places import country_code
from bot.gateway.posting import Posting
from bot.gateway.reading import Read, Reading
from bot.gateway.replies import OutgoingMessage
from bot.gateway.sealing import Forged, Seal
from bot.gateway.storage import FromApp, Session, Storage
from bot.gateway.turns import Turns

MOST_TRIES = 3
MENU = "/menu"


@dataclass(frozen=True)
class AppMessage:
    """A message as a channel hands it on: a `text`, a `button`, or a `payload` of our own. Where a
    payload comes with a text, the text counts only if it tells of danger."""

    channel: str
    contact: str = field(repr=False)
    event: str
    address: Mapping[str, str] = field(repr=False)
    text: str | None = field(default=None, repr=False)
    button: str | None = field(default=None, repr=False)
    payload: str | None = None
    media: str | None = None
    position: int | None = None
    locale: str | None = None
    country: str | None = None


@dataclass
class Messaging:
    """The service behind the messaging channels."""

    storage: Storage
    posting: Posting
    reading: Reading
    buttons: AppButtons
    addresses: Seal
    turns: Turns
    counters: Counter[str]

    async def accept(self, message: AppMessage) -> Session | None:
        """Commit a message and have its turn taken soon; None when it was accepted before.

        Raises StorageDown: then nothing was accepted, and the platform will send it again.
        """
        try:
            for _ in range(MOST_TRIES):
                if await run_in_threadpool(self.storage.was_seen, message.channel, message.event):
                    return None
                session = await self._session(message)
                try:
                    return await self._accept(session, message)
                except TokenUnknown:
                    continue  # erased between finding and accepting: it begins anew
        except SQLAlchemyError as error:
            self.counters["storage_down"] += 1
            raise StorageDown from error
        raise StorageDown

    async def _session(self, message: AppMessage) -> Session:
        chat = (message.channel, message.contact)
        found = await run_in_threadpool(self.storage.session_of_contact, *chat)
        if found is not None:
            return found
        if ended := await run_in_threadpool(self.storage.end_if_over, *chat):
            await self.turns.forget_soon(ended)
        locale = self.reading.speaker.locale(message.locale)
        country = country_code(message.country)
        return await run_in_threadpool(self.storage.open_chat, *chat, locale, country)

    async def _accept(self, session: Session, message: AppMessage) -> Session | None:
        read = await self._read(session, message)
        app = FromApp(
            event=message.event,
            address=self.addresses.seal(dict(message.address), session.id),
            position=message.position,
            media=message.media if read.sealed is not None else None,
            danger=read.danger,
        )
        accepted = await run_in_threadpool(
            self.storage.accept,
            session,
            message.event,
            "",
            sealed=read.sealed,
            payload=read.payload,
            app=app,
        )
        if accepted.again:
            return None
        self.turns.take_also(session)
        return session

    async def _read(self, session: Session, message: AppMessage) -> Read:
        if message.button is not None:
            try:
                payload = await run_in_threadpool(self.buttons.payload, session, message.button)
            except Forged:
                # Of a conversation that has ended, or made up: it is met by the menu.
                self.counters["forged_buttons"] += 1
                payload = MENU
            return Read(False, None, payload)
        read = await self.reading.read(session, message.text or "")
        if message.payload is not None and not read.danger:
            return Read(False, None, message.payload)
        return read

    async def leave(self, channel: str, contact: str, event: str) -> None:
        """Erase a conversation whose person has left, once for each event. Raises StorageDown."""
        try:
            if not await run_in_threadpool(self.storage.note_seen, channel, event):
                return
            session = await run_in_threadpool(self.storage.session_of_contact, channel, contact)
            if session is None:
                return
            await run_in_threadpool(self.storage.forget, session.id)
        except SQLAlchemyError as error:
            raise StorageDown from error
        await self.turns.forget_soon(session.id)

    def address(self, session_id: str) -> dict[str, str] | None:
        """Where to write back; None when it is gone or was sealed under another key."""
        sealed = self.posting.address(session_id)
        if sealed is None:
            return None
        try:
            return dict(self.addresses.open(sealed, session_id))
        except Forged:
            return None

    def rendered(self, session: Session, answer: Answer) -> list[OutgoingMessage]:
        """The messages of an answer with tokens for their buttons. Raises SQLAlchemyError."""
        messages = compose(self.reading.speaker, session, answer)
        return self.buttons.outgoing(session.id, answer.turn, messages)

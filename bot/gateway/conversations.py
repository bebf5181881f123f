"""A conversation at the edge: accept, understand in order, answer by the release, never silence."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from bot.content.render import PAGE, Message
from bot.content.unclear.redaction import Redaction
from bot.crisis import CrisisMatcher
from bot.gateway.answers import Answer
from bot.gateway.buttons import meaning
from bot.gateway.commands import Commands
from bot.gateway.composing import LATE, compose
from bot.gateway.errors import (
    BodyInvalid,
    ButtonForged,
    ResourceUnknown,
    StorageDown,
    TokenUnknown,
)
from bot.gateway.noticing import CountingPolicy, Noticing
from bot.gateway.places import country_code
from bot.gateway.reading import WELCOME, Reading
from bot.gateway.replies import OutgoingButton, OutgoingMessage, Reply
from bot.gateway.retirement import Retirement, Stranger, farewell
from bot.gateway.sealing import Forged, Seal
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Session, Storage
from bot.gateway.turns import Turns
from bot.gateway.worker_client import Worker, WorkerReply

logger = logging.getLogger(__name__)


@dataclass
class Conversations:
    """The service behind every channel. All methods answer; none waits longer than the deadline."""

    storage: Storage
    worker: Worker
    speaker: Speaker
    matcher: CrisisMatcher
    commands: Commands
    texts: Seal
    buttons: Seal
    deadline: float
    text_limit: int
    retirement: Retirement = field(default_factory=Retirement)
    counting: CountingPolicy = field(default_factory=CountingPolicy)
    redaction: Redaction | None = None
    counters: Counter[str] = field(default_factory=Counter)
    _awaited: Counter[int] = field(default_factory=Counter)
    turns: Turns = field(init=False)
    reading: Reading = field(init=False)

    def __post_init__(self) -> None:
        self.reading = Reading(
            self.storage, self.speaker, self.matcher, self.commands, self.texts, self.text_limit
        )
        self.turns = Turns(
            self.storage,
            self.worker,
            self.texts,
            self.counters,
            self.speaker.locale,
            Noticing(self.speaker, self.matcher, self.counting, self.redaction),
        )

    @property
    def retired(self) -> bool:
        """Whether the service is over: every answer is the farewell, and nothing is stored."""
        return self.retirement.begun

    def farewell(
        self, locale: str | None, country: str | None, channel: str = PAGE
    ) -> tuple[OutgoingMessage, ...]:
        """What everybody is told then; of a country that is no code the default one's helplines."""
        return farewell(self.speaker, locale, country_code(country), channel)

    async def start(
        self, locale: str | None, country: str | None, channel: str = PAGE
    ) -> tuple[str, Reply]:
        """A new conversation: its token and the welcome. Raises StorageDown.

        A locale that is not offered and a country that is no code count as absent.
        """
        locale, country = self.speaker.locale(locale), country_code(country)
        if self.retired:
            return secrets.token_urlsafe(32), Reply(self.farewell(locale, country), crisis=False)
        try:
            token, session = await run_in_threadpool(
                self.storage.open_session, channel, locale, country
            )
        except SQLAlchemyError as error:
            raise StorageDown from error
        welcome = self.speaker.say(WELCOME, locale=locale, country=country)
        return token, Reply((self._outgoing(session.id, 0, welcome),), crisis=False)

    async def find(self, token: str) -> Session:
        """The conversation of a token. Raises TokenUnknown or StorageDown; not when retired."""
        try:
            return await self._find(token)
        except (StorageDown, TokenUnknown) as problem:
            if self.retired:
                return Stranger.because(problem)
            raise

    async def _find(self, token: str) -> Session:
        try:
            session = await run_in_threadpool(self.storage.find_session, token)
        except SQLAlchemyError as error:
            raise StorageDown from error
        if session is None:
            raise TokenUnknown
        return session

    async def send(
        self, session: Session, key: str, *, text: str | None = None, button: str | None = None
    ) -> Reply:
        """Accept a message once and answer it.

        The crisis matcher reads the whole text before it is cut. When the worker is late or away
        the crisis card is the answer, and the worker's reply goes out before the next one.
        Raises KeyReused, BodyInvalid, ButtonForged or StorageDown; then nothing was accepted.
        """
        if self.retired:
            seen = await run_in_threadpool(self.matcher.match, text or "")
            told = self.farewell(session.locale, session.country)
            return Reply(told, crisis=seen is not None)
        if (text is None) == (button is None):
            raise BodyInvalid
        sealed: bytes | None = None
        payload: str | None = None
        danger = False
        try:
            if button is not None:
                payload = self._payload(session, button)
            else:
                read = await self.reading.read(session, text or "")
                danger, sealed, payload = read.danger, read.sealed, read.payload
            accepted = await run_in_threadpool(
                self.storage.accept,
                session,
                key,
                json.dumps([text, button]),
                sealed=sealed,
                payload=payload,
            )
        except SQLAlchemyError as error:
            self.counters["storage_down"] += 1
            raise StorageDown from error
        number = accepted.id
        try:
            self._awaited[number] += 1
            if accepted.again:
                later = await run_in_threadpool(self.storage.later_answer, session.id, number)
                if later is not None:
                    return self._reply(session, [later], later.inbox_id, danger)
            return await self._answer(session, number, danger)
        except SQLAlchemyError:
            # Accepted and committed: it is answered later, and now by the card.
            self.counters["storage_down"] += 1
            return self._card(session)
        finally:
            self._awaited[number] -= 1
            if not self._awaited[number]:
                del self._awaited[number]

    def _payload(self, session: Session, token: str) -> str:
        """What a pressed button means. Raises ButtonForged."""
        try:
            pressed = self.buttons.read_token(token, session.id)
        except Forged as error:
            self.counters["forged_buttons"] += 1
            raise ButtonForged from error
        return meaning(
            str(pressed["payload"]), str(pressed["script"]), int(pressed["turn"]), session
        )

    async def _answer(self, session: Session, inbox_id: int, danger: bool) -> Reply:
        loop = asyncio.get_running_loop()
        limit = loop.time() + self.deadline
        away, rounds = False, 0
        while True:
            if await run_in_threadpool(self.storage.answered, inbox_id):
                answers = await run_in_threadpool(
                    self.storage.deliver, session.id, inbox_id, frozenset(self._awaited)
                )
                return self._reply(session, answers, inbox_id, danger)
            left = limit - loop.time()
            if away or left <= 0:
                self.counters["cards"] += 1
                return Reply(self._card(session).messages, crisis=danger)
            turns = self.turns.take_soon(session)
            await asyncio.wait([turns], timeout=left)
            # A task that was about to end may have missed this message: a second one has not.
            rounds += turns.done()
            away = turns.done() and (rounds > 1 or not turns.result())

    async def forget(self, session: Session) -> None:
        """Erase a conversation here and at the worker. Raises StorageDown, or why there is none."""
        if isinstance(session, Stranger):
            raise session.why
        try:
            await run_in_threadpool(self.storage.forget, session.id)
        except SQLAlchemyError as error:
            raise StorageDown from error
        await self.turns.forget_soon(session.id)

    async def opened(self, session: Session, resource: str) -> None:
        """Count that a person opened a helper's link or number. Raises ResourceUnknown,
        StorageDown, or why there is no conversation."""
        if resource not in self.speaker.release.directory.resources:
            raise ResourceUnknown
        if isinstance(session, Stranger):
            raise session.why
        if self.retired:
            return
        try:
            await run_in_threadpool(self.storage.count_opened, session.id, resource)
        except SQLAlchemyError as error:
            raise StorageDown from error

    def help(self, locale: str | None, country: str | None) -> Message:
        """The crisis card for a country; the default one's for what is no code."""
        return self.speaker.card(locale, country_code(country))

    def _reply(self, session: Session, answers: list[Answer], inbox_id: int, danger: bool) -> Reply:
        own = next(answer for answer in answers if answer.inbox_id == inbox_id)
        late = [answer for answer in answers if answer.inbox_id != inbox_id]
        out: list[OutgoingMessage] = []
        if late:
            note = self.speaker.say(LATE, locale=session.locale, country=session.country)
            out.append(self._outgoing(session.id, own.turn, note))
            out += [message for answer in late for message in self._render(session, answer)]
        reply = WorkerReply.model_validate(own.reply)
        answered = self._render(session, own)
        crisis = danger or reply.crisis is not None
        if crisis and not any(m.message.resources for m in answered):
            self.counters["crisis_cards_added"] += 1
            answered = [*self._card(session).messages, *answered]
        return Reply((*out, *answered), crisis=crisis, intent=reply.intent)

    def _card(self, session: Session) -> Reply:
        card = self.speaker.card(session.locale, session.country)
        return Reply((self._outgoing(session.id, session.turn, card),), crisis=True)

    def _render(self, session: Session, answer: Answer) -> list[OutgoingMessage]:
        return [
            self._outgoing(session.id, answer.turn, message)
            for message in compose(self.speaker, session, answer)
        ]

    def _outgoing(self, session_id: str, turn: int, message: Message) -> OutgoingMessage:
        return OutgoingMessage(
            message,
            tuple(
                OutgoingButton(button.label, self._token(session_id, turn, message, button.payload))
                for button in message.buttons
            ),
        )

    def _token(self, session_id: str, turn: int, message: Message, payload: str) -> str:
        value: dict[str, Any] = {"payload": payload, "script": message.script, "turn": turn}
        return self.buttons.token(value, session_id)

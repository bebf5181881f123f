"""Taking turns: what waits in the inbox goes to the worker, in order, each message once."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from bot.gateway.noticing import Noticing
from bot.gateway.places import country_code
from bot.gateway.sealing import Forged, Seal
from bot.gateway.settling import Settling
from bot.gateway.speaking import CRISIS_CARD
from bot.gateway.storage import Session, Storage, Waiting
from bot.gateway.worker_client import (
    NamedScript,
    TurnFailed,
    Worker,
    WorkerReply,
    WorkerUnavailable,
)

# What says that everything was erased; before it the person is asked.
ERASING_SCRIPT = "utter_delete_data"
DANGER = "immediate_danger"
MOST_FAILURES = 3
LONGEST_WAIT, OTHERS_SECONDS = 1.0, 40.0

logger = logging.getLogger(__name__)


@dataclass
class Turns:
    """One task a conversation takes its turns; `counters` counts what went wrong.

    `known_locale` gives the locale that the release offers for one that the worker detected;
    `noticing` looks at what is counted; `answered` is told the conversation of each answer.
    """

    storage: Storage
    worker: Worker
    texts: Seal
    counters: Counter[str]
    known_locale: Callable[[str | None], str | None]
    noticing: Noticing
    settling: Settling = field(default_factory=Settling)
    answered: Callable[[str], None] = lambda session_id: None
    _failures: Counter[int] = field(default_factory=Counter)
    _tasks: dict[str, asyncio.Task[bool]] = field(default_factory=dict)
    _to_forget: set[str] = field(default_factory=set)
    _more: dict[str, Session] = field(default_factory=dict)
    _forgetting: set[asyncio.Task[None]] = field(default_factory=set)

    def take_soon(self, session: Session) -> asyncio.Task[bool]:
        """The one task that takes a conversation's turns; a caller that leaves does not stop it."""
        task = self._tasks.get(session.id)
        if task is None or task.done():
            task = asyncio.create_task(self.take(session))
            self._tasks[session.id] = task
            task.add_done_callback(partial(self._taken, session.id))
        return task

    def take_also(self, session: Session) -> None:
        """The same for who does not wait; a task that was about to end may have missed one."""
        if session.id in self._tasks:
            self._more[session.id] = session
        self.take_soon(session)

    def _taken(self, session_id: str, task: asyncio.Task[bool]) -> None:
        if self._tasks.get(session_id) is task:
            del self._tasks[session_id]
        if more := self._more.pop(session_id, None):
            self.take_soon(more)
        if not task.cancelled() and task.exception() is not None:
            # Whoever waits for it raises it too; the type alone, as a message may hold a row.
            logger.error("a turn failed: %s", type(task.exception()).__name__)

    async def take(self, session: Session) -> bool:
        """Take every waiting turn of a conversation, in order; False when the worker is away."""
        # Read anew for each turn: what was erased meanwhile is not handed on.
        while waiting := await run_in_threadpool(self.storage.waiting, session.id):
            if seconds := self.settling.seconds(session, waiting):
                await asyncio.sleep(seconds)
                continue
            item = waiting[0]
            card = WorkerReply(messages=[NamedScript(script=CRISIS_CARD)])
            typed: str | None = None
            try:
                body = self._body(session, item)
                typed = body["text"] if item.payload is None else None
                reply = await self.worker.turn(body)
            except Forged:
                # Sealed under a key that is gone: nobody can read it any more.
                self.counters["texts_unreadable"] += 1
                reply = card
            except WorkerUnavailable as error:
                self.counters["worker_unavailable"] += 1
                self._failures[item.id] += isinstance(error, TurnFailed)
                if self._failures[item.id] < MOST_FAILURES:
                    return False
                # It would hold up all that is written after it: the card is its answer.
                reply = card
            self._failures.pop(item.id, None)
            if item.danger and reply.crisis is None:
                # The phrase matcher saw it, whatever the worker made of it.
                reply = reply.model_copy(update={"crisis": DANGER})
            await self._finish(session, item.id, reply, typed)
        return True

    async def _finish(
        self, session: Session, inbox_id: int, reply: WorkerReply, typed: str | None
    ) -> None:
        """Store an answer and what the card of a later turn needs; erase what it says is erased.

        What was `typed` is looked at for words that may be kept, and dropped."""
        self.counters["raw_texts_dropped"] += reply.dropped
        locale = self.known_locale(reply.locale)
        erased = any(named.script == ERASING_SCRIPT for named in reply.messages)
        await run_in_threadpool(
            self.storage.finish,
            session.id,
            inbox_id,
            reply.model_dump(),
            locale=locale,
            country=country_code(reply.context.get("country")),
            alone=erased,
            counted=await run_in_threadpool(self.noticing.counted, session, inbox_id, reply),
            unclear=self.noticing.unclear(typed, locale or session.locale, reply),
        )
        self.answered(session.id)
        if erased:
            await self.forget_state(session.id)

    def _body(self, session: Session, item: Waiting) -> dict[str, Any]:
        """What the worker gets: no token, no platform id."""
        text = item.payload
        if text is None and item.sealed is not None:
            text = str(self.texts.open(item.sealed, session.id))
        return {
            "conversation": session.id,
            "message_id": str(item.id),
            "text": text or "",
            "metadata": {
                "locale": session.locale,
                "country": session.country,
                "channel": session.channel,
                "unseen": item.unseen,
                "media": item.media,
            },
        }

    async def take_up_waiting(self) -> int:
        """Take the turns that a dead worker or a restart left behind; how many conversations."""
        # What another gateway accepted is left to it for as long as its worker may take.
        age = OTHERS_SECONDS if self.storage.shared else 0.0
        sessions = await run_in_threadpool(self.storage.sessions_waiting, age)
        if sessions:
            tasks = [self.take_soon(session) for session in sessions]
            await asyncio.wait(tasks, timeout=LONGEST_WAIT)
        return len(sessions)

    async def forget_state(self, session_id: str) -> None:
        """Erase what the worker keeps of a conversation, now or when it is back."""
        self._to_forget.add(session_id)
        try:
            await self.worker.forget(session_id)
            self._to_forget.discard(session_id)
        except WorkerUnavailable:
            self.counters["worker_unavailable"] += 1

    async def forget_soon(self, session_id: str) -> None:
        """The same, and nobody who leaves waits for a worker that hangs."""
        task = asyncio.create_task(self.forget_state(session_id))
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)
        await asyncio.wait([task], timeout=LONGEST_WAIT)

    async def forget_again(self) -> None:
        """Try again what a worker that was away could not erase."""
        for session_id in () if self._forgetting else tuple(self._to_forget):
            await self.forget_soon(session_id)

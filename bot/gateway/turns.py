"""Taking turns: what waits in the inbox goes to the worker, in order, each message once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool

from bot.gateway.sealing import Seal
from bot.gateway.speaking import CRISIS_CARD
from bot.gateway.storage import Session, Storage, Waiting
from bot.gateway.worker_client import (
    NamedScript,
    TurnFailed,
    Worker,
    WorkerReply,
    WorkerUnavailable,
)

ERASING_INTENT = "delete_data"
MOST_FAILURES = 3


@dataclass
class Turns:
    """One task a conversation takes its turns; `counters` counts what went wrong."""

    storage: Storage
    worker: Worker
    texts: Seal
    counters: Counter[str]
    _failures: Counter[int] = field(default_factory=Counter)
    _tasks: dict[str, asyncio.Task[bool]] = field(default_factory=dict)

    def take_soon(self, session: Session) -> asyncio.Task[bool]:
        """The one task that takes a conversation's turns; a caller that leaves does not stop it."""
        task = self._tasks.get(session.id)
        if task is None or task.done():
            task = asyncio.create_task(self.take(session))
            self._tasks[session.id] = task
            task.add_done_callback(partial(self._taken, session.id))
        return task

    def _taken(self, session_id: str, task: asyncio.Task[bool]) -> None:
        if self._tasks.get(session_id) is task:
            del self._tasks[session_id]

    async def take(self, session: Session) -> bool:
        """Take every waiting turn of a conversation, in order; False when the worker is away."""
        while waiting := await run_in_threadpool(self.storage.waiting, session.id):
            for item in waiting:
                try:
                    reply = await self.worker.turn(self._body(session, item))
                except WorkerUnavailable as error:
                    self.counters["worker_unavailable"] += 1
                    failed = isinstance(error, TurnFailed)
                    self._failures[item.id] += failed
                    if self._failures[item.id] < MOST_FAILURES:
                        return False
                    # It would hold up all that is written after it: the card is its answer.
                    reply = WorkerReply(messages=[NamedScript(script=CRISIS_CARD)])
                self._failures.pop(item.id, None)
                await run_in_threadpool(
                    self.storage.finish, session.id, item.id, reply.model_dump()
                )
                if reply.intent == ERASING_INTENT:
                    await self.forget_state(session.id)
        return True

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
            },
        }

    async def take_up_waiting(self) -> int:
        """Take the turns that a dead worker or a restart left behind; how many conversations."""
        sessions = await run_in_threadpool(self.storage.sessions_waiting)
        if sessions:
            await asyncio.wait([self.take_soon(session) for session in sessions])
        return len(sessions)

    async def forget_state(self, session_id: str) -> None:
        """Erase what the worker keeps of a conversation."""
        try:
            await self.worker.forget(session_id)
        except WorkerUnavailable:
            # Its row holds ids only and is purged with the conversation's lifetime.
            self.counters["worker_unavailable"] += 1

"""A worker that plays a script, and a gateway around it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from bot.edge import Edge
from bot.gateway.replies import OutgoingMessage, Reply
from bot.gateway.storage import Session, session
from bot.gateway.worker_client import NamedScript, WorkerReply, WorkerUnavailable
from bot.settings import Settings


def scripted(*scripts: str, **fields: Any) -> WorkerReply:
    """A reply that names scripts."""
    return WorkerReply(messages=[NamedScript(script=script) for script in scripts], **fields)


@dataclass
class FakeWorker:
    """Answers what `replies` has for a text, else a greeting, and remembers what it was given.

    `held` says which turns wait, `pause` (seconds) slows every turn, `down` refuses them.
    """

    replies: dict[str, WorkerReply] = field(default_factory=dict)
    taken: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    down: bool = False
    pause: float = 0.0
    held: Callable[[str], bool] = lambda text: False
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def turn(self, body: dict[str, Any]) -> WorkerReply:
        if self.down:
            raise WorkerUnavailable("down")
        self.taken.append(body)
        await asyncio.sleep(self.pause)
        self.begun.set()
        while self.held(body["text"]):  # noqa: ASYNC110 - a test opens it from outside a loop
            await asyncio.sleep(0.01)
        return self.replies.get(body["text"], scripted("utter_greet", intent="greet"))

    async def forget(self, conversation: str) -> None:
        if self.down:
            raise WorkerUnavailable("down")
        self.forgotten.append(conversation)

    async def ready(self) -> bool:
        return not self.down

    @property
    def texts(self) -> list[str]:
        """What was given to it, in order."""
        return [body["text"] for body in self.taken]


@dataclass
class Gateway:
    """A gateway over a database of its own, with a worker that plays a script."""

    edge: Edge
    worker: FakeWorker
    config: Settings
    app: FastAPI

    async def begin(self, country: str | None = None) -> tuple[Session, Reply]:
        token, welcome = await self.edge.conversations.start("en", country)
        return await self.edge.conversations.find(token), welcome

    async def say(self, session: Session, text: str, key: str | None = None) -> Reply:
        key = key or uuid.uuid4().hex
        return await self.edge.conversations.send(await self.fresh(session), key, text=text)

    async def press(self, session: Session, token: str, key: str | None = None) -> Reply:
        key = key or uuid.uuid4().hex
        return await self.edge.conversations.send(await self.fresh(session), key, button=token)

    async def fresh(self, found: Session) -> Session:
        """The conversation as the database has it now: a request finds it anew."""
        columns = (session.c.id, session.c.channel, session.c.locale, session.c.country)
        query = select(*columns, session.c.turn).where(session.c.id == found.id)
        with self.edge.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return found if row is None else Session(*row)


def scripts(reply: Reply) -> list[str]:
    """The script ids of a reply, in order."""
    return [outgoing.message.script for outgoing in reply.messages]


def button(messages: tuple[OutgoingMessage, ...], label: str) -> str:
    """The token of the button with this label."""
    return next(b.token for m in messages for b in m.buttons if b.label == label)

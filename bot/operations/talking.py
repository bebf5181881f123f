"""Whole conversations in one process: the gateway's own pipeline and Rasa, no network."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TextIO

from bot.dialogue.engine import Engine
from bot.edge import Edge, open_edge
from bot.gateway.replies import Reply
from bot.gateway.schema import SendResponse
from bot.gateway.worker_client import WorkerReply
from bot.settings import Settings

PATIENCE = 60.0  # seconds: nobody waits here, and the first turn warms up


class LocalWorker:
    """The worker in this process."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def turn(self, body: dict[str, Any]) -> WorkerReply:
        return WorkerReply.model_validate(await self.engine.take_turn(body))

    async def forget(self, conversation: str) -> None:
        await self.engine.forget(conversation)

    async def ready(self) -> bool:
        return True


@asynccontextmanager
async def local_edge(config: Settings, model: Path) -> AsyncIterator[Edge]:
    """The edge with a worker inside, on databases that are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="handrail-") as folder:
        private = config.model_copy(
            update={
                "data_folder": Path(folder),
                "database_url": None,
                "tracker_database_url": None,
                "answer_deadline": PATIENCE,
            }
        )
        edge = open_edge(private, LocalWorker(Engine.load(model, private.tracker_database)))
        try:
            yield edge
        finally:
            edge.engine.dispose()


async def talk(config: Settings, model: Path, lines: Iterable[str], results: TextIO) -> None:
    """Dialogues as JSON lines {id, locale?, country?, turns} to JSON lines with the answers."""
    async with local_edge(config, model) as edge:
        for line in lines:
            answered = json.dumps(await _dialogue(edge, line), ensure_ascii=False)
            print(answered, file=results, flush=True)


async def _dialogue(edge: Edge, line: str) -> dict[str, Any]:
    try:
        given = json.loads(line)
        turns = [str(turn) for turn in given["turns"]]
    except (ValueError, KeyError, TypeError) as error:
        return {"id": None, "turns": [], "error": f"not a dialogue: {error}"}
    token, _ = await edge.conversations.start(given.get("locale"), given.get("country"))
    answered = []
    for user in turns:
        session = await edge.conversations.find(token)
        reply = await edge.conversations.send(session, uuid.uuid4().hex, text=user)
        messages = SendResponse.of(reply).model_dump()["messages"]
        answered.append({"user": user, "intent": reply.intent, "messages": messages})
    return {"id": given.get("id"), "turns": answered}


async def chat(config: Settings, model: Path, locale: str | None, country: str | None) -> None:
    """A conversation in the terminal; buttons are chosen by number or words; Ctrl-D ends it."""
    async with local_edge(config, model) as edge:
        token, welcome = await edge.conversations.start(locale, country)
        show(welcome)
        while True:
            try:
                text = await asyncio.to_thread(input, "\nyou> ")
            except (EOFError, KeyboardInterrupt):
                return
            session = await edge.conversations.find(token)
            show(await edge.conversations.send(session, uuid.uuid4().hex, text=text))


def show(reply: Reply) -> None:
    """Print messages, help cards and numbered buttons."""
    number = 0
    for outgoing in reply.messages:
        print(f"\n{outgoing.message.text}")
        for card in outgoing.message.resources:
            ways = [card.phone and card.phone.display, card.sms and card.sms.display, card.url]
            print(f"  * {card.name}: {' | '.join(way for way in ways if way)}")
        for button in outgoing.buttons:
            number += 1
            print(f"  [{number}] {button.label}")
    sys.stdout.flush()

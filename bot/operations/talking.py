"""Whole conversations in one process: the gateway's own pipeline and Rasa, no network."""

from __future__ import annotations

import asyncio
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
from bot.operations.lines import BadLine, read_object, text_in, whole, write_line
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
async def local_edge(config: Settings, model: Path) -> AsyncIterator[tuple[Edge, Settings]]:
    """The edge with a worker inside, on databases that are gone afterwards, and its settings."""
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
            yield edge, private
        finally:
            edge.engine.dispose()


async def talk(config: Settings, model: Path, lines: Iterable[str], results: TextIO) -> None:
    """Dialogues as JSON lines {id, locale?, country?, turns} to JSON lines with the answers."""
    async with local_edge(config, model) as (edge, _):
        for line in lines:
            write_line(await dialogue(edge, line), results)


async def dialogue(edge: Edge, line: str) -> dict[str, Any]:
    """{id, turns} of one dialogue; with an `error` and the turns before it when one is wrong."""
    spoken: dict[str, Any] = {"id": None, "turns": []}
    try:
        given = read_object(line)
        spoken["id"] = _name(given.get("id"))
        if not isinstance(given.get("turns"), list):
            raise BadLine("`turns` is not a list")
        turns = [text_in({"turn": turn}, "turn") for turn in given["turns"]]
        locale = text_in(given, "locale", needed=False)
        country = text_in(given, "country", needed=False)
        token, _ = await edge.conversations.start(locale, country)
        for user in turns:
            session = await edge.conversations.find(token)
            reply = await edge.conversations.send(session, uuid.uuid4().hex, text=user)
            messages = SendResponse.of(reply).model_dump()["messages"]
            spoken["turns"].append({"user": user, "intent": reply.intent, "messages": messages})
    except BadLine as error:
        spoken["error"] = f"not a dialogue: {error}"
    except Exception as error:  # noqa: BLE001 - one line must not end all others
        spoken["error"] = type(error).__name__
    return spoken


def _name(given: object) -> str | int | None:
    """The id of a dialogue, to be written back. Raises BadLine."""
    if given is None or isinstance(given, int):
        return given
    if isinstance(given, str):
        return whole(given)
    raise BadLine("`id` is neither text nor number")


async def chat(config: Settings, model: Path, locale: str | None, country: str | None) -> None:
    """A conversation in the terminal; buttons are chosen by number or words; Ctrl-D ends it."""
    async with local_edge(config, model) as (edge, _):
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

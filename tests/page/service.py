"""A real gateway with a real release; only the worker behind it is played."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot.edge import Edge, open_edge
from bot.gateway.app import build_gateway
from bot.gateway.worker_client import NamedScript, WorkerReply, WorkerUnavailable
from bot.page.routes import page
from bot.settings import Settings

OPENER = WorkerReply(messages=[NamedScript(script="utter_sextortion_open")], intent="sextortion")
CRISIS = WorkerReply(
    messages=[NamedScript(script="utter_self_harm_open")], intent="self_harm", crisis="self_harm"
)
UNCLEAR = WorkerReply(
    messages=[
        NamedScript(script="utter_unclear_choices", choices=["sextortion", "deepfake", "self_harm"])
    ]
)
STEPS = ("utter_step_stop_contact", "utter_step_keep_evidence", "utter_step_block")
WHOLE = WorkerReply(
    messages=[
        NamedScript(script="utter_plan_whole"),
        *(
            NamedScript(script=step, part=True, progress=(place, len(STEPS)))
            for place, step in enumerate(STEPS, 1)
        ),
        NamedScript(script="utter_plan_whole_end"),
    ]
)


def step(script: str) -> WorkerReply:
    place = STEPS.index(script) + 1 if script in STEPS else 0
    progress = (place, len(STEPS)) if place else None
    return WorkerReply(messages=[NamedScript(script=script, progress=progress)])


def in_language(said: str) -> WorkerReply:
    locale = json.loads(said.removeprefix("/switch_language"))["language"]
    return WorkerReply(messages=[NamedScript(script="utter_switch_language")], locale=locale)


@dataclass
class PlayedWorker:
    """Answers a fixed script to each message. `down` refuses, `delay` (seconds) comes late."""

    down: bool = False
    delay: float = 0.05
    turns: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)

    async def turn(self, body: dict[str, Any]) -> WorkerReply:
        if self.down:
            raise WorkerUnavailable("down")
        await asyncio.sleep(self.delay)
        self.turns.append(body)
        said = body["text"]
        if "self_harm" in said or "kill myself" in said:
            return CRISIS
        if "whole plan" in said:
            return WHOLE
        if "show:" in said:
            return step(said.split("show:")[1].strip('"}'))
        if said.startswith("/switch_language"):
            return in_language(said)
        return OPENER if "sextortion" in said or "threat" in said else UNCLEAR

    async def forget(self, conversation: str) -> None:
        self.forgotten.append(conversation)

    async def ready(self) -> bool:
        return not self.down


@dataclass(frozen=True)
class Service:
    """A gateway with its page. `address` is where a browser finds it, once it is served."""

    app: FastAPI
    edge: Edge
    worker: PlayedWorker
    config: Settings
    address: str = ""


def open_service(folder: Path, **settings: Any) -> Service:
    """The application over a new database in `folder`."""
    config = Settings(_env_file=None, data_folder=folder, **settings)
    worker = PlayedWorker()
    edge = open_edge(config, worker)
    routers = (page(edge.conversations, config),)
    return Service(
        build_gateway(edge.conversations, config, edge.releases.load, routers), edge, worker, config
    )


@contextmanager
def serve(service: Service, port: int) -> Iterator[uvicorn.Server]:
    """Serve from a thread until the block ends."""
    server = uvicorn.Server(
        # No web sockets: nothing here speaks them, and Rasa holds an old library for them.
        uvicorn.Config(service.app, host="127.0.0.1", port=port, log_level="warning", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    limit = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > limit:
            raise TimeoutError("the gateway did not start")
        time.sleep(0.02)
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(10)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])

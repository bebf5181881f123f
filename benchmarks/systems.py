"""The two systems: how each is trained, started, told to be ready and spoken to over HTTP."""

from __future__ import annotations

import asyncio
import os
import re
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import httpx

from benchmarks.processes import Program, free_ports
from benchmarks.stock.project import FULL_EPOCHS, write_project

CRISIS_CARD = "utter_crisis_card"
TRAINING_LIMIT = 900.0  # seconds
READY_LIMIT = 240.0
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Answer:
    """What came back for one message. `late`: the crisis card stood in for a slow answer."""

    answered: bool
    late: bool = False


@dataclass(frozen=True)
class Training:
    """Seconds that a training took. `epoch` is one epoch's and `missing` how many were left out."""

    seconds: float
    epoch: float = 0.0
    missing: int = 0

    @property
    def scaled(self) -> bool:
        return self.missing > 0

    @property
    def full(self) -> float:
        """Seconds with the epochs that were left out."""
        return self.seconds + self.epoch * self.missing


class System(Protocol):
    """A chatbot behind HTTP. Its files are in a folder of its own."""

    name: str

    def train(self) -> Training:
        """Train from scratch. Raises ProgramFailed."""

    def start(self) -> Program:
        """Start it and return at once."""

    @property
    def url(self) -> str:
        """Where the started one listens."""

    @property
    def ready_path(self) -> str:
        """Answers 200 as soon as messages are understood."""

    @property
    def card_path(self) -> str | None:
        """Answers 200 as soon as the crisis card is served; None without one."""

    async def open(self, client: httpx.AsyncClient) -> str:
        """Begin a conversation; what `send` needs to know of it."""

    async def send(self, client: httpx.AsyncClient, conversation: str, text: str) -> Answer:
        """Send one message and read the whole answer."""


@dataclass
class Handrail:
    """Ours as `handrail run` starts it: supervisor, gateway and worker with their defaults."""

    root: Path
    commands: Path
    folder: Path
    name: str = "Handrail"
    ready_path: str = "/readyz"
    card_path: str | None = "/healthz"
    url: str = ""

    def train(self) -> Training:
        began = time.perf_counter()
        with self._program([str(self.commands / "handrail"), "train", "--force"]) as program:
            program.finish(TRAINING_LIMIT)
        return Training(time.perf_counter() - began)

    def start(self) -> Program:
        port, worker_port = free_ports(2)
        self.url = f"http://127.0.0.1:{port}"
        command = [str(self.commands / "handrail"), "run"]
        command += ["--port", str(port), "--worker-port", str(worker_port)]
        return self._program(command)

    async def open(self, client: httpx.AsyncClient) -> str:
        opened = await client.post("/api/v1/conversations", json={})
        opened.raise_for_status()
        return str(opened.json()["token"])

    async def send(self, client: httpx.AsyncClient, conversation: str, text: str) -> Answer:
        headers = {
            "authorization": f"Bearer {conversation}",
            "idempotency-key": uuid.uuid4().hex,
        }
        reply = await client.post("/api/v1/messages", json={"text": text}, headers=headers)
        messages = reply.json().get("messages") or [] if reply.status_code == httpx.codes.OK else []
        # The card comes last only when it stands in for an answer; in a crisis it comes first.
        late = bool(messages) and messages[-1]["script"] == CRISIS_CARD
        return Answer(answered=bool(messages), late=late)

    def _program(self, command: list[str]) -> Program:
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {
            **plain_environment(self.folder),
            "HANDRAIL_DATA_FOLDER": str(self.folder / "var"),
            "HANDRAIL_MODELS_FOLDER": str(self.folder / "models"),
        }
        log = self.folder / "handrail.log"
        return Program(command, folder=self.root, environment=environment, log=log)


@dataclass
class Stock:
    """`rasa run` with the REST channel and SQLite, trained by `rasa train`.

    `epochs` are those of DIETClassifier; fewer than the default change neither its size nor its
    speed. `sentences` is the number of training sentences, known once the project is written. A
    `model` trained earlier is for debugging alone.
    """

    root: Path
    commands: Path
    folder: Path
    nlu: Path
    epochs: int = FULL_EPOCHS
    model: Path | None = None
    name: str = "Stock Rasa"
    ready_path: str = "/"
    card_path: str | None = None
    url: str = ""
    sentences: int = field(default=0, init=False)

    def train(self) -> Training:
        project = self.folder / "project"
        self.sentences = write_project(self.root, self.nlu, project, self.epochs)
        if self.model is not None:
            return Training(0.0)
        self.model = project / "models" / "stock.tar.gz"
        command = [str(self.commands / "rasa"), "train", "--fixed-model-name", "stock"]
        began = time.perf_counter()
        with self._program(command) as program:
            program.finish(TRAINING_LIMIT * max(1.0, self.epochs / 10))
            seconds = time.perf_counter() - began
            if not self.model.exists():
                raise program.failed("made no model")
        missing = FULL_EPOCHS - self.epochs
        if missing <= 0:
            return Training(seconds)
        epoch = seconds_per_epoch(program.log.read_text("utf-8", "replace"), self.epochs)
        return Training(seconds, epoch, missing)

    def start(self) -> Program:
        (port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{port}"
        command = [str(self.commands / "rasa"), "run", "--interface", "127.0.0.1"]
        command += ["--port", str(port), "--model", str(self.model)]
        return self._program(command)

    async def open(self, client: httpx.AsyncClient) -> str:
        # Stock Rasa takes any name that a client gives itself.
        return uuid.uuid4().hex

    async def send(self, client: httpx.AsyncClient, conversation: str, text: str) -> Answer:
        body = {"sender": conversation, "message": text}
        reply = await client.post("/webhooks/rest/webhook", json=body)
        return Answer(answered=reply.status_code == httpx.codes.OK and bool(reply.json()))

    def _program(self, command: list[str]) -> Program:
        return Program(
            command,
            folder=self.folder / "project",
            environment=plain_environment(self.folder),
            log=self.folder / "stock.log",
        )


def plain_environment(folder: Path) -> dict[str, str]:
    """This environment without settings of ours, and an empty folder for Rasa's training cache."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("HANDRAIL_", "RASA_"))}
    return {
        **kept,
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "PYTHONUNBUFFERED": "1",
    }


def seconds_per_epoch(log: str, epochs: int) -> float:
    """Seconds of an epoch after the first, which also compiles, from Rasa's progress bar.

    DIETClassifier's bar is the first with so many epochs. Raises ValueError when there is none.
    """
    first: float | None = None
    for done, clock in re.findall(rf"(\d+)/{epochs} \[((?:\d+:)+\d+)<", log):
        elapsed = 0.0
        for part in clock.split(":"):
            elapsed = elapsed * 60 + int(part)
        if int(done) == 1 and first is None:
            first = elapsed
        if int(done) == epochs and first is not None and epochs > 1:
            return (elapsed - first) / (epochs - 1)
    raise ValueError(f"stock's log shows no training of {epochs} epochs, which must be 2 or more")


async def wait_until_ready(path: str, program: Program, client: httpx.AsyncClient) -> None:
    """Returns when `path` answers 200. Raises ProgramFailed when the program ends or is late."""
    end = time.monotonic() + READY_LIMIT
    while True:
        program.check()
        try:
            if (await client.get(path)).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > end:
            raise program.failed(f"was not ready after {READY_LIMIT:.0f} s")
        await asyncio.sleep(POLL_SECONDS)

"""A worker is killed in the middle of conversations: nobody is left without an answer."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from bot.settings import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
CARD, LATE = "utter_crisis_card", "utter_late_reply"
CARD_SECONDS = 2.0
SPARE = 0.5  # for the way over HTTP on a busy machine
BACK_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass
class Running:
    """`handrail run` and a client of its page."""

    process: subprocess.Popen[bytes]
    client: httpx.Client
    worker_port: int

    def begin(self) -> str:
        answer = self.client.post("/api/v1/conversations", json={"country": "US"})
        assert answer.status_code == 201
        return str(answer.json()["token"])

    def say(self, token: str, text: str, key: str | None = None) -> list[str]:
        """Send a text; the script ids of the answer. Only a 200 is accepted."""
        headers = {"authorization": f"Bearer {token}", "idempotency-key": key or uuid.uuid4().hex}
        answer = self.client.post("/api/v1/messages", json={"text": text}, headers=headers)
        assert answer.status_code == 200, answer.text
        return [message["script"] for message in answer.json()["messages"]]

    def ready(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self, seconds: float) -> None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self.process.poll() is not None:
                raise AssertionError(f"handrail run ended with code {self.process.returncode}")
            if self.ready():
                return
            time.sleep(0.2)
        raise AssertionError(f"not ready after {seconds:.0f} s")

    def worker_pid(self) -> int:
        """The process that was started as the worker, among our own children."""
        for child in children(self.process.pid):
            command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
            if b"bot.dialogue.worker" in command:
                return child
        raise AssertionError("there is no worker")


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


@pytest.fixture(scope="module")
def running(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if not Path("/proc/self/task").exists():
        pytest.skip("this machine has no /proc to find the worker in")
    gateway, console, worker = free_ports()
    folder = tmp_path_factory.mktemp("run")
    environment = {name: v for name, v in os.environ.items() if not name.startswith("HANDRAIL_")}
    environment |= {
        "HANDRAIL_DATA_FOLDER": str(folder),
        "HANDRAIL_MODELS_FOLDER": str(model.parent),
    }
    command = [sys.executable, "-m", "bot.cli", "run", "--port", str(gateway)]
    command += ["--console-port", str(console), "--worker-port", str(worker)]
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        client = httpx.Client(base_url=f"http://127.0.0.1:{gateway}", timeout=30, trust_env=False)
        started = Running(process, client, worker)
        try:
            started.wait_until_ready(240)
            yield started
        finally:
            client.close()
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(STOP_SECONDS + 5)
                except subprocess.TimeoutExpired:
                    process.kill()


def free_ports() -> tuple[int, int, int]:
    with socket.socket() as one, socket.socket() as two, socket.socket() as three:
        for each in (one, two, three):
            each.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1], three.getsockname()[1]


def test_a_killed_worker_is_answered_for_and_nothing_accepted_is_lost(running: Running) -> None:
    token = running.begin()
    opened = running.say(token, "someone has my pics and wants $300")
    assert opened[0] == "utter_sextortion_open"
    question = opened[-1]

    os.kill(running.worker_pid(), signal.SIGKILL)
    started = time.monotonic()
    assert running.say(token, "it is about me, i am a teen") == [CARD]
    assert time.monotonic() - started <= CARD_SECONDS + SPARE
    assert running.client.get("/healthz").status_code == 200
    assert running.client.get("/").status_code == 200

    killed = time.monotonic()
    running.wait_until_ready(BACK_SECONDS)
    assert time.monotonic() - killed <= BACK_SECONDS
    wait_until(lambda: waiting(running) == 0, 30)

    said = running.say(token, "why do you ask")
    assert said[0] == LATE
    assert len(said) >= 3, "the answer that was late, and the one to this message"
    assert question not in said[1:2], "the late turn went on from the open question"


def waiting(running: Running) -> int:
    """Messages whose turn is not done, from the database of the running service."""
    folder = environment_of(running.process.pid)["HANDRAIL_DATA_FOLDER"]
    engine = create_engine(f"sqlite:///{folder}/handrail.db")
    with engine.connect() as connection:
        statement = text("SELECT count(*) FROM inbox WHERE status = 'pending'")
        count = int(connection.execute(statement).scalar_one())
    engine.dispose()
    return count


def environment_of(pid: int) -> dict[str, Any]:
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def wait_until(true: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, f"not so after {seconds:.0f} s"
        time.sleep(0.2)


def test_kills_in_a_row_lose_no_accepted_message(running: Running) -> None:
    """Ledger: every message with a 200 is one finished turn with one number."""
    running.wait_until_ready(BACK_SECONDS)
    tokens = [running.begin() for _ in range(3)]
    for number in range(3):
        for token in tokens:
            running.say(token, f"message number {number}, they want money")
        if number == 1:
            os.kill(running.worker_pid(), signal.SIGKILL)
    running.wait_until_ready(BACK_SECONDS)
    wait_until(lambda: waiting(running) == 0, 60)
    for token in tokens:
        assert running.say(token, "hello")


def test_a_signal_stops_everything_in_time(running: Running) -> None:
    """The last one: it ends what the others used."""
    running.wait_until_ready(BACK_SECONDS)
    pids = children(running.process.pid)
    assert len(pids) == 3, "gateway, console and worker"
    started = time.monotonic()
    running.process.send_signal(signal.SIGINT)
    running.process.wait(STOP_SECONDS)
    assert time.monotonic() - started <= STOP_SECONDS
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    with pytest.raises(httpx.HTTPError):
        running.client.get("/healthz")

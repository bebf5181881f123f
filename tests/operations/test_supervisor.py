"""Processes are kept alive, stopped cleanly, and a taken port is said before anything starts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.lifeline import BEYOND_REPAIR
from bot.operations import supervisor
from bot.operations.model_files import seal_model
from bot.operations.only_one import FolderTaken, only_one
from bot.operations.supervisor import (
    Child,
    GatewayUnusable,
    PortTaken,
    Training,
    check_free,
    supervise,
    tell_when_ready,
)
from bot.operations.training import TrainingFailed
from bot.settings import ROOT, Settings


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_free_port_is_free() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    check_free("127.0.0.1", port)


def test_a_taken_port_is_said_with_what_to_do(taken: int) -> None:
    with pytest.raises(PortTaken) as caught:
        check_free("127.0.0.1", taken)
    said = str(caught.value)
    assert f"127.0.0.1:{taken}" in said
    assert "HANDRAIL_GATEWAY_PORT" in said
    assert "--port" in said


@pytest.mark.parametrize("which", ["gateway_port", "console_port", "worker_port"])
async def test_nothing_is_started_when_a_port_is_taken(
    taken: int, which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []

    async def start(self: Child) -> None:
        started.append(self.name)

    monkeypatch.setattr(Child, "keep_alive", start)
    ports = {"gateway_port": 0, "console_port": 0, "worker_port": 0, which: taken}
    with pytest.raises(PortTaken):
        await supervise(Settings(_env_file=None, data_folder=tmp_path, **ports))
    assert started == []


async def test_a_process_that_is_beyond_repair_is_not_started_again(
    child: Child, tmp_path: Path
) -> None:
    module = tmp_path / "noting_child.py"
    module.write_text(module.read_text("utf-8") + f"raise SystemExit({BEYOND_REPAIR})\n", "utf-8")
    await asyncio.wait_for(child.keep_alive(), 20)
    assert (tmp_path / "starts").read_text() == "x"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """Name -> model of what would be started; no process is."""
    names: dict[str, str | None] = {}

    async def start(self: Child) -> None:
        names[self.name] = self.environment.get("HANDRAIL_MODEL")
        await asyncio.sleep(60)

    async def fail(self: Training, environment: object) -> str:
        raise TrainingFailed("The data are wrong.")

    monkeypatch.setattr(Child, "keep_alive", start)
    monkeypatch.setattr(Training, "model", fail)
    return names


@pytest.mark.parametrize("earlier", [True, False])
async def test_a_training_that_fails_leaves_the_gateway_serving(
    started: dict[str, str | None],
    earlier: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = tmp_path / "handrail-1.tar.gz"
    if earlier:
        model.write_bytes(b"a model")
        seal_model(model)
    config = Settings(
        _env_file=None,
        data_folder=tmp_path,
        models_folder=tmp_path,
        gateway_port=0,
        console_port=0,
        worker_port=0,
    )
    running = asyncio.create_task(supervise(config))
    await asyncio.sleep(0.5)
    assert not running.done()
    assert started == {
        "gateway": None,
        "console": None,
        **({"worker": str(model)} if earlier else {}),
    }
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running, 10)
    said = capsys.readouterr().err
    assert "The data are wrong." in said
    assert "handrail check" in said
    assert (model.name in said) is earlier
    assert said.endswith("Stopped.\n")


async def test_a_gateway_that_cannot_start_ends_the_run(
    started: dict[str, str | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def end(self: Child) -> None:
        started[self.name] = None

    monkeypatch.setattr(Child, "keep_alive", end)
    ports = {"gateway_port": 0, "console_port": 0, "worker_port": 0}
    with pytest.raises(GatewayUnusable):
        await supervise(Settings(_env_file=None, data_folder=tmp_path, **ports))
    assert "worker" not in started


def test_the_command_ends_with_the_reason_and_no_trace(taken: int) -> None:
    result = CliRunner().invoke(app, ["run", "--port", str(taken)])
    assert result.exit_code == 1
    assert f"{taken} is in use" in result.output
    assert "Traceback" not in result.output


def test_a_wrong_setting_ends_the_command_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDRAIL_GATEWAY_PORT", "eighty")
    result = CliRunner().invoke(app, ["run"])
    assert result.exit_code == 2
    assert "HANDRAIL_GATEWAY_PORT" in result.output
    assert "docs/settings.md" in result.output


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    """A process that notes its start and ends at once, or waits where `wait` is in its folder."""
    module = tmp_path / "noting_child.py"
    module.write_text(
        "import pathlib, time\n"
        "here = pathlib.Path(__file__).parent\n"
        "(here / 'starts').open('a').write('x')\n"
        "time.sleep(60 if (here / 'wait').exists() else 0)\n",
        "utf-8",
    )
    monkeypatch.setattr(supervisor, "RESTART_SECONDS", (0.05,))
    return Child("noting child", "noting_child", {"PYTHONPATH": str(tmp_path)})


async def until_started(folder: Path, times: int) -> None:
    for _ in range(400):
        if (folder / "starts").exists() and len((folder / "starts").read_text()) >= times:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"not started {times} times")


async def test_a_process_that_ends_is_started_again(child: Child, tmp_path: Path) -> None:
    task = asyncio.create_task(child.keep_alive())
    await until_started(tmp_path, 3)
    task.cancel()
    await child.stop()


async def test_a_process_that_is_stopped_ends(child: Child, tmp_path: Path) -> None:
    (tmp_path / "wait").touch()
    task = asyncio.create_task(child.keep_alive())
    await until_started(tmp_path, 1)
    task.cancel()
    await child.stop()
    assert child.process is not None
    assert child.process.returncode is not None


def test_a_process_ends_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    (tmp_path / "held_child.py").write_text(
        "import os, pathlib, time\n"
        "from bot.lifeline import end_with_supervisor\n"
        "end_with_supervisor()\n"
        "(pathlib.Path(__file__).parent / 'pid').write_text(str(os.getpid()))\n"
        "time.sleep(60)\n",
        "utf-8",
    )
    keep = (
        "import asyncio; from bot.operations.supervisor import Child; "
        f"child = Child('held', 'held_child', {{'PYTHONPATH': {str(tmp_path)!r}}}); "
        "asyncio.run(child.keep_alive())"
    )
    supervising = subprocess.Popen([sys.executable, "-c", keep], cwd=ROOT)
    pid = int(until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    os.kill(pid, 0)
    supervising.kill()
    supervising.wait(10)
    until(lambda: not alive(pid))


def until(found: Callable[[], str | bool]) -> str:
    """What `found` gives, once it gives something."""
    limit = time.monotonic() + 20
    while not (got := found()):
        assert time.monotonic() < limit
        time.sleep(0.05)
    return str(got)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # Nobody may have asked for its code yet: then it is a zombie.
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


async def test_it_says_when_the_worker_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        status = b"503 Starting" if len(asked) == 1 else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        await asyncio.wait_for(tell_when_ready(Settings(_env_file=None, worker_port=port)), 10)
    assert capsys.readouterr().err == "Ready.\n"
    assert len(asked) == 2
    assert b"GET /health" in asked[0]


async def test_stopping_what_never_started_is_no_error() -> None:
    await Child("nothing", "nothing", {}).stop()


def test_a_data_folder_belongs_to_one_run(tmp_path: Path) -> None:
    with (
        only_one(tmp_path),
        pytest.raises(FolderTaken, match="HANDRAIL_DATA_FOLDER"),
        only_one(tmp_path),
    ):
        raise AssertionError("two at once")
    with only_one(tmp_path):
        assert (tmp_path / "running.lock").exists()


def test_libraries_say_nothing_of_their_age_and_our_files_do() -> None:
    command = [sys.executable, "-W", "always", "-c", WARNING]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said = done.stderr
    assert "ours is old" in said
    assert "theirs is old" not in said


WARNING = """
import warnings
from bot.library_warnings import OURS, hush_libraries
hush_libraries()
installed = OURS / ".venv/lib/site-packages/theirs.py"
warnings.warn_explicit("theirs is old", DeprecationWarning, str(installed), 1)
warnings.warn_explicit("ours is old", DeprecationWarning, str(OURS / "bot/ours.py"), 1)
"""

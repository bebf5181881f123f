"""Runs gateway, console and worker on one machine: starts, restarts what dies, stops cleanly."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from bot.lifeline import BEYOND_REPAIR, LIFELINE
from bot.operations.model_files import newest_model
from bot.operations.training import TrainingFailed, say
from bot.settings import ROOT, Settings

RESTART_SECONDS = (0.2, 1.0, 3.0, 10.0)
STEADY_SECONDS = 30.0
STOP_SECONDS = 10.0
READY_SECONDS = 0.5


class PortTaken(Exception):
    """Another program listens where we should."""


class GatewayUnusable(Exception):
    """The gateway cannot start before somebody has mended what it said."""


@dataclass
class Child:
    """A process that is kept alive."""

    name: str
    module: str
    environment: Mapping[str, str]
    process: asyncio.subprocess.Process | None = None

    async def keep_alive(self) -> None:
        """Start it and start it again when it ends, after a growing pause.

        Returns when it is beyond repair: what it printed says why.
        """
        attempt = 0
        loop = asyncio.get_running_loop()
        while True:
            started = loop.time()
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self.module,
                cwd=ROOT,
                env={**os.environ, **self.environment, **LIFELINE},
                stdin=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            code = await self.process.wait()
            if code == BEYOND_REPAIR:
                return
            attempt = 0 if loop.time() - started > STEADY_SECONDS else attempt + 1
            pause = RESTART_SECONDS[min(attempt, len(RESTART_SECONDS) - 1)]
            say(f"The {self.name} ended (code {code}); it is started again in {pause:g} s.")
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """Ask it to end, then make it."""
        if self.process is None or self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            self.process.kill()


class Training:
    """`handrail train` as a process of its own, so that a signal ends it at once."""

    def __init__(self) -> None:
        self.process: asyncio.subprocess.Process | None = None

    async def model(self, environment: Mapping[str, str]) -> str:
        """The path of the model. Raises TrainingFailed; what was printed says why."""
        code, printed = await self._command("train", environment)
        if code == 0:
            return printed.strip().splitlines()[-1]
        _, problems = await self._command("check", environment)
        if problems:
            say(problems.strip())
        raise TrainingFailed("The training failed; the lines above say why.")

    async def _command(self, name: str, environment: Mapping[str, str]) -> tuple[int, str]:
        """Exit code and standard output of a `handrail` command."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            name,
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        printed, _ = await self.process.communicate()
        return self.process.returncode or 0, printed.decode("utf-8", "replace")

    def stop(self) -> None:
        """End it with all that it started."""
        if self.process is not None and self.process.returncode is None:
            os.killpg(self.process.pid, signal.SIGTERM)


async def supervise(config: Settings) -> None:
    """Run everything until a signal. The gateway serves the crisis card while the model trains.

    Where training fails the newest earlier model serves, and without one the card alone. Raises
    PortTaken before anything is started, GatewayUnusable when the gateway cannot start at all.
    """
    for host, port in (
        (config.gateway_host, config.gateway_port),
        (config.console_host, config.console_port),
        (config.worker_host, config.worker_port),
    ):
        check_free(host, port)
    token = config.worker_token.get_secret_value() if config.worker_token else ""
    shared = {
        "HANDRAIL_WORKER_TOKEN": token or secrets.token_urlsafe(32),
        "HANDRAIL_GATEWAY_PORT": str(config.gateway_port),
        "HANDRAIL_CONSOLE_PORT": str(config.console_port),
        "HANDRAIL_WORKER_PORT": str(config.worker_port),
        "HANDRAIL_DATA_FOLDER": str(config.data_folder),
    }
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    gateway = Child("gateway", "bot.edge", shared)
    # The console may fail without the chat: nobody who needs help waits for it.
    console = Child("console", "bot.staff.serving", shared)
    children = [gateway, console]
    serving = asyncio.create_task(gateway.keep_alive())
    tasks = [serving, asyncio.create_task(console.keep_alive())]
    say(f"Handrail: http://{config.gateway_host}:{config.gateway_port}/  (Ctrl-C stops it)")
    say(f"Console for staff: {config.console_address}/  (first account: `handrail user add`)")
    training = Training()
    trained = asyncio.create_task(training.model(shared))
    stopped = asyncio.create_task(stop.wait())
    try:
        ends = [stopped, serving]
        await asyncio.wait([trained, *ends], return_when=asyncio.FIRST_COMPLETED)
        model = None if stop.is_set() or serving.done() else model_to_serve(trained, config)
        if model is not None:
            worker = Child("worker", "bot.dialogue.worker", {**shared, "HANDRAIL_MODEL": model})
            children.append(worker)
            tasks.append(asyncio.create_task(worker.keep_alive()))
            say("The worker is starting; until it is ready, the page shows the crisis card.")
            tasks.append(asyncio.create_task(tell_when_ready(config)))
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            raise GatewayUnusable("The gateway cannot start; the lines above say why.")
    finally:
        training.stop()
        for task in [*tasks, trained, stopped]:
            task.cancel()
        await asyncio.gather(*(child.stop() for child in children))
        say("Stopped.")


def model_to_serve(trained: asyncio.Task[str], config: Settings) -> str | None:
    """The path of the trained model or of the newest earlier one; says what happened otherwise."""
    try:
        return trained.result()
    except TrainingFailed as error:
        earlier = newest_model(config.models_folder)
        say(str(error))
    mend = "Mend the data (`handrail check` says where) and start again."
    if earlier is None:
        say(f"There is no earlier model: the page shows the crisis card alone. {mend}")
        return None
    say(f"The earlier model {earlier.name} serves meanwhile. {mend}")
    return str(earlier)


async def tell_when_ready(config: Settings) -> None:
    """Say it once when the worker takes turns."""
    # Imported late: the gateway is started before anything that takes time.
    from bot.gateway.worker_client import HttpWorker

    worker = HttpWorker(config.worker_url, token="")
    while not await worker.ready():  # noqa: ASYNC110 - it is another process
        await asyncio.sleep(READY_SECONDS)
    await worker.close()
    say("Ready.")


def check_free(host: str, port: int) -> None:
    """Raises PortTaken when the port cannot be bound."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"{host}:{port} is in use. Stop the other program or choose another port: "
                "HANDRAIL_GATEWAY_PORT, HANDRAIL_CONSOLE_PORT, HANDRAIL_WORKER_PORT or "
                "`handrail run --port`."
            ) from error

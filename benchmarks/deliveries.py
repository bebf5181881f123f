"""Many deliveries of all platforms at once, each several times, shuffled, with kills meanwhile.

The gateway is a process of its own and is killed for good (SIGKILL); platforms and worker are
played in this one. Counted are turns (each message once), their order by the platform, and answers
shown. `python -m benchmarks.deliveries --count 10000 --kills 10` prints a table.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path
from typing import Any

import aiohttp
from pydantic import SecretStr

from bot.channels.simulator.platform import Delivery, LoopbackServer, Platform
from bot.operations.playing import CHANNELS, all_platforms, contact, platform_of, settings_for
from bot.settings import ROOT, Settings

WINDOW, COPIES = 50, 5
CONVERSATIONS = 2  # of each channel, so that a window holds five messages of each
AT_ONCE = 40
ANSWER = "Asking for help takes courage"  # in the script of each answer
ORDERED = ("telegram", "messenger", "slack")  # Twilio neither numbers nor dates a message
TOKEN, KEY = "token of the played worker", "the key of this measurement, 32 bytes or more"
START_SECONDS, REST_SECONDS = 60.0, 600.0


@dataclass
class PlayedWorker:
    """Answers every turn alike and remembers the texts of each conversation, in order.

    A message that it has answered before gets the same reply and is no second turn, as the real
    worker does it. Served at `url`.
    """

    turns: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    known: set[tuple[str, str]] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, body: dict[str, Any]) -> dict[str, Any]:
        name = (body["conversation"], body["message_id"])
        with self.lock:
            if name not in self.known:
                self.known.add(name)
                self.turns[body["conversation"]].append(body["text"])
        return {"messages": [{"script": "utter_thank"}], "intent": "thank"}

    @contextmanager
    def serving(self) -> Iterator[int]:
        """On a port of loopback."""
        worker = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers["content-length"])
                data = self.rfile.read(length)
                if len(data) == length:  # less of a gateway that was killed
                    self.reply(worker.take(json.loads(data)))

            def do_GET(self) -> None:
                self.reply({})

            def do_DELETE(self) -> None:
                self.reply({})

            def reply(self, told: dict[str, Any]) -> None:
                data = json.dumps(told).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        with LoopbackServer(0, Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield server.server_port
            server.shutdown()


@dataclass
class GatewayProcess:
    """The gateway as it is deployed, but for the platforms' sending rates."""

    port: int
    environment: dict[str, str]
    output: Path
    process: subprocess.Popen[bytes] | None = None
    kills: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "benchmarks.deliveries", "--gateway"]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.kills += 1

    async def ready(self, client: aiohttp.ClientSession) -> None:
        limit = time.monotonic() + START_SECONDS
        while time.monotonic() < limit:
            try:
                async with client.get(f"{self.url}/healthz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
        raise TimeoutError(f"the gateway does not answer; see {self.output}")


@dataclass(frozen=True)
class Result:
    """What came of it. `out_of_order` counts turns that came before an earlier one of theirs."""

    count: int
    deliveries: int
    kills: int
    turns: int
    lost: int
    doubled: int
    out_of_order: int
    unordered: int
    shown: int
    seconds: float

    def table(self) -> str:
        rows = {
            "Messages written": self.count,
            "Deliveries": self.deliveries,
            "Kills of the gateway": self.kills,
            "Turns taken": self.turns,
            "Messages lost": self.lost,
            "Messages taken twice": self.doubled,
            "Turns out of order (Telegram, Messenger, Slack)": self.out_of_order,
            "Turns in another order than written (Twilio, which tells none)": self.unordered,
            "Answers shown": self.shown,
            "Seconds": round(self.seconds),
        }
        lines = [f"| {name} | {value:,} |" for name, value in rows.items()]
        return "\n".join(("| Figure | |", "|---|---:|", *lines))


@dataclass(frozen=True)
class Written:
    """A message as somebody writes it."""

    channel: str
    person: int
    text: str


def write(count: int) -> list[Written]:
    """Messages in the order of writing, taking turns between channels and people."""
    made = []
    for number in range(count):
        channel = CHANNELS[number % len(CHANNELS)]
        person = number // len(CHANNELS) % CONVERSATIONS + 1
        text = f"message {number:06} of {channel} {person}"
        made.append(Written(channel, person, text))
    return made


async def deliver_all(
    written: Sequence[Written],
    platforms: dict[str, Platform],
    gateway: GatewayProcess,
    *,
    kills: int,
    size: int,
    chance: random.Random,
) -> None:
    """Each message COPIES times in parallel, shuffled within windows of `size`; the gateway is
    killed in the middle of some of them. A platform repeats what was not answered by 2xx."""
    windows = [written[start : start + size] for start in range(0, len(written), size)]
    deadly = set(chance.sample(range(len(windows)), min(kills, len(windows))))
    connector = aiohttp.TCPConnector(limit=AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as client:
        await gateway.ready(client)
        for place, window in enumerate(windows):
            said = [
                platforms[platform_of(one.channel)].says(contact(one.channel, one.person), one.text)
                for one in window
            ]
            copies = said * COPIES
            chance.shuffle(copies)
            tasks = [asyncio.create_task(deliver(client, gateway, one)) for one in copies]
            if place in deadly:
                await asyncio.sleep(chance.uniform(0.02, 0.4))
                gateway.kill()
                gateway.start()
            await asyncio.gather(*tasks)


async def deliver(
    client: aiohttp.ClientSession, gateway: GatewayProcess, delivery: Delivery
) -> None:
    while True:
        try:
            async with client.post(
                gateway.url + delivery.path, data=delivery.body, headers=dict(delivery.headers)
            ) as answer:
                if answer.status == 200:
                    return
                if answer.status == 403:
                    raise AssertionError("the gateway refused a genuine delivery")
        except (aiohttp.ClientError, ConnectionError):
            pass
        await asyncio.sleep(0.2)


def judge(
    written: Sequence[Written], worker: PlayedWorker, platforms: dict[str, Platform]
) -> dict[str, int]:
    """Turns against messages: none lost, none twice, in order; and what was shown."""
    taken: Counter[str] = Counter()
    wrong: Counter[bool] = Counter()
    for texts in worker.turns.values():
        taken.update(texts)
        ordered = texts[0].split()[3] in ORDERED
        wrong[ordered] += sum(one > other for one, other in pairwise(texts))
    return {
        "turns": sum(taken.values()),
        "lost": sum(one.text not in taken for one in written),
        "doubled": sum(times - 1 for times in taken.values()),
        "out_of_order": wrong[True],
        "unordered": wrong[False],
        "shown": answers_shown(platforms),
    }


def answers_shown(platforms: dict[str, Platform]) -> int:
    """Answers that people got to see: not the first words, and no card."""
    return sum(ANSWER in shown.text for each in platforms.values() for shown in each.shown)


async def settle(platforms: dict[str, Platform], expected: int) -> None:
    """Until all answers were shown, or no more come."""
    last, since = -1, time.monotonic()
    begun = since
    while time.monotonic() - begun < REST_SECONDS:
        shown = answers_shown(platforms)
        if shown != last:
            last, since = shown, time.monotonic()
        quiet = time.monotonic() - since
        if (shown >= expected and quiet > 2.0) or quiet > 70.0:  # longer than a lease
            return
        await asyncio.sleep(0.2)


def measure(
    count: int, kills: int, seed: int = 1, database: str | None = None, window: int = WINDOW
) -> Result:
    """Run it all in a folder that is gone afterwards; `database` instead of its own SQLite."""
    worker, platforms, chance = PlayedWorker(), all_platforms(), random.Random(seed)
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handrail-load-")))
        apis = {name: stack.enter_context(one.serving()) for name, one in platforms.items()}
        config = Settings.model_validate({"data_folder": folder, "secret_key": KEY})
        config = settings_for(config, platforms, apis)
        port = stack.enter_context(worker.serving())
        gateway = GatewayProcess(free_port(), {}, folder / "gateway.log")
        gateway.environment = environment(config, gateway.port, port, database)
        gateway.start()
        stack.callback(gateway.kill)
        written = write(count)

        async def all_of_it() -> None:
            await deliver_all(written, platforms, gateway, kills=kills, size=window, chance=chance)
            await settle(platforms, count)

        asyncio.run(all_of_it())
        done = gateway.kills
    told = judge(written, worker, platforms)
    return Result(count, count * COPIES, done, seconds=time.monotonic() - begun, **told)


def environment(
    config: Settings, port: int, worker_port: int, database: str | None
) -> dict[str, str]:
    """The settings as a process reads them."""
    given = config.model_dump(exclude_unset=True)
    given |= {"gateway_port": port, "worker_port": worker_port, "worker_token": TOKEN}
    if database:
        given["database_url"] = database
    plain = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in given.items()
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDRAIL_")}
    return kept | {f"HANDRAIL_{name.upper()}": value for name, value in plain.items()}


def free_port() -> int:
    with LoopbackServer(0, BaseHTTPRequestHandler) as server:
        return server.server_port


def serve_gateway() -> None:
    """The gateway without the platforms' sending rates, which would take an hour."""
    from bot.channels.messenger import Messenger
    from bot.channels.slack import Slack
    from bot.channels.telegram import Telegram
    from bot.channels.twilio import Twilio
    from bot.edge import serve
    from bot.settings import read_settings

    for channel in (Messenger, Slack, Telegram, Twilio):
        channel.rate, channel.pause = 1000.0, 0.0  # type: ignore[attr-defined]
    serve(read_settings())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    parser.add_argument("--gateway", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.gateway:
        serve_gateway()
    else:
        print(measure(given.count, given.kills, given.seed, given.database).table())


if __name__ == "__main__":
    main()

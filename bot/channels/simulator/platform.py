"""What every played platform has: an API on loopback that shows what was sent, and its events."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.channels.incoming import Media


@dataclass(frozen=True)
class Delivery:
    """A request as the platform sends it to the webhook at `path`."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Shown:
    """A message as the person in the chat sees it; `choices` are labels and what a tap sends."""

    contact: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the API answers. `delay` in seconds; `dropped` closes the connection instead."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    dropped: bool = False


class LoopbackServer(ThreadingHTTPServer):
    """On a port of this machine; a client that hangs up is no fault."""

    daemon_threads = True

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed: addresses hold tokens."""


class Platform(ABC):
    """One platform. `shown` holds what people got to see; `faults` are answered first, in order."""

    name: str  # as in the webhook's address

    def __init__(self) -> None:
        self.shown: list[Shown] = []
        self.faults: deque[Answer] = deque()
        self.calls: list[str] = []  # paths that were asked for, for the tests
        self.lock = threading.Lock()

    @abstractmethod
    def says(self, contact: str, text: str) -> Delivery:
        """Somebody types a text in a private chat."""

    @abstractmethod
    def presses(self, contact: str, label: str, token: str) -> Delivery:
        """Somebody presses a button that was shown."""

    @abstractmethod
    def sends(self, contact: str, media: Media, caption: str = "") -> Delivery:
        """Somebody sends a picture, a voice message ..."""

    @abstractmethod
    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """The platform's API, as documented; what it shows goes to `show`."""

    def show(self, contact: str, text: str, choices: tuple[tuple[str, str], ...] = ()) -> None:
        with self.lock:
            self.shown.append(Shown(contact, text, choices))

    def seen_by(self, contact: str) -> list[Shown]:
        """What one person got to see, in order."""
        with self.lock:
            return [each for each in self.shown if each.contact == contact]

    @contextmanager
    def serving(self, port: int = 0) -> Iterator[str]:
        """Serve the API on loopback; yields its address without a slash at the end."""
        server = LoopbackServer(port, _handler(self))
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            with platform.lock:
                platform.calls.append(self.path)
                fault = platform.faults.popleft() if platform.faults else None
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = fault or platform.answer(self.command, self.path, headers, body)
            time.sleep(answer.delay)
            if answer.dropped:
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", **answer.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_DELETE = _any  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: addresses hold tokens."""

    return Handler

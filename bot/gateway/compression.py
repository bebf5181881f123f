"""Pages and files go out compressed; answers to what a person typed do not.

Compressing a secret beside words of somebody else's choice tells its length (BREACH): forms and the
API carry the token of a conversation, so that only what is read with GET is compressed. A page that
answered a form is read so too: nobody can guess its address, and what it holds does not change.
"""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

READING = ("GET", "HEAD")
SMALLEST = 500  # bytes; below, the frame costs more than it saves


class CompressedReading:
    """ASGI middleware: Starlette's gzip for GET alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        self._compressed = GZipMiddleware(app, minimum_size=SMALLEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reading = scope["type"] == "http" and scope["method"] in READING
        await (self._compressed if reading else self._plain)(scope, receive, send)

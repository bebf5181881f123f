"""Puts the headers of bot.headers on every answer of the gateway."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.headers import HEADERS, NOBODY_FRAMES


class SecurityHeaders:
    """ASGI middleware that adds HEADERS where a route has not set its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if NOBODY_FRAMES not in headers["content-security-policy"]:
                    # Old browsers would obey it before the policy, which names who may.
                    del headers["x-frame-options"]
            await send(message)

        await self.app(scope, receive, send_with_headers)

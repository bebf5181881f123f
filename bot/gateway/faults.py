"""A fault of ours never ends in silence, and never in a log with what a person typed."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class QuietFaults:
    """ASGI middleware: answers an unexpected exception by `answer` instead of letting it out.

    Outside of it a server would log the exception with its message. A client that hangs up before
    all is read is no fault and gets no answer.
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Exception], Response]) -> None:
        self.app = app
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the last place where it can be answered
            response = self.answer(error)
            if scope["type"] == "http" and not started:
                await response(scope, receive, send)

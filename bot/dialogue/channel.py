"""The internal channel for `rasa run`: private, token-checked, speaks script ids."""

from __future__ import annotations

import hmac
import os
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.dialogue.speech import INTERNAL_CHANNEL
from bot.dialogue.turns import take_turn


class InternalInput(InputChannel):
    """POST /webhooks/internal/turn with `Authorization: Bearer <HANDRAIL_WORKER_TOKEN>`.

    Without that setting every call is refused: 403; a wrong token is 401. Answers the JSON of
    `take_turn`.
    """

    def __init__(self, token: str | None) -> None:
        self.token = token

    @classmethod
    def name(cls) -> str:
        return INTERNAL_CHANNEL

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> InternalInput:
        return cls(os.environ.get("HANDRAIL_WORKER_TOKEN"))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes: GET / says that it is up, POST /turn handles a message."""
        routes = Blueprint("internal_channel", __name__)

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @routes.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            if not self.token:
                return response.json({"title": "HANDRAIL_WORKER_TOKEN is not set"}, status=403)
            # As bytes: a text that is not ASCII cannot be compared.
            given = request.headers.get("authorization", "").encode("utf-8", "surrogateescape")
            if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
                return response.json({"title": "wrong token"}, status=401)
            return response.json(await take_turn(on_new_message, request.json))

        return routes

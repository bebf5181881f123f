"""The web API under /api/v1. Who may call a route: everybody, or the bearer of a token."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import ValidationError

from bot.gateway.conversations import Conversations
from bot.gateway.errors import (
    BodyInvalid,
    BodyTooLarge,
    KeyMissing,
    ResourceUnknown,
    TokenUnknown,
)
from bot.gateway.replies import OutgoingMessage
from bot.gateway.schema import (
    HelpResponse,
    MessageBody,
    ProblemResponse,
    SendResponse,
    StartRequest,
    StartResponse,
)
from bot.settings import Settings

BEARER = "bearer "
EVERYBODY, BEARER_OF_TOKEN = "everybody", "bearer of the conversation's token"
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemResponse, "content": {"application/problem+json": {}}}
    for status in (400, 401, 413, 422, 503)
}


def api(conversations: Conversations, config: Settings) -> APIRouter:
    """The routes, bound to a service."""
    routes = APIRouter(prefix="/api/v1")

    @routes.post(
        "/conversations",
        status_code=201,
        response_model=StartResponse,
        responses=PROBLEMS,
        openapi_extra={"x-may-call": EVERYBODY},
    )
    async def start(request: Request) -> StartResponse:
        """Begin a conversation; the body {locale?, country?} may be absent."""
        given = await read_json(request, config.body_limit, default={})
        try:
            wanted = StartRequest.model_validate(given)
        except ValidationError as error:
            raise BodyInvalid from error
        token, reply = await conversations.start(wanted.locale, wanted.country)
        return StartResponse(
            token=token,
            messages=[MessageBody.of(message) for message in reply.messages],
            expires_in=int(config.session_hours * 3600),
        )

    @routes.post(
        "/messages",
        response_model=SendResponse,
        responses=PROBLEMS,
        openapi_extra={"x-may-call": BEARER_OF_TOKEN},
    )
    async def send(
        request: Request,
        authorization: Annotated[str, Header()] = "",
        idempotency_key: Annotated[str, Header()] = "",
        accept: Annotated[str, Header()] = "",
    ) -> Any:
        """Send {text} or {button}; the same key again gives the same answer."""
        body = await read_json(request, config.body_limit)
        text, button = body.get("text"), body.get("button")
        session = await conversations.find(bearer(authorization))
        if not idempotency_key:
            raise KeyMissing
        if not isinstance(text, str | None) or not isinstance(button, str | None):
            raise BodyInvalid
        reply = await conversations.send(session, idempotency_key, text=text, button=button)
        answer = SendResponse.of(reply)
        if "text/event-stream" in accept:
            return StreamingResponse(_events(answer), media_type="text/event-stream")
        return answer

    @routes.post(
        "/opened",
        status_code=204,
        responses=PROBLEMS,
        openapi_extra={"x-may-call": BEARER_OF_TOKEN},
    )
    async def opened(request: Request, authorization: Annotated[str, Header()] = "") -> Response:
        """Tell that the person opened the link or number of a helper, {resource}; it is counted
        once in a conversation."""
        session = await conversations.find(bearer(authorization))
        given = await read_json(request, config.body_limit)
        resource = given.get("resource")
        if not isinstance(resource, str):
            raise ResourceUnknown
        await conversations.opened(session, resource)
        return Response(status_code=204)

    @routes.delete(
        "/conversation",
        status_code=204,
        responses=PROBLEMS,
        openapi_extra={"x-may-call": BEARER_OF_TOKEN},
    )
    async def forget(authorization: Annotated[str, Header()] = "") -> Response:
        """Erase the conversation at once."""
        await conversations.forget(await conversations.find(bearer(authorization)))
        return Response(status_code=204)

    @routes.get("/help", response_model=HelpResponse, openapi_extra={"x-may-call": EVERYBODY})
    async def help_card(country: str | None = None, locale: str | None = None) -> HelpResponse:
        """The crisis card, served from memory; whatever is asked, there is one."""
        card = conversations.help(locale, country)
        return HelpResponse(messages=[MessageBody.of(OutgoingMessage(card, ()))])

    return routes


async def read_json(
    request: Request, limit: int, default: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The body as a JSON object, of `limit` bytes at most. Raises BodyTooLarge or BodyInvalid."""
    received = b""
    async for part in request.stream():
        received += part
        if len(received) > limit:
            raise BodyTooLarge
    if not received and default is not None:
        return default
    try:
        body = json.loads(received)
    except (ValueError, RecursionError) as error:
        raise BodyInvalid from error
    if not isinstance(body, dict):
        raise BodyInvalid
    return body


def bearer(authorization: str) -> str:
    """The token of an Authorization header. Raises TokenUnknown."""
    if not authorization.lower().startswith(BEARER):
        raise TokenUnknown
    return authorization[len(BEARER) :].strip()


async def _events(answer: SendResponse) -> AsyncIterator[str]:
    for message in answer.messages:
        yield f"event: message\ndata: {message.model_dump_json()}\n\n"
    yield f"event: done\ndata: {json.dumps({'crisis': answer.crisis})}\n\n"

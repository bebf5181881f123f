"""The webhooks: one address for each platform, open to whoever proves to be that platform."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from bot.channels.channel import Channel, Forged, Unreadable, Webhook, WebhookRequest
from bot.channels.reception import Reception
from bot.gateway.errors import BodyTooLarge, ChannelClosed

logger = logging.getLogger(__name__)
PLATFORM = "the platform, by its signature"
METHODS = ["GET", "POST"]  # Messenger asks once by GET whether the address is ours


def webhooks(channels: Sequence[Channel], reception: Reception, body_limit: int) -> APIRouter:
    """A route for each channel that is set up."""
    routes = APIRouter(prefix="/webhooks")
    for channel in channels:
        _add(routes, channel, reception, body_limit)
    return routes


def _add(routes: APIRouter, channel: Channel, reception: Reception, body_limit: int) -> None:
    counters = reception.conversations.counters

    @routes.api_route(
        f"/{channel.name}",
        methods=METHODS,
        openapi_extra={"x-may-call": PLATFORM},
        include_in_schema=False,
    )
    async def webhook(request: Request) -> Response:
        """Verify, read, commit; only then say that it was received."""
        given = await _whole(request, body_limit)
        try:
            channel.verify(given)
        except Forged:
            counters[f"forged_{channel.name}"] += 1
            raise ChannelClosed from None
        try:
            told = channel.read(given)
        except Unreadable:
            # It would come again and again: what we cannot read today we cannot tomorrow.
            counters[f"unreadable_{channel.name}"] += 1
            logger.error("%s sent what we cannot read", channel.name)
            told = Webhook()
        with reception.messaging.turns.settling.coming_in(tuple(channel.styles)):
            for event in told.events:
                await reception.receive(event)
        return PlainTextResponse(told.answer, media_type=told.media_type)


async def _whole(request: Request, limit: int) -> WebhookRequest:
    """A request with its raw body of `limit` bytes at most. Raises BodyTooLarge."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > limit:
            raise BodyTooLarge
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in request.headers.raw
    )
    return WebhookRequest(request.method, headers, dict(request.query_params), body)

"""A platform's delivery as the webhook's module reads it, without a gateway."""

from __future__ import annotations

from bot.channels.channel import Channel, WebhookRequest
from bot.channels.incoming import Incoming
from bot.channels.simulator.platform import Delivery


def posted(delivery: Delivery) -> WebhookRequest:
    """The request that a delivery makes; a server gives the names of headers in lower case."""
    headers = tuple((name.lower(), value) for name, value in delivery.headers.items())
    return WebhookRequest("POST", headers, {}, delivery.body)


def bare(body: bytes) -> WebhookRequest:
    """A body alone, for what is read after it was verified."""
    return WebhookRequest("POST", (), {}, body)


def events_of(channel: Channel, delivery: Delivery) -> tuple[Incoming, ...]:
    """What a delivery tells, once it is verified."""
    request = posted(delivery)
    channel.verify(request)
    return channel.read(request).events

"""A delivery of Meta as events. One may hold a thousand, of several people, in order."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.channels.channel import Unreadable, Webhook, WebhookRequest
from bot.channels.incoming import Incoming, Kind, Media
from bot.channels.messenger.fields import (
    Change,
    Delivery,
    Edit,
    Entry,
    Event,
    Fields,
    Message,
    Postback,
)
from bot.channels.messenger.links import followed

GET_STARTED = "GET_STARTED"  # the payload that staff sets for the page's Get Started button
_MEDIA = {
    "image": Media.IMAGE,
    "video": Media.IMAGE,
    "audio": Media.VOICE,
    "location": Media.LOCATION,
}
_AMONG_OTHERS = (Media.STICKER, Media.IMAGE, Media.VOICE, Media.LOCATION, Media.FILE)

Model = TypeVar("Model", bound=Fields)


def read_handshake(request: WebhookRequest) -> Webhook:
    """The challenge back, as text: letters and digits alone, or a page would be made of it."""
    challenge = request.query.get("hub.challenge", "")
    if not (challenge.isascii() and challenge.isalnum()):
        raise Unreadable("no challenge")
    return Webhook(answer=challenge)


def read_events(body: bytes) -> Webhook:
    """All that people did, in order. Raises Unreadable."""
    try:
        delivery = Delivery.model_validate(json.loads(body))
    except (ValueError, RecursionError):
        raise Unreadable("no delivery of a page") from None
    seen: Counter[tuple[str, int]] = Counter()
    events = []
    for page, event in _events(delivery):
        if event.sender is None or event.sender.id == page or page is None:
            continue  # our own message, or somebody whom nothing can be sent to
        incoming = _incoming(f"{page}:{event.sender.id}", event, event.sender.id, seen)
        if incoming is not None:
            events.append(incoming)
    return Webhook(events=tuple(events))


def _events(delivery: Delivery) -> Iterator[tuple[str | None, Event]]:
    """Each event with the id of the page that it came to."""
    for entry in _each(Entry, delivery.entry):
        changed = [change.value for change in _each(Change, entry.changes or [])]
        for event in _each(Event, [*(entry.messaging or []), *changed]):
            yield (event.recipient.id if event.recipient else entry.id), event


def _each(model: type[Model], given: list[Any]) -> Iterator[Model]:
    for item in given:
        try:
            yield model.model_validate(item)
        except ValidationError:
            continue


def _incoming(
    contact: str, event: Event, sender: str, seen: Counter[tuple[str, int]]
) -> Incoming | None:
    """What one event means; None for what no person did: receipts, echoes, deletions, reactions."""
    told: dict[str, Any] | None = None
    kind = "message"
    if event.message is not None:
        told = _message(event.message)
    elif event.postback is not None:
        kind, told = "postback", _postback(event.postback)
    elif event.message_edit is not None:
        kind = "edit"
        told = {"kind": Kind.EDIT, "text": event.message_edit.text or ""}
    own = _own_id(event, sender)
    if told is None or own is None:
        return None
    moment = event.milliseconds
    position = None
    if moment is not None:
        # Two of one millisecond keep the order of their batch, which a retry repeats.
        position = moment * 1000 + seen[contact, moment]
        seen[contact, moment] += 1
    return Incoming(
        channel="messenger",
        contact=contact,
        event=f"{kind}:{own}",
        address={"to": sender},
        position=position,
        sent=None if moment is None else moment / 1000,
        **told,
    )


def _own_id(event: Event, sender: str) -> str | None:
    """What a retry repeats, and another event does not."""
    moment = event.milliseconds
    match event.message or event.postback or event.message_edit:
        case Message(mid=str(mid)):
            return mid
        case Postback(mid=str(mid)):
            # Whether a second press of one button has an id of its own is not documented.
            return mid if moment is None else f"{mid}:{moment}"
        case Edit(mid=mid, num_edit=times):
            return f"{mid}:{moment if times is None else times}"
    return None if moment is None else f"{sender}:{moment}"


def _message(message: Message) -> dict[str, Any] | None:
    if message.is_echo or message.is_deleted:
        return None
    if message.quick_reply is not None and message.quick_reply.payload:
        return {"kind": Kind.BUTTON, "button": message.quick_reply.payload}
    text = message.text or ""
    return {"kind": Kind.TEXT, "text": text, "media": _media(message, bool(text.strip()))}


def _postback(postback: Postback) -> dict[str, Any]:
    if postback.payload == GET_STARTED:
        ref = postback.referral.ref if postback.referral else None
        return {"kind": Kind.START, **followed(ref or "")}
    if postback.payload:
        return {"kind": Kind.BUTTON, "button": postback.payload}
    # A button that another app put there: its title stands in the chat as what was said.
    return {"kind": Kind.TEXT, "text": postback.title or ""}


def _media(message: Message, has_text: bool) -> Media | None:
    """What came along, the most telling of several. A message without anything is some kind of it.

    A `fallback` beside a text is only the preview of a link in it.
    """
    found = set()
    for attachment in message.attachments or []:
        kind = attachment.type if attachment is not None else None
        if has_text and kind == "fallback":
            continue
        sticker = attachment is not None and attachment.payload and attachment.payload.sticker_id
        if kind == "sticker" or sticker:
            found.add(Media.STICKER)
        else:
            found.add(_MEDIA.get(kind or "", Media.FILE))
    if not found and not has_text:
        return Media.FILE
    return next((media for media in _AMONG_OTHERS if media in found), None)

"""What a verified request of Twilio tells; everything that is not named here stays unread.

https://www.twilio.com/docs/messaging/guides/webhook-request. Twilio names no time and no order of
messages, so that `sent` and `position` are None; a message is known by its MessageSid. Reactions,
edits and deletions of WhatsApp have no parameters there: a changed message stays as it first came.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from twilio.twiml.messaging_response import MessagingResponse  # type: ignore[import-untyped]

from bot.channels.channel import Unreadable, Webhook
from bot.channels.incoming import Incoming, Kind, Media
from bot.channels.twilio.verifying import Form, form_of

SMS, WHATSAPP = "sms", "whatsapp"
_PREFIX = "whatsapp:"
# A number as E.164, or the id of somebody who hides it: whatsapp:US.ABC123XYZ (Twilio, July 2026).
_CONTACT = re.compile(r"\+[1-9][0-9]{3,14}|whatsapp:(\+[1-9][0-9]{3,14}|[A-Za-z0-9._-]{1,150})")
# Twilio blocks a person who sends one of these words alone by SMS, and answers it itself:
# https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (the words by default).
STOP_WORDS = frozenset(
    ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT")
)
# The last word of a message's life decides: everything but these is a receipt for one of ours.
_ARRIVED = frozenset(("received", "receiving"))
_CARDS = frozenset(("text/vcard", "text/x-vcard"))
_COUNTRY = re.compile(r"[A-Z]{2}")


class _Message(BaseModel):
    """The whitelist. `located` says that there is a place; where it is, is never read."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
    account: str = Field(alias="AccountSid")
    sid: str = Field(alias="MessageSid", pattern=r"^[A-Za-z0-9]{1,64}$")
    sender: str = Field(alias="From")
    receiver: str = Field(alias="To", min_length=1)
    body: str = Field("", alias="Body")
    pictures: str = Field("0", alias="NumMedia")
    media_type: str = Field("", alias="MediaContentType0")
    message_type: str = Field("", alias="MessageType")
    button: str = Field("", alias="ButtonPayload")
    item: str = Field("", alias="ListId")
    opt_out: str = Field("", alias="OptOutType")
    country: str = Field("", alias="FromCountry")
    status: str = Field("", alias="MessageStatus")
    old_status: str = Field("received", alias="SmsStatus")
    located: bool = False

    @property
    def channel(self) -> str:
        return WHATSAPP if self.sender.startswith(_PREFIX) else SMS


def read(body: bytes, account: str) -> Webhook:
    """The event of a form, and the empty document that makes Twilio itself send nothing.

    Raises Unreadable: a form of another account, or without what an answer needs.
    """
    try:
        message = _Message.model_validate(_fields(form_of(body)))
    except (ValidationError, ValueError):
        raise Unreadable("no message of Twilio") from None
    if message.account != account:
        raise Unreadable("another account of Twilio")
    answer = str(MessagingResponse())
    if (message.status or message.old_status).lower() not in _ARRIVED:
        return Webhook((), answer, "text/xml")
    if _CONTACT.fullmatch(message.sender) is None:
        raise Unreadable("a sender that cannot be answered")
    event = _event(message)
    return Webhook((event,) if event else (), answer, "text/xml")


def _fields(form: Form) -> dict[str, Any]:
    """The fields of the whitelist. Twilio never sends one twice: what does is not understood."""
    wanted = [field.alias for field in _Message.model_fields.values() if field.alias in form]
    if any(len(form.getlist(name)) > 1 for name in wanted if name):
        raise ValueError
    found: dict[str, Any] = {name: form[name] for name in wanted if name}
    return {**found, "located": "Latitude" in form or "Longitude" in form}


def _event(message: _Message) -> Incoming | None:
    opted = message.opt_out.upper()
    if opted in ("HELP", "START"):  # Twilio has answered; without it these are words like others
        return None
    if opted == "STOP" or (message.channel == SMS and message.body.strip().upper() in STOP_WORDS):
        return _incoming(message, Kind.LEFT)
    pressed = message.item or message.button
    if message.channel == WHATSAPP and pressed:
        return _incoming(message, Kind.BUTTON, button=pressed)
    return _incoming(message, Kind.TEXT, text=message.body, media=_media(message))


def _incoming(message: _Message, kind: Kind, **more: Any) -> Incoming:
    country = message.country.upper() if message.channel == SMS else ""
    return Incoming(
        channel=message.channel,
        kind=kind,
        contact=message.sender,
        event=message.sid,
        address={"to": message.sender, "from": message.receiver},
        country=country if _COUNTRY.fullmatch(country) else None,
        **more,
    )


def _media(message: _Message) -> Media | None:
    """What came with the text. An empty message was something that Twilio has no field for."""
    if message.pictures not in ("", "0") or message.media_type:
        return _media_named(message)
    if message.located:
        return Media.LOCATION
    return None if message.body.strip() else Media.FILE


def _media_named(message: _Message) -> Media:
    kind = message.media_type.partition(";")[0].strip().lower()
    # Stickers are webp; WhatsApp sends photos as jpeg.
    if message.channel == WHATSAPP and (
        kind == "image/webp" or message.message_type.lower() == "sticker"
    ):
        return Media.STICKER
    if kind in _CARDS:
        return Media.CONTACT
    found = {"image": Media.IMAGE, "video": Media.IMAGE, "audio": Media.VOICE}
    return found.get(kind.partition("/")[0], Media.FILE)

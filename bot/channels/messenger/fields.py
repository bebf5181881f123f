"""The fields of Meta's webhooks that are read; everything else is dropped where it is parsed.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.channels.lenient import OrNone, Text


def _milliseconds(given: int) -> int:
    """Meta writes milliseconds; its page on postbacks shows seconds."""
    return given * 1000 if given < 10**11 else given


Id = Annotated[str, Field(min_length=1, max_length=500)]


class Fields(BaseModel):
    """A whitelist: numbers may come as texts and texts as numbers, as in Meta's own examples."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


class Party(Fields):
    id: Id


class AttachmentDetails(Fields):
    """Of the payload only whether it is a sticker: never its `url`, title or coordinates."""

    sticker_id: Annotated[bool, BeforeValidator(lambda given: given is not None)] = False


class Attachment(Fields):
    type: OrNone[str] = None
    payload: OrNone[AttachmentDetails] = None


class Choice(Fields):
    payload: OrNone[str] = None


class Message(Fields):
    mid: OrNone[Id] = None
    text: OrNone[Text] = None
    is_echo: OrNone[bool] = None
    is_deleted: OrNone[bool] = None
    quick_reply: OrNone[Choice] = None
    attachments: OrNone[list[OrNone[Attachment]]] = None


class Referral(Fields):
    ref: OrNone[str] = None


class Postback(Fields):
    mid: OrNone[Id] = None
    title: OrNone[Text] = None
    payload: OrNone[str] = None
    referral: OrNone[Referral] = None


class Edit(Fields):
    mid: Id
    text: OrNone[Text] = None
    num_edit: OrNone[int] = None


class Event(Fields):
    sender: OrNone[Party] = None
    recipient: OrNone[Party] = None
    timestamp: OrNone[Annotated[int, Field(ge=0, lt=10**13)]] = None
    message: OrNone[Message] = None
    postback: OrNone[Postback] = None
    message_edit: OrNone[Edit] = None

    @property
    def milliseconds(self) -> int | None:
        return None if self.timestamp is None else _milliseconds(self.timestamp)


class Change(Fields):
    """The other way in which Meta's pages write an event; its console tests with it."""

    field: Literal["messages", "messaging_postbacks", "message_edits"]
    value: Any


class Entry(Fields):
    id: OrNone[Id] = None
    messaging: OrNone[list[Any]] = None
    changes: OrNone[list[Any]] = None


class Delivery(Fields):
    object: Literal["page"]
    entry: list[Any]

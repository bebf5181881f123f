"""What a person did in a messaging app, in the few fields that are read; the rest is dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What happened in a chat."""

    TEXT = "text"  # typed, or the caption of what `media` names
    BUTTON = "button"  # one of ours was pressed
    START = "start"  # the chat was opened, by a command or a link
    EDIT = "edit"  # a message that was sent earlier was changed
    GROUP = "group"  # somebody wrote where others read along
    LEFT = "left"  # the person blocked us or left: nothing can be sent any more


class Media(Enum):
    """What was sent with or without a text. It is never fetched, and its address is never read."""

    IMAGE = "image"  # pictures and films
    VOICE = "voice"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    FILE = "file"  # and everything that has no name of its own here


@dataclass(frozen=True)
class Incoming:
    """One event of a platform.

    `channel` is the name under which the conversation is kept (telegram, sms, whatsapp, messenger,
    slack). `contact` names the private chat and `event` this event, both unique within the channel;
    a retry repeats `event`. `address` is all that is needed to write back. `position` orders the
    events of a contact where the platform numbers or dates them; `sent` is in seconds since 1970.
    `locale` and `country` are hints of the platform, `audience` one of a link that was followed.
    """

    channel: str
    kind: Kind
    contact: str = field(repr=False)
    event: str
    address: Mapping[str, str] = field(repr=False)
    text: str = field(default="", repr=False)
    button: str = field(default="", repr=False)
    media: Media | None = None
    position: int | None = None
    sent: float | None = None
    locale: str | None = None
    country: str | None = None
    audience: str | None = None

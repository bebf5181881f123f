"""What goes back to a channel: rendered messages whose buttons are opaque tokens."""

from __future__ import annotations

from dataclasses import dataclass

from bot.content.render import Message


@dataclass(frozen=True)
class OutgoingButton:
    """A button as it leaves: `token` is opaque and bound to the conversation."""

    label: str
    token: str


@dataclass(frozen=True)
class OutgoingMessage:
    """A rendered message with tokens instead of payloads."""

    message: Message
    buttons: tuple[OutgoingButton, ...]


@dataclass(frozen=True)
class Reply:
    """What goes back for one message. `intent` is for tests and evaluations, never for a page."""

    messages: tuple[OutgoingMessage, ...]
    crisis: bool
    intent: str | None = None

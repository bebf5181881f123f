"""What every messaging channel can do, and how it says that something went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bot.channels.incoming import Incoming
from bot.channels.wording import Bubble, Style

# One message as the platform's API takes it, without its address: JSON values alone.
Piece = Mapping[str, Any]


class Forged(Exception):
    """A request that is not proven to come from the platform. It is refused by 403, unread."""


class Unreadable(ValueError):
    """A proven request that we cannot read: answered by 200, or the platform would repeat it."""


class SendProblem(Exception):
    """Base of what sending may end in; a message holds no text and no address."""


class TryAgain(SendProblem):
    """The platform is away, slow or asks us to wait: `after` seconds, None where it names none."""

    def __init__(self, after: float | None = None) -> None:
        super().__init__(after)
        self.after = after


class Over(SendProblem):
    """Nothing can be sent to this person any more: blocked, left, or the window has closed."""


class Refused(SendProblem):
    """The platform will never take this message; `reason` is its code, for staff to see."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class WebhookRequest:
    """A request as it came. `headers`: lower-case names; one that came twice stands here twice."""

    method: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def header(self, name: str) -> str:
        """The one header of that name. Raises Forged when it is missing or came twice."""
        found = [value for key, value in self.headers if key == name]
        if len(found) != 1:
            raise Forged
        return found[0]


@dataclass(frozen=True)
class Webhook:
    """What a request told, and what the platform wants to read back."""

    events: tuple[Incoming, ...] = ()
    answer: str = ""
    media_type: str = "text/plain"


class Channel(Protocol):
    """One platform: verify -> read -> (gateway) -> write -> send.

    `name` is the last part of the webhook's address. `styles` says, for each name that its
    conversations are kept under, how texts and choices have to look there. `rate` is how many
    messages a second the platform takes in all, `pause` the seconds between two of one chat.
    """

    name: str
    styles: Mapping[str, Style]
    rate: float
    pause: float

    def verify(self, request: WebhookRequest) -> None:
        """Raises Forged. Reads headers and raw bytes only."""

    def read(self, request: WebhookRequest) -> Webhook:
        """What a verified request told. Raises Unreadable."""

    def write(self, channel: str, bubbles: Sequence[Bubble]) -> list[Piece]:
        """Bubbles as the platform's API takes them, in order."""

    def send(self, channel: str, address: Mapping[str, str], piece: Piece) -> None:
        """Send one piece; blocks for some seconds at most. Raises SendProblem."""

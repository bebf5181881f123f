"""Slack over its Events API, its interactivity and its Web API, with Slack's own Python SDK."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from slack_sdk.signature import Clock

from bot.channels.channel import Piece, Webhook, WebhookRequest
from bot.channels.slack.reading import read
from bot.channels.slack.sending import Sender
from bot.channels.slack.verifying import Verifier
from bot.channels.slack.writing import STYLE, written
from bot.channels.wording import Bubble, Style

__all__ = ["Slack"]

WEB_API = "https://slack.com/api/"


class Slack:
    """Private messages with one app in one workspace.

    `bot_token` (xoxb-...) lets us send, `signing_secret` signs what Slack sends us; an empty one
    refuses every request. `seconds` until a silent Slack is given up.
    """

    name = "slack"
    # One message a second in a channel, several hundred a minute in a workspace:
    # https://docs.slack.dev/apis/web-api/rate-limits
    rate = 5.0
    pause = 1.0

    def __init__(
        self,
        bot_token: str,
        signing_secret: str,
        api: str = WEB_API,
        *,
        seconds: float = 10.0,
        clock: Clock | None = None,
    ) -> None:
        self.styles: Mapping[str, Style] = {self.name: STYLE}
        self._verifier = Verifier(signing_secret, clock or Clock())
        self._sender = Sender(bot_token, api, seconds)

    def verify(self, request: WebhookRequest) -> None:
        """Raises Forged. Reads headers and raw bytes only."""
        self._verifier.verify(request)

    def read(self, request: WebhookRequest) -> Webhook:
        """What a verified request told. Raises Unreadable."""
        return read(request.body)

    def write(self, channel: str, bubbles: Sequence[Bubble]) -> list[Piece]:
        """Bubbles as messages of the Web API, in order."""
        return [written(bubble) for bubble in bubbles]

    def send(self, channel: str, address: Mapping[str, str], piece: Piece) -> None:
        """Post to `address["channel"]`, for `address["user"]` alone where one is named.

        Raises SendProblem.
        """
        self._sender.send(address["channel"], address.get("user"), piece)

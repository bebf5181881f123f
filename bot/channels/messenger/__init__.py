"""Messenger over Meta's Graph API. Meta keeps no Python SDK for its Send API: plain requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.channels.channel import Piece, Webhook, WebhookRequest
from bot.channels.messenger.reading import read_events, read_handshake
from bot.channels.messenger.sending import Sender
from bot.channels.messenger.verifying import verify_handshake, verify_signature
from bot.channels.messenger.writing import STYLE, written
from bot.channels.wording import Bubble, Style

__all__ = ["Messenger"]

# The newest version (29 July 2026): https://developers.facebook.com/docs/graph-api/changelog
GRAPH_API = "https://graph.facebook.com/v26.0"


class Messenger:
    """The chat of one Facebook page.

    `page_token` lets us send as the page, `app_secret` signs what Meta sends us, `verify_token` is
    the word that staff enters in Meta's console. An empty one refuses every request.
    """

    name = "messenger"
    # Meta allows 300 texts a second for a page, and fewer in one thread without naming how many:
    # https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
    rate = 40.0
    pause = 0.3

    def __init__(
        self,
        page_token: str,
        app_secret: str,
        verify_token: str,
        api: str = GRAPH_API,
        *,
        connect_seconds: float = 3.0,
        read_seconds: float = 10.0,
    ) -> None:
        self.styles: Mapping[str, Style] = {self.name: STYLE}
        self._app_secret = app_secret
        self._verify_token = verify_token
        self._sender = Sender(page_token, app_secret, api, (connect_seconds, read_seconds))

    def verify(self, request: WebhookRequest) -> None:
        """GET is the handshake of the console, POST a signed delivery. Raises Forged."""
        if request.method == "GET":
            verify_handshake(request, self._verify_token)
        else:
            verify_signature(request, self._app_secret)

    def read(self, request: WebhookRequest) -> Webhook:
        """What a verified request told. Raises Unreadable."""
        return read_handshake(request) if request.method == "GET" else read_events(request.body)

    def write(self, channel: str, bubbles: Sequence[Bubble]) -> list[Piece]:
        """Bubbles as messages of the Send API, in order."""
        return [written(bubble) for bubble in bubbles]

    def send(self, channel: str, address: Mapping[str, str], piece: Piece) -> None:
        """Send one message to `address["to"]`, a page-scoped id. Raises SendProblem."""
        self._sender.send(address["to"], piece)

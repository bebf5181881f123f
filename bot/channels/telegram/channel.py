"""The channel: what each module of this package does, behind one class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.channels.channel import Piece, SendProblem, Webhook, WebhookRequest
from bot.channels.telegram.calling import Api, WebhookState
from bot.channels.telegram.reading import read
from bot.channels.telegram.verifying import is_secret, verify
from bot.channels.telegram.writing import BUTTONS, CHARACTERS, LABEL, pieces
from bot.channels.wording import Bubble, Style

# Everything else a person does is not even sent to us. Channels' posts are not asked for.
UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


class Telegram:
    """A bot of Telegram's.

    Plain `requests` against the documented HTTP API: the maintained libraries bring an event loop,
    an update queue and a dispatcher of their own, and we need three calls.

    `token` is what BotFather gave, `secret` what Telegram repeats in a header of every delivery:
    1-256 of A-Z a-z 0-9 _ -, else nothing is accepted. An address to write to is
    {"chat": id}; that of a pressed button holds {"callback": id} too.
    """

    name = "telegram"
    styles: Mapping[str, Style] = {"telegram": Style(CHARACTERS, CHARACTERS, BUTTONS, LABEL)}
    # https://core.telegram.org/bots/faq: about 30 messages a second in all, one a second in a chat.
    rate = 25.0
    pause = 1.0

    def __init__(
        self,
        token: str,
        secret: str,
        api: str = "https://api.telegram.org",
        connect_seconds: float = 3.0,
        read_seconds: float = 10.0,
    ) -> None:
        self._secret = secret
        self._api = Api(token, api, connect_seconds, read_seconds)

    def verify(self, request: WebhookRequest) -> None:
        """Raises Forged."""
        verify(request, self._secret)

    def read(self, request: WebhookRequest) -> Webhook:
        """Raises Unreadable. Nothing is answered: Telegram wants a 2xx alone."""
        event = read(request.body)
        return Webhook((event,) if event else ())

    def write(self, channel: str, bubbles: Sequence[Bubble]) -> list[Piece]:
        """Bodies of sendMessage without chat_id. Raises ValueError for a token over 64 bytes."""
        return pieces(bubbles)

    def send(self, channel: str, address: Mapping[str, str], piece: Piece) -> None:
        """Raises SendProblem."""
        self._api.call("sendMessage", {"chat_id": address["chat"], **piece})

    def acknowledge(self, address: Mapping[str, str]) -> None:
        """Ends the waiting sign on a pressed button. Best effort: it raises nothing."""
        if "callback" not in address:
            return
        try:
            self._api.call("answerCallbackQuery", {"callback_query_id": address["callback"]})
        except SendProblem:
            return  # Telegram forgets a press after a while, and so does the app

    def set_webhook(self, address: str) -> None:
        """Have updates sent to that https address; what waits is kept. Raises SendProblem, and
        ValueError where the secret is not one that Telegram takes."""
        if not is_secret(self._secret):
            raise ValueError("the secret is 1-256 of A-Z a-z 0-9 _ -")
        self._api.call(
            "setWebhook",
            {
                "url": address,
                "secret_token": self._secret,
                "allowed_updates": list(UPDATES),
                "max_connections": 40,
                "drop_pending_updates": False,
            },
        )

    def webhook_state(self) -> WebhookState:
        """What Telegram has on record. Raises SendProblem."""
        return self._api.webhook_state()

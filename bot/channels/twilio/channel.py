"""Twilio as a channel: one webhook for two apps, whose senders tell them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bot.channels.channel import Piece, Webhook, WebhookRequest
from bot.channels.twilio import lists as templates
from bot.channels.twilio import reading, sending, writing
from bot.channels.twilio.verifying import Verifier
from bot.channels.wording import Bubble, Style

NO_LISTS: Mapping[int, str] = MappingProxyType({})


class Twilio:
    """SMS and WhatsApp of one account.

    `webhook` is the public address as it is entered at Twilio, which signs it. `lists` names the
    template for a list of so many items (`create_lists`). `discard` asks Twilio to keep no text; it
    needs Message Redaction on the account (else error 30029).
    """

    name = "twilio"
    rate = 10.0  # an account's numbers queue at Twilio: 1 a second for a US long code
    pause = 1.0  # so that the parts of an answer arrive in order

    def __init__(
        self,
        account: str,
        auth_token: str,
        webhook: str,
        lists: Mapping[int, str] = NO_LISTS,
        *,
        api: str = sending.API,
        content_api: str = sending.CONTENT,
        discard: bool = False,
        connect_seconds: float = 3.0,
        read_seconds: float = 10.0,
    ) -> None:
        addresses = {sending.API: api, sending.CONTENT: content_api}
        connections = sending.Connections(addresses, (connect_seconds, read_seconds))
        self.styles: Mapping[str, Style] = writing.styles_for(lists)
        self._account = account
        self._lists = dict(lists)
        self._discard = discard
        self._verifier = Verifier(auth_token, webhook)
        self._api = sending.client(account, auth_token, connections)

    def verify(self, request: WebhookRequest) -> None:
        """Raises Forged."""
        self._verifier.verify(request)

    def read(self, request: WebhookRequest) -> Webhook:
        """What a verified request told. Raises Unreadable."""
        return reading.read(request.body, self._account)

    def write(self, channel: str, bubbles: Sequence[Bubble]) -> list[Piece]:
        """One piece for each bubble."""
        return writing.write(channel, bubbles, self._lists)

    def send(self, channel: str, address: Mapping[str, str], piece: Piece) -> None:
        """Raises SendProblem. `address` tells the channel already: whatsapp: stands before it."""
        sending.send(self._api, address, piece, self._discard)

    def create_lists(self) -> dict[int, str]:
        """Make the templates for lists of 1 to 10 items, once. Raises SendProblem."""
        return templates.create_lists(self._api)

"""Whether a request comes from Twilio: its signature over the address and all form fields.

https://www.twilio.com/docs/usage/webhooks/webhooks-security (HMAC-SHA1 with the auth token).
Webhooks signed with a SharedKey by a Webhooks Rule are not taken: no rule, no such signature.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from bot.channels.channel import Forged, WebhookRequest

MOST_FIELDS = 200  # Twilio sends about 25, and a few for each of ten pictures
Form = ImmutableMultiDict[str, str]


class Verifier:
    """Proves requests with the vendor's validator, against the address that was configured."""

    def __init__(self, auth_token: str, webhook: str) -> None:
        _ = urlsplit(webhook).port  # raises ValueError now, and not at the first request
        self._webhook = webhook
        self._usable = bool(auth_token and webhook)
        self._validator = RequestValidator(auth_token)

    def verify(self, request: WebhookRequest) -> None:
        """Raises Forged."""
        signature = request.header("x-twilio-signature")
        if not self._usable or not signature or request.method != "POST":
            raise Forged
        try:
            form = form_of(request.body)
        except ValueError:
            raise Forged from None
        # It compares without an early end, with the port in the address and without.
        if not self._validator.validate(self._webhook, form, signature):
            raise Forged


def form_of(body: bytes) -> Form:
    """The fields as Twilio signed them, repeated ones kept. Raises ValueError."""
    fields = parse_qsl(
        body.decode("utf-8"),
        keep_blank_values=True,
        errors="strict",
        max_num_fields=MOST_FIELDS,
    )
    return ImmutableMultiDict(fields)

"""Whether a request comes from Slack: `v0=` and the HMAC of its time and its raw body.

https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

from __future__ import annotations

import re

from slack_sdk.signature import Clock, SignatureVerifier

from bot.channels.channel import Forged, WebhookRequest

_TIME = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class Verifier:
    """Slack's own verifier, which refuses times more than 300 seconds off, early or late.

    It raises where a time is no number, a body no UTF-8, a signature not ASCII or a secret empty,
    and reads times such as ` 1_0 `: all of that is refused here before it gets there.
    """

    def __init__(self, signing_secret: str, clock: Clock) -> None:
        secret = signing_secret.strip()
        self._verifier = SignatureVerifier(secret, clock) if secret else None

    def verify(self, request: WebhookRequest) -> None:
        """Raises Forged."""
        time = request.header("x-slack-request-timestamp")
        signature = request.header("x-slack-signature")
        well_formed = _TIME.fullmatch(time) and _SIGNATURE.fullmatch(signature)
        if self._verifier is None or not well_formed or request.method != "POST":
            raise Forged
        try:
            proven = self._verifier.is_valid(request.body, time, signature)
        except ValueError:  # a body that is no UTF-8
            raise Forged from None
        if not proven:
            raise Forged

"""Whether a request comes from Telegram: it repeats our secret, and signs nothing.

https://core.telegram.org/bots/api#setwebhook, `secret_token`.
"""

from __future__ import annotations

import hmac
import re

from bot.channels.channel import Forged, WebhookRequest

HEADER = "x-telegram-bot-api-secret-token"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def is_secret(secret: str) -> bool:
    """Whether Telegram would take it."""
    return _SECRET.fullmatch(secret) is not None


def verify(request: WebhookRequest, secret: str) -> None:
    """Raises Forged unless the header stands there once and holds the secret."""
    # Bytes, since text of other scripts cannot be compared; whatever a header may hold is encoded.
    given = request.header(HEADER).encode("utf-8", "surrogatepass")
    expected = secret.encode("utf-8", "surrogatepass")
    same = hmac.compare_digest(given, expected)
    if not (same and is_secret(secret)):
        raise Forged

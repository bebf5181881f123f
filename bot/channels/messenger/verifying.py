"""Whether a request comes from Meta: the word of the handshake, or the signature of a delivery.

https://developers.facebook.com/docs/messenger-platform/webhooks
"""

from __future__ import annotations

import hashlib
import hmac

from bot.channels.channel import Forged, WebhookRequest


def verify_handshake(request: WebhookRequest, verify_token: str) -> None:
    """Meta's console asks once, with the word that staff gave it. Raises Forged."""
    given = request.query.get("hub.verify_token", "")
    if request.query.get("hub.mode") != "subscribe" or not _same(given, verify_token):
        raise Forged


def verify_signature(request: WebhookRequest, app_secret: str) -> None:
    """X-Hub-Signature-256: `sha256=` and the HMAC of the raw body in lower-case hex. Raises Forged.

    The older X-Hub-Signature (SHA-1) is never looked at.
    """
    given = request.header("x-hub-signature-256")
    if request.method != "POST" or not app_secret:
        raise Forged
    digest = hmac.new(app_secret.encode(), request.body, hashlib.sha256).hexdigest()
    if not _same(given, f"sha256={digest}"):
        raise Forged


def _same(given: str, expected: str) -> bool:
    """In constant time; nothing equals an empty secret. Text outside ASCII would raise: bytes."""
    return bool(expected) and hmac.compare_digest(
        given.encode("utf-8", "replace"), expected.encode("utf-8", "replace")
    )

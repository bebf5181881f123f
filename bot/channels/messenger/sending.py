"""The Send API: one request for one message, and what its answer means for us.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages
https://developers.facebook.com/docs/messenger-platform/error-codes
"""

from __future__ import annotations

import hashlib
import hmac
import re

import requests
from pydantic import BaseModel

from bot.channels.calling import quiet_session
from bot.channels.channel import Over, Piece, Refused, TryAgain

# (code, subcode): outside the window of 24 hours (2018278, and 2018065 for messages with a tag),
# and nobody of that id. 551 (this person is not available) comes with several subcodes.
_OVER = frozenset({(10, 2018278), (10, 2018065), (100, 2018001)})
_OVER_CODES = frozenset({551})
# Unknown, away, a temporary failure; then the limits of app, user, page, calls and Messenger.
_WAIT = frozenset({1, 2, 1200, 4, 17, 32, 613, 80006})
_SECONDS = re.compile(r"[0-9]{1,6}")


class _Error(BaseModel):
    code: int
    error_subcode: int | None = None
    is_transient: bool = False


class _Told(BaseModel):
    message_id: str | None = None
    error: _Error | None = None


class Sender:
    """Sends as one page. `timeout`: seconds to connect and to wait for bytes."""

    def __init__(
        self, page_token: str, app_secret: str, api: str, timeout: tuple[float, float]
    ) -> None:
        token = page_token.strip().encode()
        self._address = f"{api.rstrip('/')}/me/messages"
        # In a header and not in the address, where logs of proxies would keep it.
        self._headers = {"Authorization": b"Bearer " + token}
        proof = hmac.new(app_secret.encode(), token, hashlib.sha256).hexdigest()
        self._proof = {"appsecret_proof": proof}
        self._timeout = timeout
        self._session = quiet_session()

    def send(self, to: str, piece: Piece) -> None:
        """Send one message. Raises SendProblem."""
        try:
            response = self._session.post(
                self._address,
                params=self._proof,
                headers=self._headers,
                json={
                    "recipient": {"id": to},
                    "messaging_type": "RESPONSE",
                    "message": dict(piece),
                },
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException:
            raise TryAgain from None
        _judge(response)


def _judge(response: requests.Response) -> None:
    """Nothing when it was sent, a SendProblem otherwise."""
    try:
        told = _Told.model_validate_json(response.content)
    except ValueError:
        raise TryAgain(_after(response)) from None
    error = told.error
    if error is None:
        if response.status_code == 200 and told.message_id:
            return
        raise TryAgain(_after(response))
    if error.code in _OVER_CODES or (error.code, error.error_subcode) in _OVER:
        raise Over
    away = response.status_code == 429 or response.status_code >= 500
    if away or error.is_transient or error.code in _WAIT:
        raise TryAgain(_after(response))
    raise Refused(f"messenger {error.code}")


def _after(response: requests.Response) -> float | None:
    """Seconds to wait; Meta documents none, whatever stands before it may name some."""
    given = response.headers.get("Retry-After", "").strip()
    return float(given) if _SECONDS.fullmatch(given) else None

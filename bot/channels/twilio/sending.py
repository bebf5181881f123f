"""Twilio's REST API through the vendor's library, over connections of our own.

Codes: https://www.twilio.com/docs/api/errors
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
from twilio.base.exceptions import TwilioException  # type: ignore[import-untyped]
from twilio.http import HttpClient  # type: ignore[import-untyped]
from twilio.http.response import Response  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from bot.channels.calling import quiet_session
from bot.channels.channel import Over, Piece, Refused, SendProblem, TryAgain

API, CONTENT = "https://api.twilio.com", "https://content.twilio.com"
TOO_MANY = 429
# Invalid or no mobile number (21211, 21614), answered STOP (21610), blocked (30004, 63014), no such
# phone (30006), unknown to WhatsApp (63003, 63024), more than 24 hours since the last word (63016).
_OVER = frozenset((21211, 21610, 21614, 30004, 30006, 63003, 63014, 63016, 63024))
# Too many requests (20429), a full queue (21611, 30001), WhatsApp's rate (63018).
_AGAIN = frozenset((20429, 21611, 30001, 63018))
_LONGEST_WAIT = 3600.0  # seconds that we would wait because a header says so


class Connections(HttpClient):  # type: ignore[misc]
    """The library's transport: other addresses, timeouts, no retry, no log, no redirect."""

    def __init__(self, addresses: Mapping[str, str], timeout: tuple[float, float]) -> None:
        """`addresses`: the vendor's, and what is called instead. `timeout`: connect and read."""
        super().__init__(logging.getLogger(__name__), is_async=False)
        self._addresses = addresses
        self._seconds = timeout
        self._session = quiet_session()

    def request(  # noqa: PLR0917 - the library's signature
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """The answer, where it is a good one. Raises SendProblem."""
        as_json = (headers or {}).get("Content-Type") == "application/json"
        try:
            answer = self._session.request(
                method,
                self._address(uri),
                params=params,
                json=data if as_json else None,
                data=None if as_json else data,
                headers=headers,
                auth=auth,
                timeout=self._seconds,
                allow_redirects=False,
            )
        except requests.RequestException:
            raise TryAgain from None
        told = _object(answer.content)
        if not 200 <= answer.status_code < 300:
            raise problem_of(answer.status_code, told, answer.headers.get("retry-after", ""))
        if told is None:
            raise TryAgain
        return Response(answer.status_code, json.dumps(told), answer.headers)

    def _address(self, uri: str) -> str:
        """Never another host than the known ones: a page's `next` address comes from outside."""
        for vendor, ours in self._addresses.items():
            if uri.startswith(f"{vendor}/"):
                return ours + uri.removeprefix(vendor)
        raise Refused("twilio address")


def client(account: str, auth_token: str, connections: Connections) -> Client:
    """The library's client; the environment of the process changes neither hosts nor account."""
    return Client(
        account, auth_token, account, http_client=connections, environment={"TWILIO_EDGE": ""}
    )


def send(api: Client, address: Mapping[str, str], piece: Piece, discard: bool) -> None:
    """One message. Raises SendProblem, which holds a code at most."""
    more: dict[str, Any] = {"content_retention": "discard"} if discard else {}
    if "content" in piece:
        more |= {"content_sid": piece["content"], "content_variables": variables(piece)}
    else:
        more |= {"body": piece["body"]}
    with understood():
        api.messages.create(to=address["to"], from_=address["from"], **more)


def variables(piece: Piece) -> str:
    """The variables as JSON; some have met error 21656 for an apostrophe, so that it is escaped."""
    return json.dumps(piece["variables"]).replace("'", "\\u0027")


@contextmanager
def understood() -> Iterator[None]:
    """Raises TryAgain where the library cannot read an answer; what it says may hold a number."""
    try:
        yield
    except (TwilioException, TypeError, ValueError, AttributeError, KeyError):
        raise TryAgain from None


def problem_of(status: int, told: dict[str, Any] | None, retry_after: str) -> SendProblem:
    """What a refusal means. Its message is never read: it may repeat a number or a text."""
    code = (told or {}).get("code")
    known = code if isinstance(code, int) else status
    if status == TOO_MANY or known in _AGAIN:
        return TryAgain(_seconds(retry_after))
    if status >= 500:
        return TryAgain()
    return Over() if known in _OVER else Refused(f"twilio {known}")


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _seconds(header: str) -> float | None:
    """Retry-After in seconds; a date, or nonsense, is none."""
    text = header.strip()
    return min(float(text), _LONGEST_WAIT) if text.isascii() and text.isdecimal() else None

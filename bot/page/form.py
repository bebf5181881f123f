"""The form of the page as it comes in: application/x-www-form-urlencoded, nothing else."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from bot.gateway.errors import BodyInvalid, BodyTooLarge, RequestProblem

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 20
# A character of a text takes up to nine bytes in a form; the rest of the form takes up to this.
BYTES_PER_CHARACTER, OTHER_BYTES = 9, 2048
# What a browser calls a form of our own page, and one that no page sent.
OWN_FETCHES = ("same-origin", "none")


class FormForeign(RequestProblem):
    """Another site's page sent the form: nothing of it is read."""

    status = 403
    title = "The form was sent by another site."


@dataclass(frozen=True)
class Form:
    """What a person sent. Empty fields are None; `start` names a button of the welcome."""

    token: str | None = None
    key: str | None = None
    text: str | None = None
    button: str | None = None
    start: str | None = None
    country: str | None = None
    locale: str | None = None
    again: str | None = None
    sheet: str | None = None
    situation: str | None = None
    audience: str | None = None
    host: str | None = None

    @property
    def sent(self) -> int:
        """How many of text, button and start were sent."""
        return sum(field is not None for field in (self.text, self.button, self.start))

    @property
    def message_key(self) -> str:
        """The idempotency key of this message.

        A page has one key, and a person may go back and choose again: that is another message.
        """
        body = "\0".join((self.key or "", self.text or "", self.button or "", self.start or ""))
        return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def is_foreign(request: Request) -> bool:
    """Whether a browser says that the form comes from another site.

    Sec-Fetch-Site decides: no page can forge it and no proxy rewrites it. Older browsers send an
    Origin alone; without one, or with the "null" of our own no-referrer pages, the form is taken.
    """
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched.lower() not in OWN_FETCHES
    origin = request.headers.get("origin", "null").lower()
    if origin == "null":
        return False
    try:
        sender = urlsplit(origin)
        own = urlsplit(f"{sender.scheme}://{request.headers.get('host', '').lower()}")
        # The scheme is not compared: a proxy in front of us may have ended TLS.
        port = 443 if sender.scheme == "https" else 80
        ours = (own.hostname, own.port or port)
        return not sender.hostname or (sender.hostname, sender.port or port) != ours
    except ValueError:
        return True


async def read_form(request: Request, limit: int) -> Form:
    """Raises FormForeign, BodyTooLarge (`limit` in bytes) or BodyInvalid."""
    if is_foreign(request):
        raise FormForeign
    received = b""
    async for part in request.stream():
        received += part
        if len(received) > limit:
            raise BodyTooLarge
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM_TYPE:
        raise BodyInvalid
    try:
        fields = parse_qsl(
            received.decode("utf-8", "replace"),
            encoding="utf-8",
            errors="replace",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise BodyInvalid from error
    # A box that was left empty says nothing.
    known = {n: value for n, value in fields if n in Form.__dataclass_fields__ and value.strip()}
    return Form(**known)


def new_key() -> str:
    """A fresh idempotency key."""
    return secrets.token_urlsafe(16)


def longest_text(body_limit: int) -> int:
    """Characters that surely fit into a body of `body_limit` bytes."""
    return max(256, (body_limit - OTHER_BYTES) // BYTES_PER_CHARACTER)

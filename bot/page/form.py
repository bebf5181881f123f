"""The form of the page as it comes in: application/x-www-form-urlencoded, nothing else."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request

from bot.gateway.errors import BodyInvalid, BodyTooLarge

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 20
# A character of a text takes up to nine bytes in a form; the rest of the form takes up to this.
BYTES_PER_CHARACTER, OTHER_BYTES = 9, 2048


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


async def read_form(request: Request, limit: int) -> Form:
    """Raises BodyTooLarge (`limit` in bytes) or BodyInvalid."""
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

"""Calls of the Bot API: https://core.telegram.org/bots/api#making-requests.

Every answer is a JSON object with `ok`, and `description` and `parameters` of an error. The token
is part of the address, so that no exception of a library is handed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests
from pydantic import BaseModel, ConfigDict, Field

from bot.channels.calling import quiet_session
from bot.channels.channel import Over, Refused, SendProblem, TryAgain

# Parts of descriptions, in lower case; they are documented nowhere and known from use alone.
_OVER: dict[int, tuple[str, ...]] = {
    HTTPStatus.FORBIDDEN: (
        "bot was blocked by the user",
        "user is deactivated",
        "bot can't initiate conversation",
        "bot was kicked",
        "bot is not a member",
        "group chat was deleted",
    ),
    HTTPStatus.BAD_REQUEST: ("chat not found",),
}


@dataclass(frozen=True)
class WebhookState:
    """`url` is empty where none is set; `failed_at` (seconds since 1970) dates `last_error`, which
    Telegram keeps when later deliveries went well."""

    url: str = field(repr=False)
    pending: int
    last_error: str = ""
    failed_at: int | None = None


class _Parameters(BaseModel):
    retry_after: float | None = Field(None, ge=0, allow_inf_nan=False)


class _Answer(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)
    ok: bool
    result: Any = Field(None, repr=False)
    description: str = Field("", repr=False)
    parameters: _Parameters = _Parameters()


class _WebhookInfo(BaseModel):
    """https://core.telegram.org/bots/api#webhookinfo"""

    model_config = ConfigDict(hide_input_in_errors=True)
    url: str
    pending_update_count: int
    last_error_message: str = ""
    last_error_date: int | None = None


class Api:
    """One connection pool for one bot. Times are in seconds; nothing is repeated or redirected."""

    def __init__(self, token: str, api: str, connect_seconds: float, read_seconds: float) -> None:
        self._address = f"{api.rstrip('/')}/bot{token}"
        self._times = (connect_seconds, read_seconds)
        self._session = quiet_session()

    def call(self, method: str, body: Mapping[str, Any]) -> Any:
        """The result of a method. Raises SendProblem."""
        answer = self._post(method, body)
        if answer is None:
            raise TryAgain
        read = _read(answer.content)
        if answer.ok and read and read.ok:
            return read.result
        raise _problem(answer.status_code, read)

    def _post(self, method: str, body: Mapping[str, Any]) -> requests.Response | None:
        """None when nothing whole came back. What went wrong ends here: it names the address."""
        try:
            return self._session.post(
                f"{self._address}/{method}",
                json=body,
                timeout=self._times,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None

    def webhook_state(self) -> WebhookState:
        """Raises SendProblem."""
        try:
            info = _WebhookInfo.model_validate(self.call("getWebhookInfo", {}))
        except ValueError:
            raise TryAgain from None
        return WebhookState(
            info.url, info.pending_update_count, info.last_error_message, info.last_error_date
        )


def _read(content: bytes) -> _Answer | None:
    try:
        return _Answer.model_validate_json(content)
    except ValueError:
        return None


def _problem(status: int, answer: _Answer | None) -> SendProblem:
    """What an answer that is not good means for a message."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return TryAgain(answer.parameters.retry_after if answer else None)
    if not 400 <= status < 500:
        return TryAgain()
    described = answer.description.lower() if answer else ""
    if any(part in described for part in _OVER.get(status, ())):
        return Over()
    # A wrong token is one of these: who waited for it to be mended would get an old answer.
    return Refused(f"telegram {status}")

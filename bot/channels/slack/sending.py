"""chat.postMessage and chat.postEphemeral, and what their answers mean for us.

https://docs.slack.dev/reference/methods/chat.postMessage
https://docs.slack.dev/reference/methods/chat.postEphemeral
"""

from __future__ import annotations

import logging
import re
from http.client import HTTPException
from typing import Any, cast
from urllib.request import (
    HTTPRedirectHandler,
    HTTPSHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.channels.channel import Over, Piece, Refused, SendProblem, TryAgain

_OVER = frozenset(
    {
        "channel_not_found",
        "is_archived",
        "user_not_found",
        "user_not_in_channel",
        "not_in_channel",
        "user_is_restricted",
        "user_disabled",
        "cannot_dm_bot",
        "messages_tab_disabled",
    }
)
# The last two: while a workspace moves into an Enterprise organization.
_WAIT = frozenset(
    {
        "ratelimited",
        "rate_limited",
        "message_limit_exceeded",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
        "org_login_required",
    }
)
_CODE = re.compile(r"[a-z0-9_]{1,60}")
_SECONDS = re.compile(r"[0-9]{1,6}")


class _Staying(HTTPRedirectHandler):
    """Follows no redirect: it would take the bot's token along to another host."""

    def redirect_request(self, *what: Any, **more: Any) -> None:
        return None


class _Direct(WebClient):
    """The SDK's client without redirects and the environment's proxies: it has no switch."""

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        opener = build_opener(ProxyHandler({}), _Staying(), HTTPSHandler(context=self.ssl))
        with opener.open(req, timeout=self.timeout) as answer:
            charset = answer.headers.get_content_charset() or "utf-8"
            body = answer.read().decode(charset)
        return {"status": answer.status, "headers": answer.headers, "body": body}


class Sender:
    """Sends as one bot. `seconds` until a silent Slack is given up."""

    def __init__(self, bot_token: str, api: str, seconds: float) -> None:
        # The SDK logs whole messages at DEBUG: to a logger that writes nothing.
        silent = logging.Logger("slack", level=logging.CRITICAL + 1)
        self._client = _Direct(
            bot_token,
            base_url=api,
            timeout=cast(int, seconds),  # a socket takes fractions, the annotation does not
            retry_handlers=[],
            logger=silent,
        )

    def send(self, channel: str, user: str | None, piece: Piece) -> None:
        """Post one message, for one person's eyes where `user` is named. Raises SendProblem."""
        try:
            if user:
                answer = self._client.chat_postEphemeral(
                    channel=channel, user=user, text=piece["text"], blocks=piece["blocks"]
                )
            else:
                answer = self._client.chat_postMessage(channel=channel, **piece)
        except SlackApiError as error:
            problem = _problem(error)
        except (OSError, HTTPException, SlackClientError, ValueError, LookupError, AttributeError):
            # No connection, no time, or an answer that is neither text nor an object of JSON.
            problem = TryAgain()
        else:
            if isinstance(answer.data, dict):
                return
            problem = TryAgain()  # the SDK takes a gzip of anything for a success
        raise problem


def _problem(error: SlackApiError) -> SendProblem:
    """An answer that is not `ok`, or not of 200."""
    response = error.response
    told = response.data if isinstance(response.data, dict) else {}
    code = str(told.get("error"))
    if code in _OVER:
        return Over()
    readable = "error" in told and _CODE.fullmatch(code)
    if response.status_code == 429 or code in _WAIT or not readable or response.status_code >= 500:
        return TryAgain(_after(response.headers))
    return Refused(f"slack {code}")


def _after(headers: dict[str, str]) -> float | None:
    """Seconds in Retry-After: https://docs.slack.dev/apis/web-api/rate-limits"""
    named = [value for name, value in headers.items() if name.lower() == "retry-after"]
    return float(named[0]) if named and _SECONDS.fullmatch(named[0].strip()) else None

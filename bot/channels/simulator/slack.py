"""Slack on loopback: signs with Slack's own SDK, and checks what it is given as the Web API does.

https://docs.slack.dev/apis/events-api, https://docs.slack.dev/reference/methods/chat.postMessage
The API's path is `/api/`. A contact's private channel is `D0<contact>` and its user `U0<contact>`.
"""

from __future__ import annotations

import itertools
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from bot.channels.incoming import Media
from bot.channels.simulator.platform import Answer, Delivery, Platform

API_PATH = "/api/"
_TYPES = {Media.IMAGE: "image/jpeg", Media.VOICE: "audio/mp4"}
_SHOWN_AS = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


class SlackSimulator(Platform):
    """One workspace with one app. Secrets are made up; `now` gives seconds since 1970."""

    name = "slack"

    def __init__(self, team: str = "T01", now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.team = team
        self.now = now
        self.bot_token = f"xoxb-{secrets.token_hex(16)}"
        self.signing_secret = secrets.token_hex(16)
        self.closed: dict[str, str] = {}  # channel -> the error that posting there ends in
        self._numbers = itertools.count(1)

    # What people do.

    def says(self, contact: str, text: str) -> Delivery:
        return self.delivers(self.message(contact, text=_escaped(text)))

    def presses(self, contact: str, label: str, token: str) -> Delivery:
        number = next(self._numbers)
        action = {
            "type": "button",
            "action_id": f"choice-{number}",
            "block_id": "b1",
            "text": {"type": "plain_text", "text": label},
            "value": token,
            "action_ts": self._stamp(number),
        }
        return self.interacts({"type": "block_actions", **self.who(contact), "actions": [action]})

    def sends(self, contact: str, media: Media, caption: str = "") -> Delivery:
        file = {
            "id": "F01",
            "name": "kept-out.bin",
            "mimetype": _TYPES.get(media, "application/octet-stream"),
            "url_private": "https://files.slack.com/never-fetched",
        }
        told = {"subtype": "file_share", "files": [file], "text": _escaped(caption)}
        return self.delivers(self.message(contact, **told))

    def edits(self, contact: str, text: str, before: str = "before") -> Delivery:
        """A message of earlier is changed by who wrote it."""
        return self.delivers(self.change(contact, before, text, by_person=True))

    def unfurls(self, contact: str, text: str) -> Delivery:
        """Slack changes a message by itself, for the preview of a link."""
        return self.delivers(self.change(contact, text, text, by_person=False))

    def mentions(self, contact: str, channel: str, text: str) -> Delivery:
        """Somebody names the app in a channel where others read along."""
        told = {"channel": channel, "text": f"<@U0BOT> {_escaped(text)}"}
        event = {**self.message(contact, **told), "type": "app_mention"}
        del event["channel_type"]  # Slack sends none with a mention
        return self.delivers(event)

    def writes_in(self, contact: str, channel: str, text: str) -> Delivery:
        """Somebody writes in a channel that the app is a member of."""
        told = {"channel": channel, "channel_type": "channel", "text": _escaped(text)}
        return self.delivers(self.message(contact, **told))

    def bot_says(self, contact: str, text: str) -> Delivery:
        """Our own message comes back as an event."""
        return self.delivers(self.message(contact, text=text, bot_id="B01", user="U0BOT"))

    def asks_for_address(self, challenge: str = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmd") -> Delivery:
        """What Slack asks when the request URL is entered."""
        return self.posts({"type": "url_verification", "challenge": challenge})

    # How it arrives.

    def message(self, contact: str, **told: Any) -> dict[str, Any]:
        """The inner event of a message."""
        return {
            "type": "message",
            "user": f"U0{contact}",
            "channel": f"D0{contact}",
            "channel_type": "im",
            "ts": self._stamp(next(self._numbers)),
            **told,
        }

    def change(self, contact: str, before: str, after: str, *, by_person: bool) -> dict[str, Any]:
        user = {"user": f"U0{contact}"}
        edited = {"edited": {**user, "ts": self._stamp(0)}} if by_person else {}
        event = self.message(contact, subtype="message_changed", hidden=True)
        del event["user"]
        event["message"] = {**user, "text": _escaped(after), **edited}
        event["previous_message"] = {**user, "text": _escaped(before)}
        return event

    def delivers(self, event: Mapping[str, Any]) -> Delivery:
        """One signed request of the Events API."""
        told = {
            "type": "event_callback",
            "team_id": self.team,
            "api_app_id": "A01",
            "event_id": f"Ev{next(self._numbers):08}",
            "event_time": int(self.now()),
            "authorizations": [{"team_id": self.team, "user_id": "U0BOT", "is_bot": True}],
            "event": event,
        }
        return self.posts(told)

    def posts(self, told: Mapping[str, Any]) -> Delivery:
        return self.signed(json.dumps(told).encode(), "application/json")

    def interacts(self, payload: Mapping[str, Any]) -> Delivery:
        """One signed request of interactivity: a form with JSON in it."""
        body = urlencode({"payload": json.dumps(payload)}).encode()
        return self.signed(body, "application/x-www-form-urlencoded")

    def signed(self, body: bytes, media_type: str, time: int | None = None) -> Delivery:
        stamp = str(int(self.now()) if time is None else time)
        headers = {
            "content-type": media_type,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": self.sign(body, stamp),
        }
        return Delivery("/webhooks/slack", headers, body)

    def sign(self, body: bytes, stamp: str) -> str:
        signer = SignatureVerifier(self.signing_secret)
        return str(signer.generate_signature(timestamp=stamp, body=body))

    def who(self, contact: str) -> dict[str, Any]:
        """Where in an interaction and by whom."""
        return {
            "team": {"id": self.team, "domain": "school"},
            "user": {"id": f"U0{contact}", "name": "kept-out", "team_id": self.team},
            "channel": {"id": f"D0{contact}", "name": "directmessage"},
            "api_app_id": "A01",
        }

    def _stamp(self, number: int) -> str:
        return f"{int(self.now())}.{number:06}"

    # The Web API.

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        name = path.removeprefix(API_PATH)
        if method != "POST" or name not in ("chat.postMessage", "chat.postEphemeral"):
            return _error("unknown_method")
        token = headers.get("authorization", "")
        if not token:
            return _error("not_authed")
        if token != f"Bearer {self.bot_token}":
            return _error("invalid_auth")
        try:
            return self._post(json.loads(body), private=name == "chat.postEphemeral")
        except (ValueError, KeyError, TypeError, AttributeError):
            return _error("invalid_arguments")

    def _post(self, told: dict[str, Any], *, private: bool) -> Answer:
        channel, blocks, text = told["channel"], told.get("blocks", []), told.get("text", "")
        if channel in self.closed:
            return _error(self.closed[channel])
        if not channel.startswith(("D", "C", "G")):
            return _error("channel_not_found")
        if not text and not blocks:
            return _error("no_text")
        if len(text) > 40_000:
            return _error("msg_too_long")
        seen, choices = _read_blocks(blocks)
        if seen is None or len(blocks) > 50:
            return _error("invalid_blocks")
        contact = told["user"] if private else channel
        for entity, character in _SHOWN_AS.items():
            text = text.replace(entity, character)
        self.show(contact[2:], seen or text, choices)
        stamp = "message_ts" if private else "ts"
        sent = {"ok": True, "channel": channel, stamp: self._stamp(next(self._numbers))}
        return Answer(body=json.dumps(sent).encode())


def _read_blocks(
    blocks: list[dict[str, Any]],
) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """What the blocks show; None for the text where one of them is not as documented."""
    seen, choices = "", []
    for block in blocks:
        if block["type"] == "rich_text":
            for section in block["elements"]:
                parts = [part.get("text") or part.get("url") for part in section["elements"]]
                if section["type"] != "rich_text_section" or not all(parts):
                    return None, ()
                seen += "".join(parts)
        elif block["type"] == "actions":
            buttons = block["elements"]
            names = {button["action_id"] for button in buttons}
            if not 1 <= len(buttons) <= 25 or len(names) < len(buttons):
                return None, ()
            choices += [(button["text"]["text"], button["value"]) for button in buttons]
        else:
            return None, ()
    fit = all(1 <= len(label) <= 75 and len(value) <= 2000 for label, value in choices)
    return (seen, tuple(choices)) if fit else (None, ())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _error(code: str) -> Answer:
    return Answer(body=json.dumps({"ok": False, "error": code}).encode())

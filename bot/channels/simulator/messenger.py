"""Messenger on loopback: signs as Meta does, and checks what it is given as the Send API does.

https://developers.facebook.com/docs/messenger-platform/webhooks
https://developers.facebook.com/docs/messenger-platform/error-codes
The API's path is `/v26.0/me/messages`; a contact is a page-scoped id.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.channels.incoming import Media
from bot.channels.simulator.platform import Answer, Delivery, Platform

API_PATH = "/v26.0"
_TYPES = {
    Media.IMAGE: "image",
    Media.VOICE: "audio",
    Media.STICKER: "sticker",
    Media.LOCATION: "location",
    Media.CONTACT: "fallback",
    Media.FILE: "file",
}


class MessengerSimulator(Platform):
    """One page. Secrets are made up; `now` gives seconds since 1970."""

    name = "messenger"

    def __init__(self, page: str = "1040", now: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.page = page
        self.page_token = secrets.token_hex(16)
        self.app_secret = secrets.token_hex(16)
        self.verify_token = secrets.token_hex(8)
        self.unreachable: dict[str, tuple[int, int]] = {}  # contact -> code and subcode
        self.now = now
        self._numbers = itertools.count(1)

    # What people do.

    def says(self, contact: str, text: str) -> Delivery:
        return self.delivers(self.message(contact, {"text": text}))

    def presses(self, contact: str, label: str, token: str) -> Delivery:
        told = {"text": label, "quick_reply": {"payload": token}}
        return self.delivers(self.message(contact, told))

    def sends(self, contact: str, media: Media, caption: str = "") -> Delivery:
        return self.delivers(self.message(contact, attached(media, caption)))

    def starts(self, contact: str, ref: str = "") -> Delivery:
        """Get Started is tapped, after a link with `ref` where one is given."""
        told: dict[str, Any] = {"title": "Get Started", "payload": "GET_STARTED"}
        if ref:
            told["referral"] = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        return self.delivers(self.postback(contact, told))

    def edits(self, contact: str, text: str, times: int = 1) -> Delivery:
        """A message of earlier is changed for the `times`-th time, which may be five."""
        told = {"mid": f"m_earlier_{next(self._numbers)}", "text": text, "num_edit": times}
        return self.delivers({**self._event(contact), "message_edit": told})

    def says_at_once(self, *said: tuple[str, str]) -> Delivery:
        """Several messages, each of a contact, in one delivery."""
        return self.delivers(*(self.message(contact, {"text": text}) for contact, text in said))

    def blocks(self, contact: str) -> None:
        """From now on nothing can be sent there: (#551) this person isn't available."""
        self.unreachable[contact] = (551, 1545041)

    def stays_away(self, contact: str) -> None:
        """24 hours pass without a message: (#10) sent outside of the allowed window."""
        self.unreachable[contact] = (10, 2018278)

    # How it arrives.

    def message(self, contact: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """One messaging event with a message."""
        event = self._event(contact)
        return {**event, "message": {"mid": f"m_{event['timestamp']}", **told}}

    def postback(self, contact: str, told: Mapping[str, Any]) -> dict[str, Any]:
        event = self._event(contact)
        return {**event, "postback": {"mid": f"m_{event['timestamp']}", **told}}

    def delivers(self, *events: Mapping[str, Any]) -> Delivery:
        """One signed request with these events."""
        entry = {"id": self.page, "time": int(self.now() * 1000), "messaging": events}
        return self.signed(json.dumps({"object": "page", "entry": [entry]}).encode())

    def signed(self, body: bytes) -> Delivery:
        headers = {"content-type": "application/json", "x-hub-signature-256": self.sign(body)}
        return Delivery("/webhooks/messenger", headers, body)

    def sign(self, body: bytes) -> str:
        digest = hmac.new(self.app_secret.encode(), body, hashlib.sha256).hexdigest()
        return f"sha256={digest}"

    def handshake(self, challenge: str = "1158201444") -> Delivery:
        """What the console asks when the address is entered: a GET, without a body."""
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": self.verify_token,
        }
        return Delivery(f"/webhooks/messenger?{urlencode(query)}", {}, b"")

    def _event(self, contact: str) -> dict[str, Any]:
        moment = int(self.now() * 1000) + next(self._numbers)
        return {"sender": {"id": contact}, "recipient": {"id": self.page}, "timestamp": moment}

    # The Send API.

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        address = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(address.query).items()}
        token = headers.get("authorization", "").removeprefix("Bearer ")
        token = token or query.get("access_token", "")
        if method != "POST" or address.path != f"{API_PATH}/me/messages":
            return _error(100, 33, "Unsupported request")
        if token != self.page_token:
            return _error(190, 463, "Invalid OAuth access token.")
        proof = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if query.get("appsecret_proof") != proof:
            return _error(100, 0, "Invalid appsecret_proof provided in the API argument")
        try:
            return self._send(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError):
            return _error(100, 0, "Param message must be valid")

    def _send(self, told: dict[str, Any]) -> Answer:
        contact, message = told["recipient"]["id"], told["message"]
        text, replies = message["text"], message.get("quick_replies", [])
        if told["messaging_type"] != "RESPONSE":
            return _error(100, 2018276, "Invalid messaging type")
        if contact in self.unreachable:
            return _error(*self.unreachable[contact], "This person isn't available right now.")
        if not 1 <= len(text) <= 2000:
            return _error(100, 0, "Length of param message[text] must be 1 to 2000")
        if len(replies) > 13 or not all(_fits(reply) for reply in replies):
            return _error(100, 0, "Param message[quick_replies] is not valid")
        self.show(contact, text, tuple((each["title"], each["payload"]) for each in replies))
        sent = {"recipient_id": contact, "message_id": f"m_{secrets.token_hex(8)}"}
        return Answer(body=json.dumps(sent).encode())


def attached(media: Media, caption: str = "") -> dict[str, Any]:
    """A message with something in it, in the form that it has since August 2026."""
    payload = {"sticker_id": 369239263222822} if media is Media.STICKER else {}
    attachment = {
        "type": _TYPES[media],
        "payload": {"url": "https://cdn.fbsbx.com/never-fetched", "title": "kept out", **payload},
    }
    return {"attachments": [attachment], **({"text": caption} if caption else {})}


def _fits(reply: Mapping[str, Any]) -> bool:
    return (
        reply["content_type"] == "text"
        and 1 <= len(reply["title"]) <= 20
        and 1 <= len(reply["payload"]) <= 1000
    )


def _error(code: int, subcode: int, message: str) -> Answer:
    error = {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode}
    return Answer(400, json.dumps({"error": error}).encode())

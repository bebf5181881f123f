"""Telegram played on loopback: updates as its documentation shows them, and four of its methods.

https://core.telegram.org/bots/api. Descriptions of errors are in no page of it; those here are what
bots are told in use.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.channels.incoming import Media
from bot.channels.simulator.platform import Answer, Delivery, Platform

# What a person's app attaches; the ids and names in it are to be found nowhere in what we keep.
_FILE = {"file_id": "AgACAgIAAx-canary", "file_unique_id": "AQADcanary", "file_size": 51234}
_ATTACHED: dict[Media, tuple[str, Any]] = {
    Media.IMAGE: ("photo", [{**_FILE, "width": 90, "height": 51}]),
    Media.VOICE: ("voice", {**_FILE, "duration": 4, "mime_type": "audio/ogg"}),
    Media.STICKER: ("sticker", {**_FILE, "type": "regular", "emoji": "😀"}),
    Media.LOCATION: ("location", {"latitude": 51.123456, "longitude": -0.654321}),
    Media.CONTACT: ("contact", {"phone_number": "+15550100", "first_name": "Canary"}),
    Media.FILE: ("document", {**_FILE, "file_name": "canary.pdf", "mime_type": "application/pdf"}),
}
_WITH_CAPTION = {Media.IMAGE, Media.VOICE, Media.FILE}
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_PORTS = {None, 443, 80, 88, 8443}
_CHARACTERS = 4096
_CALLBACK = 64  # bytes


def problem(status: int, description: str, **parameters: int) -> Answer:
    """An error as the Bot API tells it."""
    told: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    if parameters:
        told["parameters"] = parameters
    return Answer(status, json.dumps(told).encode())


def too_many(seconds: int) -> Answer:
    """The answer to more messages than Telegram takes."""
    return problem(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


class TelegramSimulator(Platform):
    """Telegram with one bot. `contact` is the number of a private chat, which is the person's."""

    name = "telegram"

    def __init__(self, token: str, secret: str, language: str = "en") -> None:
        super().__init__()
        self.token = token
        self.secret = secret
        self.language = language
        self.webhook: dict[str, Any] = {"url": ""}
        self.last_error = ""
        self.acknowledged: list[str] = []
        self._blocked: set[str] = set()
        self._known: set[str] = set()
        self._queries: set[str] = set()
        self._number = 700_000_000
        self._seconds = 0

    def says(self, contact: str, text: str) -> Delivery:
        return self.updates(message=self.message(contact, text=text))

    def presses(
        self, contact: str, label: str, token: str, *, inaccessible: bool = False
    ) -> Delivery:
        """`inaccessible`: the message over the button is too old for Telegram to tell of it."""
        over: dict[str, Any] = {**self.message(contact, text=label), "from": self._bot()}
        if inaccessible:
            over = {"chat": over["chat"], "message_id": over["message_id"], "date": 0}
        query = f"{self._next()}4242"
        self._queries.add(query)
        return self.updates(
            callback_query={
                "id": query,
                "from": self.person(contact),
                "message": over,
                "chat_instance": "-7777",
                "data": token,
            }
        )

    def sends(self, contact: str, media: Media, caption: str = "") -> Delivery:
        """Raises ValueError for a caption where the apps have none."""
        if caption and media not in _WITH_CAPTION:
            raise ValueError("this kind has no caption")
        name, held = _ATTACHED[media]
        more = {"caption": caption} if caption else {}
        return self.updates(message=self.message(contact, **{name: held}, **more))

    def sends_album(self, contact: str, pictures: int, caption: str = "") -> list[Delivery]:
        """Pictures at once: an update each, of which the first has the caption."""
        group = {"photo": _ATTACHED[Media.IMAGE][1], "media_group_id": str(self._next())}
        captions: list[dict[str, str]] = [{"caption": caption} if caption else {}]
        captions += [{}] * (pictures - 1)
        messages = [self.message(contact, **group, **each) for each in captions]
        return [self.updates(message=each) for each in messages]

    def starts(self, contact: str, parameter: str = "") -> Delivery:
        """Start is pressed, after the link t.me/<bot>?start=<parameter> where there is one."""
        self._blocked.discard(contact)
        return self.says(contact, f"/start {parameter}".rstrip())

    def edits(self, contact: str, text: str) -> Delivery:
        changed = self.message(contact, text=text)
        return self.updates(edited_message={**changed, "edit_date": changed["date"] + 5})

    def says_in_group(self, group: str, contact: str, text: str) -> Delivery:
        return self.updates(message=self.message(contact, group=group, text=text))

    def adds_to_group(self, group: str, contact: str) -> Delivery:
        return self._member(self.group(group), contact, "left", "member")

    def blocks(self, contact: str) -> Delivery:
        self._blocked.add(contact)
        return self._member(self.private(contact), contact, "member", "kicked")

    def unblocks(self, contact: str) -> Delivery:
        self._blocked.discard(contact)
        return self._member(self.private(contact), contact, "kicked", "member")

    def _member(self, chat: dict[str, Any], contact: str, before: str, now: str) -> Delivery:
        return self.updates(
            my_chat_member={
                "chat": chat,
                "from": self.person(contact),
                "date": self._now(),
                "old_chat_member": {"user": self._bot(), "status": before},
                "new_chat_member": {"user": self._bot(), "status": now},
            }
        )

    def updates(self, **content: Any) -> Delivery:
        """An update of any kind: `updates(message=...)`."""
        body = json.dumps({"update_id": self._next(), **content}).encode()
        secret = {"X-Telegram-Bot-Api-Secret-Token": self.secret}
        headers = {"Content-Type": "application/json", **secret}
        return Delivery(f"/webhooks/{self.name}", headers, body)

    def message(self, contact: str, /, *, group: str = "", **content: Any) -> dict[str, Any]:
        """A Message of a person's; in their private chat, or in a group."""
        return {
            "message_id": self._next(),
            "from": self.person(contact),
            "chat": self.group(group) if group else self.private(contact),
            "date": self._now(),
            **content,
        }

    def person(self, contact: str) -> dict[str, Any]:
        return {**self._names(contact), "is_bot": False, "language_code": self.language}

    def private(self, contact: str) -> dict[str, Any]:
        self._known.add(contact)
        return {**self._names(contact), "type": "private"}

    def group(self, group: str) -> dict[str, Any]:
        self._known.add(group)
        return {"id": int(group), "title": "Canary class", "type": "supergroup"}

    def _names(self, contact: str) -> dict[str, Any]:
        return {"id": int(contact), "first_name": "Canary", "username": "canary_name"}

    def _bot(self) -> dict[str, Any]:
        return {"id": 42, "is_bot": True, "first_name": "Handrail", "username": "handrail_bot"}

    def _next(self) -> int:
        with self.lock:
            self._number += 1
            return self._number

    def _now(self) -> int:
        with self.lock:
            self._seconds = max(self._seconds + 1, int(time.time()))
            return self._seconds

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Parameters are taken from the query and from a JSON body; method names in any case."""
        split = urlsplit(path)
        token, _, called = split.path.removeprefix("/bot").partition("/")
        if not split.path.startswith("/bot") or not called:
            return problem(404, "Not Found")
        if token != self.token:
            return problem(401, "Unauthorized")
        methods = {
            "sendmessage": self._send_message,
            "answercallbackquery": self._answer_callback_query,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._get_webhook_info,
        }
        if called.lower() not in methods:
            return problem(404, "Not Found: method not found")
        given: dict[str, Any] = dict(parse_qsl(split.query))
        if body:
            if not headers.get("content-type", "").startswith("application/json"):
                return problem(400, "Bad Request: the simulator reads JSON alone")
            try:
                given |= json.loads(body)
            except (ValueError, TypeError):
                return problem(400, "Bad Request: can't parse JSON object")
        return methods[called.lower()](given)

    def _send_message(self, given: dict[str, Any]) -> Answer:
        chat, text = str(given.get("chat_id", "")), str(given.get("text", ""))
        rows = (given.get("reply_markup") or {}).get("inline_keyboard", [])
        buttons = [
            (str(b.get("text", "")), str(b.get("callback_data", ""))) for r in rows for b in r
        ]
        carried = [len(data.encode()) for _, data in buttons]
        long = len(text.encode("utf-16-le", "surrogatepass")) // 2 > _CHARACTERS
        wrongs = (
            (not chat, 400, "Bad Request: chat_id is empty"),
            (chat not in self._known, 400, "Bad Request: chat not found"),
            (chat in self._blocked, 403, "Forbidden: bot was blocked by the user"),
            (not text.strip(), 400, "Bad Request: message text is empty"),
            (long, 400, "Bad Request: message is too long"),
            ("parse_mode" in given, 400, "Bad Request: can't parse entities"),
            (not all(label for label, _ in buttons), 400, "Bad Request: a button has no text"),
            (
                any(not 1 <= n <= _CALLBACK for n in carried),
                400,
                "Bad Request: BUTTON_DATA_INVALID",
            ),
        )
        for wrong, status, description in wrongs:
            if wrong:
                return problem(status, description)
        self.show(chat, text.strip(), tuple(buttons))
        sent = {"message_id": self._next(), "date": self._now(), "from": self._bot(), "text": text}
        return _good({**sent, "chat": {"id": int(chat)}})

    def _answer_callback_query(self, given: dict[str, Any]) -> Answer:
        query = str(given.get("callback_query_id", ""))
        if query not in self._queries:
            return problem(400, "Bad Request: query is too old or query ID is invalid")
        self._queries.discard(query)
        self.acknowledged.append(query)
        return _good(True)

    def _set_webhook(self, given: dict[str, Any]) -> Answer:
        address, secret = urlsplit(str(given.get("url", ""))), str(given.get("secret_token", ""))
        if not address.geturl():
            return self._delete_webhook(given)
        if address.scheme != "https":
            return problem(400, "Bad Request: bad webhook: An HTTPS URL must be provided")
        if address.port not in _PORTS:
            return problem(400, "Bad Request: bad webhook: only ports 80, 88, 443 or 8443")
        if secret and not _SECRET.fullmatch(secret):
            return problem(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {
            "url": address.geturl(),
            "allowed_updates": given.get("allowed_updates", []),
            "max_connections": int(given.get("max_connections", 40)),
        }
        self.secret = secret
        return _good(True)

    def _delete_webhook(self, given: dict[str, Any]) -> Answer:
        self.webhook = {"url": ""}
        return _good(True)

    def _get_webhook_info(self, given: dict[str, Any]) -> Answer:
        failed = {"last_error_message": self.last_error, "last_error_date": self._now()}
        told = {**self.webhook, "has_custom_certificate": False, "pending_update_count": 0}
        return _good({**told, **(failed if self.last_error else {})})


def _good(result: Any) -> Answer:
    return Answer(body=json.dumps({"ok": True, "result": result}).encode())

"""The Content API with its list pickers: https://www.twilio.com/docs/content/content-api-resources"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.channels.simulator.platform import Answer

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
_LIST_LIMITS = {"item": 24, "id": 200, "description": 72}
_HERE = "https://content.twilio.com/v1/Content"


class Refusal(Exception):
    """What the API says no to: the code, and its words."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(code, message, status)

    def answer(self) -> Answer:
        """The error as Twilio words it."""
        code, message, status = self.args
        told = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        return Answer(status, json.dumps(told).encode())


class Contents:
    """The templates of an account; pages are smaller than Twilio's, so that they are turned."""

    def __init__(self, account: str, page_size: int = 4) -> None:
        self.known: dict[str, dict[str, Any]] = {}
        self._account = account
        self._page_size = page_size

    def create(self, sid: str, body: bytes) -> Answer:
        """POST /v1/Content. Raises Refusal."""
        try:
            asked = json.loads(body)
            items = asked["types"]["twilio/list-picker"]["items"]
            good = bool(asked["language"]) and 1 <= len(items) <= 10
            good &= all(set(item) == {"item", "id", "description"} for item in items)
        except (ValueError, KeyError, TypeError):
            good = False
        if not good:
            raise Refusal(20001, "Invalid content")
        made = {"variables": {}, **asked, "sid": sid, "account_sid": self._account}
        self.known[sid] = {**made, "url": f"{_HERE}/{sid}"}
        return Answer(201, json.dumps(self.known[sid]).encode())

    def page(self, number: int) -> Answer:
        """GET /v1/Content."""
        every = list(self.known.values())
        first, last = number * self._page_size, (number + 1) * self._page_size
        following = f"{_HERE}?PageSize={self._page_size}&Page={number + 1}&PageToken=DNHX"
        meta = {
            "key": "contents",
            "page": number,
            "page_size": self._page_size,
            "url": _HERE,
            "next_page_url": following if last < len(every) else None,
        }
        return Answer(200, json.dumps({"contents": every[first:last], "meta": meta}).encode())

    def rendered(self, sid: str, variables: str) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The text of a list, and its items with their ids. Raises Refusal."""
        if sid not in self.known:
            raise Refusal(21655, "The ContentSid Parameter is invalid")
        try:
            given = json.loads(variables)
        except ValueError:
            given = None
        if not isinstance(given, dict) or not all(v and isinstance(v, str) for v in given.values()):
            raise Refusal(21656, "The ContentVariables Parameter is invalid")
        template = self.known[sid]
        picker = _filled(
            template["types"]["twilio/list-picker"], {**template["variables"], **given}
        )
        items = picker["items"]
        too_long = len(picker["body"]) > 1024 or len(picker["button"]) > 20
        for name, room in _LIST_LIMITS.items():
            too_long |= any(len(item[name]) > room for item in items)
        if too_long or len({item["id"] for item in items}) < len(items):
            raise Refusal(63021, "Channel invalid content error")
        return picker["body"], tuple((item["item"], item["id"]) for item in items)


def _filled(template: Any, values: Mapping[str, str]) -> Any:
    """A template with its variables put in."""
    if isinstance(template, str):
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)
    if isinstance(template, list):
        return [_filled(each, values) for each in template]
    return {name: _filled(each, values) for name, each in template.items()}

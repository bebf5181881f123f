"""Pages that answered a form, each under an address of its own.

A form is answered by a redirect to such an address (POST, redirect, GET): a browser then keeps no
body of a form in its history or on its disk, also when somebody goes back or loads the page again.
They are in the memory of this process alone and gone after a while, or with their conversation.
"""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from bot.page.form import new_key
from bot.page.views import View

MOST = 2000  # pages; beyond, the oldest go


class AnsweredPages:
    """Views by unguessable names. `seconds` is how long each is kept."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._pages: OrderedDict[str, tuple[float, View]] = OrderedDict()

    def put(self, view: View) -> str:
        """Keep a view; its key stays the same however often it is read."""
        self._expire()
        name = secrets.token_urlsafe(16)
        self._pages[name] = (self._now() + self._seconds, replace(view, key=view.key or new_key()))
        while len(self._pages) > MOST:
            self._pages.popitem(last=False)
        return name

    def get(self, name: str | None) -> View | None:
        """The view of a name, or None."""
        self._expire()
        found = self._pages.get(name or "")
        return found[1] if found else None

    def forget(self, token: str) -> None:
        """Drop every page of a conversation."""
        for name in [name for name, (_, view) in self._pages.items() if view.token == token]:
            del self._pages[name]

    def _expire(self) -> None:
        while self._pages and next(iter(self._pages.values()))[0] <= self._now():
            self._pages.popitem(last=False)

"""How the three pages are spoken to and where their answer appears."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page

from benchmarks.page.serving import ANSWER

MESSAGE = "hello there"
PATIENCE = 6000  # milliseconds
# Longer than the message with the words around it: an answer has come.
ANSWERED = len(MESSAGE) + 30


class NoAnswer(Exception):
    """The message could not be sent or nothing came back."""


@dataclass(frozen=True)
class Widget:
    """`say` sends MESSAGE and returns where its answer appears. Raises NoAnswer or an Error of
    Playwright."""

    name: str
    say: Callable[[Page], Locator]
    strict: str  # path of the page under the strict policy
    untyped: str | None  # and without the Trusted Types of it; None: it has no such page
    address: str = ""


def _ours(page: Page) -> Locator:
    log = page.locator("#log")
    before = len(log.text_content() or "")
    page.fill("#text", MESSAGE)
    page.keyboard.press("Enter")
    limit = time.monotonic() + PATIENCE / 1000
    while len(log.text_content() or "") < before + ANSWERED:
        if time.monotonic() > limit:
            raise NoAnswer
        page.wait_for_timeout(50)
    return log


def _deep_chat(page: Page) -> Locator:
    page.locator("deep-chat #text-input").click(timeout=PATIENCE)
    page.keyboard.type(MESSAGE)
    page.keyboard.press("Enter")
    return _answer(page)


def _rasa_webchat(page: Page) -> Locator:
    page.locator(".rw-launcher").click(timeout=PATIENCE)
    page.locator(".rw-new-message").fill(MESSAGE, timeout=PATIENCE)
    page.keyboard.press("Enter")
    return _answer(page)


def _answer(page: Page) -> Locator:
    answer = page.get_by_text(ANSWER).last
    answer.wait_for(timeout=PATIENCE)
    return answer


OURS = Widget("Handrail", _ours, strict="/", untyped=None)
DEEP_CHAT = Widget("deep-chat 2.4.2", _deep_chat, strict="/strict", untyped="/untyped")
RASA_WEBCHAT = Widget("rasa-webchat 1.0.1", _rasa_webchat, strict="/strict", untyped="/untyped")

"""The buttons of a page and what they said, worked out from the release and from nothing typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.release import Release
from bot.content.render import MessageButton, RenderContext, fill
from bot.gateway.replies import OutgoingMessage


@dataclass(frozen=True)
class Choice:
    """A button of the form: `name` is button or start."""

    name: str
    value: str
    label: str


def start_choices(buttons: Iterable[MessageButton]) -> list[Choice]:
    """The welcome's buttons for a person who has no conversation yet."""
    return [Choice("start", button.payload.removeprefix("/"), button.label) for button in buttons]


def repeated(messages: Iterable[OutgoingMessage]) -> frozenset[str]:
    """Labels of buttons that mean another thing under each message: they stay with theirs."""
    count = Counter(button.label for message in messages for button in message.buttons)
    return frozenset(label for label, times in count.items() if times > 1)


def offered(messages: Sequence[OutgoingMessage]) -> list[Choice]:
    """The buttons of an answer that stand below it; element/chat.ts does the same."""
    elsewhere = repeated(messages)
    return [
        Choice("button", button.token, button.label)
        for message in messages
        for button in message.buttons
        if button.label not in elsewhere
    ]


def pressed_start(choices: Sequence[Choice], situation: str | None) -> tuple[int, str] | None:
    """Place and label of the welcome's button for a situation, or None: it has no such button."""
    for place, choice in enumerate(choices):
        if choice.value == situation:
            return place, choice.label
    return None


def label_of(release: Release, locale: str, pressed: dict[str, Any]) -> str | None:
    """What a pressed button said, where every audience reads the same; otherwise None."""
    payload = str(pressed["payload"])
    titles = {
        button.title
        for edition in release.editions_of(str(pressed["script"]), locale)
        for button in edition.buttons
        if button.payload == payload
    } or {edition.text for edition in release.editions_of(f"utter_choice_{payload[1:]}", locale)}
    if len(titles) != 1:
        return None
    return fill(release, titles.pop(), locale, RenderContext(locale=locale))

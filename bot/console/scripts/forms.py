"""The form of a text: words, buttons, claims, cards; numbers come by picking a helper alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.console.workflow.editions import Content
from bot.console.workflow.people import Refused
from bot.content.checks.material import Material
from bot.content.scripts import Button

MORE_BUTTONS = 2  # empty lines for new ones
MOST_BUTTONS = 12


def content_from(form: MultiDict[str, str], material: Material, before: Content) -> Content:
    """What the editor wrote; what was ticked `before` keeps its order.

    Raises Refused for a claim or list of cards that does not exist.
    """
    titles, payloads = form.getlist("title"), form.getlist("payload")
    buttons = [
        Button(title=title.strip(), payload=payload)
        for title, payload in zip(titles, payloads, strict=False)
        if title.strip()
    ][:MOST_BUTTONS]
    if any(not button.payload for button in buttons):
        raise Refused("Choose what each button does.")
    return Content(
        body=_text(form.get("body", "")),
        buttons=tuple(buttons),
        says=_known(_ordered(form, "says", before), material.claims, "claim"),
        handoffs=_known(
            _ordered(form, "handoffs", before), material.directory.handoffs, "list of cards"
        ),
        resources=_ordered(form, "resources", before),
        sources=tuple(filter(None, map(str.strip, form.get("sources", "").splitlines()))),
    )


def _ordered(form: MultiDict[str, str], name: str, before: Content) -> tuple[str, ...]:
    """A page ticks boxes in the order of the alphabet; cards are shown in the order of a list."""
    ticked = dict.fromkeys(form.getlist(name))
    kept = [each for each in getattr(before, name) if each in ticked]
    return tuple(dict.fromkeys((*kept, *ticked)))


def _text(body: str) -> str:
    """As scripts are kept: no carriage returns, nothing around it."""
    return body.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()


def _known(given: Iterable[str], known: Iterable[str], what: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(given))
    for name in chosen:
        if name not in known:
            raise Refused(f"There is no {what} {name}.")
    return chosen


def payloads_of(editions: Iterable[Any]) -> list[str]:
    """Everything that a button of a live text does."""
    return sorted({button.payload for item in editions for button in item.buttons})

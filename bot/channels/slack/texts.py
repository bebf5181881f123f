"""Slack's written form of a text, both ways: what a person sees, and what the API takes.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

_MARKUP = re.compile(r"<([^<>]*)>|&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}


def as_seen(text: str) -> str:
    """`<https://x.org|x>` as `x`, `&lt;` as `<`. Names of people are not read: `<@U1>` is `@`."""
    return _MARKUP.sub(_seen, text)


def _seen(found: re.Match[str]) -> str:
    if found[2]:
        return _ENTITIES[found[2]]
    address, _, label = found[1].partition("|")
    if address.startswith("@"):
        return "@"
    if address.startswith("#"):
        label = f"#{label}"
    elif address.startswith("!") and not label:
        label = "@" + address[1:].partition("^")[0]
    return as_seen(label or address.removeprefix("mailto:").removeprefix("tel:"))


def escaped(text: str) -> str:
    """The three characters that Slack would read as its own."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

"""What a matcher sees in a text."""

from __future__ import annotations

from bot.crisis import CrisisMatcher


def intent_of(matcher: CrisisMatcher, text: str) -> str | None:
    """The crisis intent, or None."""
    found = matcher.match(text)
    return found.intent if found else None

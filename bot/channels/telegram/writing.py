"""Bubbles as bodies of sendMessage: plain text, no preview, one button a row.

https://core.telegram.org/bots/api#sendmessage and #inlinekeyboardbutton. There is no parse_mode, so
that `*`, `_` and `<` arrive as typed, and nothing is kept from being copied or forwarded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.channels.channel import Piece
from bot.channels.wording import Bubble, Choice

CHARACTERS = 4096  # sendMessage, `text`
CALLBACK_BYTES = 64  # InlineKeyboardButton, `callback_data`
# Known from use alone: no page of the Bot API names how many buttons there may be. Neither has a
# label a documented length; 40 characters are about what a phone shows on a button of its own row.
BUTTONS = 100
LABEL = 40


def pieces(bubbles: Sequence[Bubble]) -> list[Piece]:
    """Raises ValueError for a token that no button carries."""
    return [piece for bubble in bubbles for piece in _pieces(bubble)]


def _pieces(bubble: Bubble) -> Iterator[Piece]:
    texts = [part for part in _parts(bubble.text) if part.strip()]
    if bubble.choices and not texts:
        texts = [bubble.choose or "…"]  # Telegram refuses buttons without a text
    for place, text in enumerate(texts):
        piece: dict[str, Any] = {"text": text, "link_preview_options": {"is_disabled": True}}
        if bubble.choices and place == len(texts) - 1:
            rows = [[_button(choice)] for choice in bubble.choices]
            piece["reply_markup"] = {"inline_keyboard": rows}
        yield piece


def _button(choice: Choice) -> dict[str, str]:
    if not 1 <= len(choice.token.encode()) <= CALLBACK_BYTES:
        raise ValueError(f"a button carries 1-{CALLBACK_BYTES} bytes")
    return {"text": choice.shown, "callback_data": choice.token}


def _parts(text: str) -> Iterator[str]:
    """A text as it is, unless it is too long in UTF-16: whether Telegram counts an emoji as one or
    two is told differently, and two is safe."""
    while (room := _room(text)) < len(text):
        found = (text.rfind(mark, room // 3, room) for mark in ("\n\n", "\n", " "))
        cut = next((place for place in found if place > 0), room)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    yield text


def _room(text: str) -> int:
    """How many signs of a text, from its beginning, are CHARACTERS units of UTF-16 at most."""
    units = 0
    for place, sign in enumerate(text):
        units += 2 if ord(sign) > 0xFFFF else 1
        if units > CHARACTERS:
            return place
    return len(text)

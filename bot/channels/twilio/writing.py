"""Bubbles as Twilio's Messages API takes them.

`body` holds at most 1,600 characters on both channels (the API's reference, error 21617). A list
picker holds 1,024 of text, 24 of an item, 72 of its description, 200 of its id, 20 on the button
(https://www.twilio.com/docs/content/twiliolist-picker; the 20 are WhatsApp's own). Its values go in
as variables of a template, and none may be empty (error 21656).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.channels.channel import Piece
from bot.channels.twilio.reading import SMS, WHATSAPP
from bot.channels.twilio.segments import smart
from bot.channels.wording import Bubble, Choice, Style

LONGEST = 1600
LIST_TEXT, LIST_BUTTON, LIST_ITEM, LIST_ABOUT, LIST_ID = 1024, 20, 24, 72, 200
MOST_ITEMS = 10
# 670 characters are 10 parts of an SMS in UCS-2, and 5 in GSM-7: more is lost on some networks.
SMS_CHARACTERS = 670
_NOT_SHOWN = "\u200b"
# Signs that WhatsApp takes for formatting because they come in pairs; links are left alone.
_FORMATTING = re.compile(r"(https?://\S+)|(?<!\w)([*_~]|`{1,3})(?=\S[^\n]*\2)")


def styles_for(lists: Mapping[int, str]) -> dict[str, Style]:
    """WhatsApp has buttons where there are templates for lists; SMS never has."""
    plain = Style(SMS_CHARACTERS, SMS_CHARACTERS, 0, 0)
    if not lists:
        return {SMS: plain, WHATSAPP: Style(LONGEST, LONGEST, 0, 0)}
    most = min(max(lists), MOST_ITEMS)
    return {SMS: plain, WHATSAPP: Style(LONGEST, LIST_TEXT, most, LIST_ITEM)}


def write(channel: str, bubbles: Sequence[Bubble], lists: Mapping[int, str]) -> list[Piece]:
    """Each bubble is one piece: {body}, or {content, variables} for a list."""
    return [_piece(channel, bubble, lists) for bubble in bubbles]


def _piece(channel: str, bubble: Bubble, lists: Mapping[int, str]) -> Piece:
    template = lists.get(len(bubble.choices)) if channel == WHATSAPP and bubble.choices else None
    if template:
        return {"content": template, "variables": _variables(bubble)}
    text = _with_numbers(bubble)
    return {"body": _within(smart(text) if channel == SMS else as_typed(text), text, LONGEST)}


def _with_numbers(bubble: Bubble) -> str:
    """The text and its choices as lines; a choice that shows its number has its line already."""
    lines = [f"{each.number}. {each.label}" for each in bubble.choices if each.shown == each.label]
    if not lines:
        return bubble.text
    return "\n\n".join((bubble.text, "\n".join((bubble.choose, *lines)).lstrip()))


def _variables(bubble: Bubble) -> dict[str, str]:
    """1 the text, 2 the word on the button, then item, id and description of each choice."""
    text = _within(as_typed(bubble.text), bubble.text, LIST_TEXT)
    values = {"1": text or bubble.choose, "2": _cut(bubble.choose, LIST_BUTTON)}
    for place, choice in enumerate(bubble.choices, start=1):
        item, identity, about = item_variables(place)
        values[item] = _cut(choice.shown, LIST_ITEM)
        values[identity] = choice.token
        values[about] = _cut(_about(choice), LIST_ABOUT)
    return values


def item_variables(place: int) -> tuple[str, str, str]:
    """The names of the variables of one item, counted from 1."""
    return str(3 * place), str(3 * place + 1), str(3 * place + 2)


def _about(choice: Choice) -> str:
    """The smaller line of an item: the label of a number, or the number that may be typed."""
    return choice.label if choice.shown != choice.label else str(choice.number)


def as_typed(text: str) -> str:
    """The text with nothing for WhatsApp to format: a sign without width parts the pairs."""
    return _FORMATTING.sub(lambda found: found[1] or found[2] + _NOT_SHOWN, text)


def _within(made: str, text: str, room: int) -> str:
    """What was made of a text, unless it would become too long; then the text itself."""
    return made if len(made) <= room else text


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"

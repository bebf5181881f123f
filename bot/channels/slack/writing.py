"""Bubbles as messages of chat.postMessage: a rich text block, and an actions block with buttons.

A rich text block shows its texts as they are, so that `*` or `_` of a script is not formatting, and
has links as elements of their own; Slack prefers it to mrkdwn:
https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
Limits: 25 buttons (https://docs.slack.dev/reference/block-kit/blocks/actions-block), on each 75
characters, 2,000 in its value and 255 in its action_id
(https://docs.slack.dev/reference/block-kit/block-elements/button-element). Slack names no limit for
rich text; ours is the 3,000 characters of a section's text.
"""

from __future__ import annotations

import re
from typing import Any

from bot.channels.channel import Piece
from bot.channels.slack.texts import escaped
from bot.channels.wording import Bubble, Choice, Style

STYLE = Style(characters=3000, characters_with_buttons=3000, buttons=25, label=75)
ACTION = "choice-"  # how the action_id of every button of ours begins

_LINK = re.compile(r"https?://[^\s<>\"]*[^\s<>\"'.,;:!?)\]]")


def written(bubble: Bubble) -> Piece:
    """One bubble. `text` is what a notification shows and a screen reader reads.

    Without it Slack makes one of the blocks, which would tell a lock screen the same. A neutral one
    would keep screen readers from the message, and nobody has vetted such a sentence.
    """
    blocks: list[dict[str, Any]] = [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": _elements(bubble.text)}],
        }
    ]
    if bubble.choices:
        buttons = [_button(choice) for choice in bubble.choices]
        blocks.append({"type": "actions", "elements": buttons})
    return {
        "text": escaped(bubble.text),
        "blocks": blocks,
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _elements(text: str) -> list[dict[str, str]]:
    elements: list[dict[str, str]] = []
    place = 0
    for found in _LINK.finditer(text):
        if found.start() > place:
            elements.append({"type": "text", "text": text[place : found.start()]})
        elements.append({"type": "link", "url": found[0]})
        place = found.end()
    if place < len(text):
        elements.append({"type": "text", "text": text[place:]})
    return elements


def _button(choice: Choice) -> dict[str, Any]:
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": choice.shown, "emoji": False},
        "action_id": f"{ACTION}{choice.number}",
        "value": choice.token,
    }

"""Bubbles as messages of the Send API, with choices as quick replies.

Limits: a text of 2,000 characters, 13 quick replies, 20 characters on one and 1,000 in its payload.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/quick-replies
Two things that the Send API has no switch for: previews of links, and formatting. A mark such as
`*` goes out as it is; an invisible character beside it would break the links that we send.
"""

from __future__ import annotations

from bot.channels.channel import Piece
from bot.channels.wording import Bubble, Style

STYLE = Style(characters=2000, characters_with_buttons=2000, buttons=13, label=20, only_last=True)


def written(bubble: Bubble) -> Piece:
    """One bubble as `message` of a request."""
    if not bubble.choices:
        return {"text": bubble.text}
    return {
        "text": bubble.text,
        "quick_replies": [
            {"content_type": "text", "title": choice.shown, "payload": choice.token}
            for choice in bubble.choices
        ],
    }

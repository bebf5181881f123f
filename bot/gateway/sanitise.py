"""What a person typed, made safe to hand on: no control characters, no command, no flood."""

from __future__ import annotations

import re
import unicodedata

# Twice the largest text limit: whoever reads on cuts further (the crisis matcher reads it all).
LONGEST = 8000
# More than any script stacks on one letter; a longer pile takes quadratic time to put in order.
MOST_MARKS = 8
# Halfwidth signs that are letters by category and marks once they are normalised.
_LATE_MARKS = {"\uff9e", "\uff9f"}
_LINE_ENDS = re.compile(r"[\r\n\t\u2028\u2029\u0085]+")
_MEDIA = re.compile(
    r"[\[<(]\s*(?:photo|picture|image|pic|screenshot|video|gif|sticker|audio|voice message|file"
    r"|media|foto|imagen|captura|nota de voz|archivo|documento|attachment)"
    r"(?: omitted| omitida)?\s*[\])>]",
    re.IGNORECASE,
)
# Every kind of space: Rasa strips them all before it looks for a slash.
_COMMAND_START = re.compile(r"^[\s/\u200c\u200d]+")
# Marks and signs that join or change what stands before them keep a person's script intact.
_KEPT_FORMAT = {"\u200d", "\u200c"}


def clean(text: str) -> str:
    """Compatibility-normalised text without control characters, lone surrogates or piled marks.

    Of a long text the beginning and the end, `LONGEST` characters in all. Rasa obeys a text that
    begins with a slash, so leading slashes fall away; the rest is typed text. Linear in the length.
    """
    text = text.encode("utf-16", "replace").decode("utf-16")
    text = capped(_readable(_LINE_ENDS.sub(" ", text)), LONGEST)
    text = unicodedata.normalize("NFKC", text)
    # One sign may have become eighteen.
    return capped(_COMMAND_START.sub("", text).strip(), LONGEST)


def _readable(text: str) -> str:
    """Without control characters, and with no more than MOST_MARKS marks in a row."""
    kept: list[str] = []
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)[0]
        if category == "C" and sign not in _KEPT_FORMAT:
            continue
        marks = marks + 1 if category == "M" or sign in _LATE_MARKS else 0
        if marks <= MOST_MARKS:
            kept.append(sign)
    return "".join(kept)


def names_media(text: str) -> bool:
    """Whether a text only stands in for a picture or file, as apps and exports write it."""
    return _MEDIA.fullmatch(text) is not None


def capped(text: str, limit: int) -> str:
    """The beginning and the end of a long text: `limit` characters in all."""
    if len(text) <= limit:
        return text
    tail = limit * 3 // 10
    return f"{text[: limit - tail - 1]} {text[-tail:]}"

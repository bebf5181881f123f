"""What a person typed, made safe to hand on: no control characters, no command, no flood."""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile(r"[\r\n\t\u2028\u2029\u0085]+")
# Every kind of space: Rasa strips them all before it looks for a slash.
_COMMAND_START = re.compile(r"^[\s/\u200c\u200d]+")
# Marks and signs that join or change what stands before them keep a person's script intact.
_KEPT_FORMAT = {"\u200d", "\u200c"}


def clean(text: str) -> str:
    """Compatibility-normalised text without control characters or lone surrogates.

    Rasa obeys a text that begins with a slash, so leading slashes fall away; the rest is typed
    text. Linear in the length.
    """
    text = unicodedata.normalize("NFKC", text.encode("utf-16", "replace").decode("utf-16"))
    text = _LINE_ENDS.sub(" ", text)
    kept = [c for c in text if unicodedata.category(c)[0] != "C" or c in _KEPT_FORMAT]
    return _COMMAND_START.sub("", "".join(kept)).strip()


def capped(text: str, limit: int) -> str:
    """The beginning and the end of a long text: `limit` characters in all."""
    if len(text) <= limit:
        return text
    tail = limit * 3 // 10
    return f"{text[: limit - tail - 1]} {text[-tail:]}"

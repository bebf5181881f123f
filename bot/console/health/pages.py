"""What a page is about, as a hash that dates, counters and news do not change."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator

_SILENT = {"script", "style", "noscript", "template", "svg"}
_NAMING = {"title", "h1"}  # lower headings are often news
_WORD = re.compile(r"[^\W\d_]+")
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _SILENT}
_OVERLONG = re.compile(r"&#x?[0-9a-f]{9,};?", re.IGNORECASE)  # no character has such a number


def page_hash(body: bytes, content_type: str) -> str | None:
    """sha256 (hex) of the words of title and main headings, or of the page where it has none.

    None for what is no page of HTML, or has no words. Never raises.
    """
    if "html" not in content_type.lower():
        return None
    found = _CHARSET.search(content_type)
    try:
        text = body.decode(found[1] if found else "utf-8", errors="replace")
    except (LookupError, ValueError):  # an encoding that is none, or not one of text
        text = body.decode("utf-8", errors="replace")
    pieces = list(_pieces(text))
    words = _words(piece for piece, naming in pieces if naming) or _words(
        piece for piece, _ in pieces
    )
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if words else None


def _pieces(page: str) -> Iterator[tuple[str, bool]]:
    """Texts between tags, each with whether it names the page.

    Reads from left to right only: html.parser takes hours over half a megabyte of open tags, and
    stops with an error at some that are not closed.
    """
    naming: str | None = None
    at = 0
    while (start := page.find("<", at)) >= 0:
        yield page[at:start], naming is not None
        tag = _TAG.match(page, start)
        if tag is None and page[start + 1 : start + 2] not in ("!", "?", "/"):
            at = start + 1  # a sign like any other
            continue
        mark = "-->" if page.startswith("<!--", start) else ">"
        end = page.find(mark, start + 1)
        if end < 0:
            return  # it is never closed: nothing behind it is text
        at = end + len(mark)
        if tag is None:
            continue
        closing, name = tag[1], tag[2].lower()
        if name in _NAMING:
            naming = (naming if naming != name else None) if closing else naming or name
        elif name in _SILENT and not closing and page[end - 1] != "/":
            over = _ENDS[name].search(page, at)
            if over is None:
                return
            at = over.start()
    yield page[at:], naming is not None


def _words(pieces: Iterator[str]) -> list[str]:
    text = html.unescape(_OVERLONG.sub(" ", " ".join(pieces)))
    return _WORD.findall(text.casefold())

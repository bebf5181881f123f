"""What a page is about, as a hash that dates, counters and news do not change."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser

_SILENT = {"script", "style", "noscript", "template", "svg"}
_NAMING = {"title", "h1"}  # lower headings are often news
_WORD = re.compile(r"[^\W\d_]+")
_CHARSET = re.compile(r"charset=[\"']?([\w.:-]+)", re.IGNORECASE)


class _Reader(HTMLParser):
    """Collects the words of the title and the first headings, and those of the whole page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.naming: list[str] = []
        self.all: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT | _NAMING:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            del self._inside[self._inside.index(tag) :]

    def handle_data(self, data: str) -> None:
        if _SILENT & {*self._inside}:
            return
        self.all.append(data)
        if self._inside:
            self.naming.append(data)


def page_hash(body: bytes, content_type: str) -> str | None:
    """sha256 (hex) of the words of title and main headings, or of the page where it has none.

    None for what is no page of HTML, or has no words.
    """
    if "html" not in content_type.lower():
        return None
    found = _CHARSET.search(content_type)
    try:
        text = body.decode(found[1] if found else "utf-8", errors="replace")
    except LookupError:
        text = body.decode("utf-8", errors="replace")
    reader = _Reader()
    reader.feed(text)
    reader.close()
    words = _words(reader.naming) or _words(reader.all)
    return hashlib.sha256(" ".join(words).encode()).hexdigest() if words else None


def _words(pieces: list[str]) -> list[str]:
    return _WORD.findall(" ".join(pieces).casefold())

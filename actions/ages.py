"""A bare age in an answer to who it is about or how old somebody is: "me. 15", "16, from rugby"."""

from __future__ import annotations

import re

_FIRST = re.compile(
    r"^\W*(?:(?:its |it is )?me|yo|soy yo|es sobre mi|es de mi|de mi)?[\s.,;:!-]*(\d{1,2})"
    r"(?=\W*$|[.,;!)]|\s+(?:yo|y/o|yrs?|years?|a\u00f1os|anos|and|y|f|m|tengo|going|almost|casi)\b)",
    re.IGNORECASE,
)
_LAST = re.compile(r"\b(?:so|im|i'm|tengo|soy|me|yo)[\s,]+(\d{1,2})\W*$", re.IGNORECASE)
YOUNGEST, OLDEST = 5, 99


def bare_age(text: str) -> int | None:
    """The years that a short answer gives, None where it gives none."""
    found = _FIRST.search(text) or _LAST.search(text)
    years = int(found[1]) if found else 0
    return years if YOUNGEST <= years <= OLDEST else None

"""What a followed link says: https://m.me/PAGE?ref=es_teen_MX, parts parted by `_` or `-`."""

from __future__ import annotations

import re

AUDIENCES = frozenset({"teen", "friend", "parent", "adult", "educator"})
_PARTS = re.compile(r"[_-]")
_LOCALE = re.compile(r"[a-z]{2}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def followed(ref: str) -> dict[str, str]:
    """`audience`, `locale` (two small letters) and `country` (two capitals), each where named."""
    told: dict[str, str] = {}
    for part in _PARTS.split(ref):
        if part.lower() in AUDIENCES:
            told.setdefault("audience", part.lower())
        elif _LOCALE.fullmatch(part):
            told.setdefault("locale", part)
        elif _COUNTRY.fullmatch(part):
            told.setdefault("country", part)
    return told

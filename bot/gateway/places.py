"""Languages and countries as programs and browsers write them, brought to the form used here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import lru_cache

from bot.content.labels import DEFAULT, Labels
from bot.gateway.commands import plain

_COUNTRY = re.compile(r"[A-Z]{2}")


def country_code(given: str | None) -> str | None:
    """The two letters of an ISO 3166 code in capitals; None for anything else."""
    code = (given or "").strip()
    # ASCII first: "ß" is one letter whose capitals are two.
    return code.upper() if code.isascii() and _COUNTRY.fullmatch(code.upper()) else None


def country_named(said: str, labels: Iterable[Labels]) -> str | None:
    """The code of a country when a text is its name alone, in any language of the release.

    The page says the name that somebody chose from its list; a sentence is left to the worker.
    """
    text = plain(said)
    found = (
        code
        for each in labels
        for code, name in each.country.items()
        if code != DEFAULT and _folded(name) == text
    )
    return next(found, None)


# Names of our own list alone: what a person typed is kept in no cache.
_folded = lru_cache(maxsize=None)(plain)


def known_locale(given: str | None, offered: Collection[str]) -> str | None:
    """The language of "en-US" or "es_MX" when it is offered; None for anything else."""
    language = re.split("[-_]", (given or "").strip(), maxsplit=1)[0].lower()
    return language if language in offered else None

"""A draft in a release that is only in memory: nothing of it is signed, stored or sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.content.release import Release
from bot.content.scripts import PLACEHOLDERS, Edition, stray_braces

_UNWRITABLE = re.compile("[\ud800-\udfff]")  # surrogates: no UTF-8 holds one alone
Index = dict[tuple[str, str], tuple[Edition, ...]]


def release_with(release: Release, edition: Edition) -> Release:
    """The release with an edition in its place, at the end where the place was empty."""
    place = _place(edition)
    editions = [edition if _place(each) == place else each for each in release.editions]
    if edition not in editions:
        editions.append(edition)
    index: Index = {}
    for each in editions:
        key = (each.script, each.locale)
        index[key] = (*index.get(key, ()), each)
    draft = any(each.reviewed is None for each in editions)
    return replace(release, draft=draft, editions=tuple(editions), _index=index)


def unfit(release: Release, edition: Edition) -> Iterator[str]:
    """Why no release could hold an edition, in words; nothing where one could."""
    if any(
        _UNWRITABLE.search(text) for text in (edition.text, *(b.title for b in edition.buttons))
    ):
        yield "A sign in it is half of one and cannot be written."
    if not edition.text.strip():
        yield "There is no text."
    if not all(button.title.strip() for button in edition.buttons):
        yield "A button has no label."
    if any(stray_braces(text) for text in (edition.text, *(b.title for b in edition.buttons))):
        yield f"Only these may stand in braces: {', '.join(sorted(PLACEHOLDERS))}."
    if edition.locale not in release.labels:
        yield f"There is no release in {edition.locale}."
    directory = release.directory
    for name in edition.resources:
        if name not in directory.resources:
            yield f"There is no helper {name}."
    for name in edition.handoffs:
        if name not in directory.handoffs:
            yield f"There is no list of helpers {name}."


def _place(edition: Edition) -> tuple[str | None, ...]:
    """What tells an edition from the others of its script; an empty condition is none."""
    conditions = (edition.audience or None, edition.channel or None, edition.country or None)
    return (edition.script, edition.locale, *conditions)

"""What one release says otherwise than the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from sqlalchemy import Connection, select

from bot.console.current import desk
from bot.console.scripts.differences import Part, difference, told
from bot.console.workflow.editions import release
from bot.console.workflow.in_force import release_by
from bot.content.release import Release, ReleaseRefused
from bot.content.scripts import Edition


@dataclass(frozen=True)
class Change:
    """One text or helper that is said otherwise: new, gone or changed."""

    name: str
    kind: str
    parts: list[Part]
    told: str


def compared(connection: Connection, version: int) -> list[Change] | None:
    """The changes of a release; None where one of the two cannot be verified or none is before."""
    columns = release.c.version, release.c.digest
    query = select(*columns).where(release.c.version <= version)
    rows = connection.execute(query.order_by(release.c.version.desc()).limit(2)).all()
    if len(rows) < 2:
        return None
    key = desk().key.public_key()
    try:
        after, before = (release_by(desk().engine, key, *row) for row in rows)
    except ReleaseRefused:
        return None
    return changes(before, after)


def changes(before: Release, after: Release) -> list[Change]:
    """What differs, scripts first, then helpers."""
    old, new = _said(before), _said(after)
    found: list[Change] = []
    for name in dict.fromkeys(chain(new, old)):
        if old.get(name) == new.get(name):
            continue
        kind = "new" if name not in old else "gone" if name not in new else "changed"
        parts = difference(old.get(name, ""), new.get(name, ""))
        found.append(Change(name, kind, parts, told(parts)))
    return found


def _said(one: Release) -> dict[str, str]:
    said = {_name(edition): _text(edition) for edition in one.editions}
    for helper in one.directory.resources.values():
        numbers = [contact.display for contact in (helper.phone, helper.sms) if contact]
        parts = (
            helper.name,
            *helper.what.values(),
            helper.url or "no link",
            *numbers,
            helper.verified,
        )
        said[f"helper {helper.id}"] = "\n".join(parts)
    return said


def _name(edition: Edition) -> str:
    return " ".join((edition.script, edition.locale, *edition.conditions.values()))


def _text(edition: Edition) -> str:
    lines = [edition.text, *(f"[{button.title}]" for button in edition.buttons)]
    cards = (*edition.handoffs, *edition.resources)
    return "\n".join((*lines, *((f"Cards: {', '.join(cards)}",) if cards else ())))

"""What a release is made of: live editions, holding texts, helpers; nothing unchecked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Connection, Row, func, select

from bot.console.workflow.editions import (
    PLACE,
    as_edition,
    as_resource,
    content_hash,
    edition,
    helper_content,
    is_helper,
    query,
    recheck,
    release,
    withdrawal,
)
from bot.console.workflow.people import Refused
from bot.console.workflow.reviews import day_of
from bot.content.directory import UNVERIFIED, Directory, load_directory
from bot.content.helpers import HELPER, helper_hash, helper_id, numbers_of
from bot.content.models import Base
from bot.content.release import ReleaseRefused, verify
from bot.content.scripts import Edition
from bot.content.seed import ACTOR as BASELINE_ACTOR

HOLDING, HOLDING_CRISIS = "utter_holding", "utter_holding_crisis"
hidden_link = Base.metadata.tables["hidden_link"]
Key = tuple[str, ...]


@dataclass(frozen=True)
class Material:
    """Rows that are to be live, and what stands over them."""

    rows: Sequence[Row[Any]]
    withdrawn: frozenset[int]
    hidden: Mapping[str, str]
    read_again: Mapping[int, tuple[str, str]]

    def at(self, place: Key) -> Row[Any] | None:
        return self._places.get(place)

    @cached_property
    def _places(self) -> dict[Key, Row[Any]]:
        return {place_of(row): row for row in self.rows}


def place_of(row: Any) -> Key:
    """Script, locale, audience, channel, country."""
    return tuple(getattr(row, name) for name in PLACE)


def gather(connection: Connection, ids: Iterable[int]) -> Material:
    """The rows of these editions and what stands over them. Raises Refused when one is missing."""
    wanted = {*ids}
    rows = list(connection.execute(query().where(edition.c.id.in_(wanted))))
    if len(rows) != len(wanted):
        raise Refused("An edition of this release is gone.")
    places = [edition.c[name] for name in PLACE]
    begun = select(*places, func.min(edition.c.id).label("first")).group_by(*places)
    # A new edition stands where the first one of its place stood: of equals the first is chosen.
    order = {place_of(row): row.first for row in connection.execute(begun)}
    again = connection.execute(select(recheck).order_by(recheck.c.id))
    return Material(
        rows=sorted(rows, key=lambda row: order[place_of(row)]),
        withdrawn=frozenset(connection.execute(select(withdrawal.c.edition_id)).scalars()),
        hidden={row.resource_id: row.url for row in connection.execute(select(hidden_link))},
        read_again={row.edition_id: (row.actor, day_of(row.created).isoformat()) for row in again},
    )


def check(connection: Connection, rows: Iterable[Row[Any]], key: Ed25519PublicKey) -> None:
    """Raises Refused unless every row says what its hash says, and a baseline row was shipped."""
    rows = list(rows)
    claimed = {(row.script_id, row.content_hash) for row in rows if row.baseline}
    shipped: set[tuple[str, str]] = set()
    signed = select(release.c.signed).where(release.c.signer == BASELINE_ACTOR)
    for data in connection.execute(signed.order_by(release.c.version.desc())).scalars():
        if claimed <= shipped:
            break  # the newest release mostly has them all
        try:
            known = verify(data, key)
        except ReleaseRefused:
            continue
        shipped |= {(item.script, item.content_hash) for item in known.editions}
        shipped |= {
            (f"{HELPER}{name}", helper_hash(helper_content(item).body))
            for name, item in known.directory.resources.items()
        }
    for row in rows:
        if content_hash(row) != row.content_hash:
            raise Refused(f"{row.script_id} #{row.id} does not say what its hash says.")
        if is_helper(row):
            helper = as_resource(row)
            if helper_id(helper) != row.script_id or list(row.resources) != numbers_of(helper):
                raise Refused(f"{row.script_id} #{row.id} has numbers that nobody checked.")
        if row.baseline and (row.script_id, row.content_hash) not in shipped:
            raise Refused(f"{row.script_id} #{row.id} never shipped with the project.")


def editions_of(material: Material, locales: Sequence[str]) -> list[Edition]:
    """The scripts of a release, with holding texts where something was withdrawn or is stale."""
    found: list[Edition] = []
    for row in material.rows:
        if is_helper(row) or row.locale not in locales:
            continue
        by, on = material.read_again.get(row.id, (row.reviewed_by, row.reviewed))
        changes = {"reviewed_by": by, "reviewed": on}
        source = material.at((row.script_id, locales[0], *place_of(row)[2:]))
        if row.id in material.withdrawn or must_hold(row, source):
            changes |= _held(material, row, source)
        found.append(as_edition(row, **changes))
    return found


def is_stale(row: Any, source: Any) -> bool:
    """Whether the text that a translation was made from is no longer the one that is live."""
    if source is None or source.id == row.id:
        return False
    if row.source_edition_id is not None:
        return bool(row.source_edition_id != source.id)
    return not source.baseline or (not row.baseline and source.created > row.created)


def must_hold(row: Any, source: Any) -> bool:
    """Whether a stale translation must not be shown: a crisis text whose numbers have changed."""
    if row.risk != "crisis" or not is_stale(row, source):
        return False
    return (list(row.resources), list(row.handoffs)) != (
        list(source.resources),
        list(source.handoffs),
    )


def _held(material: Material, row: Any, source: Any) -> dict[str, Any]:
    """The holding text and cards in the place of a text; its buttons stay, so that it goes on."""
    name = HOLDING_CRISIS if row.risk == "crisis" else HOLDING
    held = material.at((name, row.locale, "", "", ""))
    if held is None:
        raise Refused(f"There is no live {name} in {row.locale}.")
    cited = source if source is not None and row.id not in material.withdrawn else held
    return {
        "text": held.body,
        "says": tuple(held.says),
        "handoffs": tuple(dict.fromkeys((*held.handoffs, *cited.handoffs))),
        "resources": tuple(dict.fromkeys((*held.resources, *cited.resources))),
        "reviewed": held.reviewed,
        "reviewed_by": held.reviewed_by,
    }


def directory_of(material: Material, root: Path) -> Directory:
    """The helpers of a release; handoff lists and new helpers come with the project."""
    shipped = load_directory(root)
    helpers = dict(shipped.resources)
    for row in material.rows:
        if not is_helper(row):
            continue
        helper = as_resource(row)
        if row.id in material.withdrawn:
            # Unverified: hidden, but for the card of an emergency line, which tells no number.
            helper = helper.model_copy(update={"verified": UNVERIFIED})
        if helper.url and material.hidden.get(helper.id) == helper.url:
            helper = helper.model_copy(update={"url": None})
        helpers[helper.id] = helper
    return shipped.model_copy(update={"resources": helpers})

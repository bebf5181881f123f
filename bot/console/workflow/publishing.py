"""Publishing: approved editions go live through a signed release; earlier ones come back; a text is
withdrawn at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import bindparam, func, insert, select, update

from bot.console.workflow.bundle import (
    HOLDING,
    HOLDING_CRISIS,
    check,
    directory_of,
    editions_of,
    gather,
    place_of,
)
from bot.console.workflow.editions import (
    edition,
    find,
    live,
    query,
    release,
    release_edition,
    script,
    withdrawal,
)
from bot.console.workflow.people import Refused, Work
from bot.content.labels import load_labels
from bot.content.problems import ContentError
from bot.content.release import ReleaseRefused, build, sign, verify
from bot.content.store import ReleaseStore

CONSOLE = "console"


@dataclass(frozen=True)
class Press:
    """What makes releases: the project's folder, the key of this installation, and the `folder` of
    the releases that were served here."""

    root: Path
    key: Ed25519PrivateKey
    folder: Path | None = None

    def above(self) -> int:
        """The highest version that this machine has served: the next one must be newer."""
        if self.folder is None:
            return 0
        return ReleaseStore(self.folder, self.key.public_key()).highest_version


def publish(work: Work, press: Press, ids: Iterable[int], *, notes: str) -> int:
    """Put approved editions in force. Returns the version of the release. Raises Refused."""
    work.actor.needs("publisher")
    if not notes.strip():
        raise Refused("Write what changes, for the people who read the history.")
    coming = [find(work.connection, each) for each in ids]
    if not coming:
        raise Refused("Choose what to publish.")
    for row in coming:
        if row.state != "approved":
            raise Refused(f"{row.script_id} #{row.id} is {row.state}, not approved.")
    places = {place_of(row): row.id for row in coming}
    if len(places) != len(coming):
        raise Refused("Two of these are for the same place.")
    staying = [row.id for row in live(work.connection) if place_of(row) not in places]
    return _put_in_force(work, press, [*staying, *places.values()], "published", notes)


def roll_back(work: Work, press: Press, version: int, *, reason: str) -> int:
    """Scripts say again what they said in an earlier release; helpers keep their numbers of today.

    What was withdrawn stays withdrawn. Returns the version of the new release. Raises Refused.
    """
    work.actor.needs("publisher")
    if not reason.strip():
        raise Refused("Say why.")
    held = select(release_edition.c.edition_id).where(release_edition.c.release_version == version)
    ids = {*work.connection.execute(held).scalars()}
    if not ids:
        raise Refused(f"There is no release {version}.")
    scripts = query().where(edition.c.id.in_(ids), script.c.kind == "script")
    then = [row.id for row in work.connection.execute(scripts)]
    helpers = [row.id for row in live(work.connection, "resource")]
    text = f"Back to release {version}: {reason.strip()}"
    return _put_in_force(work, press, [*then, *helpers], "rolled_back", text)


def withdraw(work: Work, press: Press, ids: Sequence[int], *, reason: str) -> int:
    """Take live editions out at once: holding texts stand in. Returns the version. Raises Refused.

    One person may, with a reason; another text in the place takes two, as ever.
    """
    work.actor.needs("publisher", "reviewer")
    if not reason.strip():
        raise Refused("Say why, so that the others know what to look for.")
    now_live = live(work.connection)
    by_id = {row.id: row for row in now_live}
    holding = next((row for row in now_live if place_of(row)[:2] == (HOLDING, work.source)), None)
    if holding is None:
        raise Refused(f"There is no live {HOLDING}.")
    if len({by_id[number].script_id for number in ids if number in by_id}) > 1:
        raise Refused("One script at a time: what is right has to go on being said.")
    out = {*work.connection.execute(select(withdrawal.c.edition_id)).scalars()}
    for number in ids:
        row = by_id.get(number)
        if row is None:
            raise Refused("Only what is live can be withdrawn.")
        if row.script_id in (HOLDING, HOLDING_CRISIS):
            raise Refused("The holding text itself stays: nothing would be left to say.")
        if number in out:
            raise Refused(f"{row.script_id} #{number} is withdrawn already.")
        made = {"edition_id": number, "holding_id": holding.id, "actor": work.actor.name}
        work.connection.execute(
            insert(withdrawal).values(**made, reason=reason.strip(), created=work.now)
        )
        subject = f"{row.script_id} #{number}"
        work.note("edition:withdrawn", subject, reason.strip(), before=row.content_hash)
    if not ids:
        raise Refused("Choose what to withdraw.")
    text = f"Withdrawn: {reason.strip()}"
    return _put_in_force(work, press, [*by_id], "withdrawn", text)


def publish_anew(work: Work, press: Press, *, notes: str) -> int:
    """A release of what is live, when what stands over it has changed: a hidden link, a review."""
    return _put_in_force(work, press, [row.id for row in live(work.connection)], "published", notes)


def _put_in_force(work: Work, press: Press, ids: Sequence[int], what: str, notes: str) -> int:
    material = gather(work.connection, ids)
    check(work.connection, material.rows, press.key.public_key())
    known = int(work.connection.execute(select(func.max(release.c.version))).scalar() or 0)
    version = max(known, press.above()) + 1
    try:
        bundle = build(
            editions_of(material, work.locales),
            directory_of(material, press.root),
            load_labels(press.root),
            work.locales,
            version=version,
            origin=CONSOLE,
        )
        signed = sign(bundle, press.key)
        made = verify(signed, press.key.public_key())
    except (ContentError, ReleaseRefused, ValueError) as error:
        raise Refused(f"This would be no whole release: {error}") from error
    row = {"version": version, "digest": made.digest, "content_digest": made.content_digest}
    work.connection.execute(
        insert(release).values(
            **row,
            draft=made.draft,
            signer=work.actor.name,
            signed=signed,
            created=work.now,
            notes=notes.strip(),
        )
    )
    held = [{"release_version": version, "edition_id": each} for each in ids]
    work.connection.execute(insert(release_edition), held)
    _swap(work, material.rows)
    work.note(f"release:{what}", f"release {version}", notes.strip(), after=made.digest)
    return version


def _swap(work: Work, wanted: Sequence[Any]) -> None:
    kept = {row.id for row in wanted}
    leaving = [row for row in live(work.connection) if row.id not in kept]
    coming = [row for row in wanted if row.state != "live"]
    change = update(edition).where(edition.c.id == bindparam("row"))
    # Out before in: at no moment are two editions live in one place.
    for state, moved in (("retired", leaving), ("live", coming)):
        if moved:
            rows = [{"row": row.id} for row in moved]
            work.connection.execute(change.values(state=state), rows)
    _lift(work, [row.id for row in leaving])
    for row in leaving:
        work.note("edition:retired", f"{row.script_id} #{row.id}", before=row.content_hash)
    for row in coming:
        work.note("edition:live", f"{row.script_id} #{row.id}", after=row.content_hash)


def _lift(work: Work, ids: Sequence[int]) -> None:
    """A withdrawal is over once another edition stands in its place."""
    open_ones = withdrawal.c.edition_id.in_(ids) & withdrawal.c.lifted.is_(None)
    work.connection.execute(update(withdrawal).where(open_ones).values(lifted=work.now))

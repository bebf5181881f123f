"""The release that staff work from, read with nothing but a database and a key."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import Engine, select

from bot.console.workflow.editions import release
from bot.console.workflow.people import Refused
from bot.content.release import Release, ReleaseRefused, verify
from bot.content.store import public_bytes


def newest_release(engine: Engine, key: Ed25519PublicKey) -> Release:
    """The newest release, verified. Raises Refused where there is none under this key."""
    newest = select(release.c.version, release.c.digest).order_by(release.c.version.desc()).limit(1)
    with engine.connect() as connection:
        row = connection.execute(newest).one_or_none()
    if row is None:
        raise Refused("Nothing is in force yet: start the chat once, it brings the first release.")
    try:
        return release_by(engine, key, row.version, row.digest)
    except ReleaseRefused as error:
        raise Refused(f"The newest release is not of this installation's key: {error}") from error


def release_by(engine: Engine, key: Ed25519PublicKey, version: int, digest: str) -> Release:
    """A release of the database. Raises ReleaseRefused where it does not verify under `key`."""
    return _kept(engine, public_bytes(key), version, digest)


@lru_cache(maxsize=4)
def _kept(engine: Engine, key: bytes, version: int, digest: str) -> Release:
    """Kept, as a release never changes; keys themselves cannot be kept by."""
    mine = (release.c.version == version) & (release.c.digest == digest)
    with engine.connect() as connection:
        signed = connection.execute(select(release.c.signed).where(mine)).scalar_one()
    return verify(signed, Ed25519PublicKey.from_public_bytes(key))

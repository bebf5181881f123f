"""Releases on disk: the current one, the one before, and the highest version ever seen."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.content.files import made_once, replace_file
from bot.content.release import (
    BASELINE,
    Release,
    ReleaseRefused,
    build_baseline,
    content_digest,
    sign,
    verify,
)

logger = logging.getLogger(__name__)
HIGHEST = 2**31 - 1  # what the database can number
_KEY, _CURRENT, _PREVIOUS, _STATE = "signing.key", "current.release", "previous.release", "state"


class KeyDamaged(Exception):
    """The signing key of this installation is no key; from a backup, or made anew, it can sign."""


def ensure_key(folder: Path) -> Ed25519PrivateKey:
    """The signing key of this installation, made at the first start. Raises KeyDamaged."""
    path = folder / _KEY
    raw = made_once(path, lambda: Ed25519PrivateKey.generate().private_bytes_raw())
    try:
        return Ed25519PrivateKey.from_private_bytes(raw)
    except ValueError as error:
        raise KeyDamaged(
            f"{path} is damaged. Put it back from a backup, or remove {folder} to begin anew."
        ) from error


def public_bytes(key: Ed25519PublicKey) -> bytes:
    """32 raw bytes, for a machine that only verifies."""
    raw = serialization.Encoding.Raw, serialization.PublicFormat.Raw
    return key.public_bytes(*raw)


class ReleaseStore:
    """Verifies, swaps and remembers. `release` is the last good one; `alarm` says what failed.

    The files: current.release, previous.release and state (JSON: highest version, two digests).
    """

    def __init__(self, folder: Path, public_key: Ed25519PublicKey) -> None:
        self.folder = folder
        self.public_key = public_key
        self.alarm: str | None = None
        self._release: Release | None = None

    @property
    def release(self) -> Release:
        """The release in force. Raises ReleaseRefused when none was ever accepted."""
        if self._release is None:
            raise ReleaseRefused(self.alarm or "no release is loaded")
        return self._release

    @property
    def highest_version(self) -> int:
        """The highest version this store has accepted, over all restarts; 0 before the first."""
        return int(self._state()[0].get("highest", 0))

    def signed(self) -> bytes:
        """The bytes of the release in force, as they were signed."""
        for name in (_CURRENT, _PREVIOUS):
            path = self.folder / name
            if (
                path.exists()
                and verify(path.read_bytes(), self.public_key).digest == self.release.digest
            ):
                return path.read_bytes()
        raise ReleaseRefused("the release in force is no longer on disk")

    def publish(self, data: bytes) -> Release:
        """Verify and put in force in one step, on disk and in memory. Raises ReleaseRefused."""
        release = verify(data, self.public_key)
        state, _ = self._state()
        in_force = self._release.version if self._release else 0
        highest = max(int(state.get("highest", 0)), in_force)
        # The one on record may be put in its place again, where its file was lost or damaged.
        if release.version <= highest and release.digest != state.get("current"):
            raise ReleaseRefused(f"version {release.version} is not newer than {highest}")
        self.folder.mkdir(parents=True, exist_ok=True)
        current = self.folder / _CURRENT
        before = self._accepted(_CURRENT, state)
        if before is not None:
            replace_file(self.folder / _PREVIOUS, current.read_bytes())
        kept = before.digest if before else state.get("previous")
        # State first: after a crash between the two writes the older file is refused as current
        # and served as the last good one, never mistaken for the newest.
        new_state = {"highest": release.version, "current": release.digest, "previous": kept}
        replace_file(self.folder / _STATE, json.dumps(new_state).encode())
        replace_file(current, data)
        self._release, self.alarm = release, None
        return release

    def load(self) -> Release:
        """Read what is on disk; refuse damaged or older files; keep the last good one.

        Call it at start and then again and again: it swaps in a newer release and sets `alarm`.
        Raises ReleaseRefused only where there is nothing good at all.
        """
        state, damage = self._state()
        try:
            release = verify((self.folder / _CURRENT).read_bytes(), self.public_key)
            if release.digest != state.get("current"):
                if release.version <= int(state.get("highest", 0)):
                    raise ReleaseRefused(f"version {release.version} is older than one seen")
                # Put there by another machine's publisher: signed and newer, so it is taken over.
                new_state = {"highest": release.version, "current": release.digest}
                replace_file(
                    self.folder / _STATE,
                    json.dumps({**new_state, "previous": state.get("current")}).encode(),
                )
            self._release, self.alarm = release, damage
        except (OSError, ReleaseRefused) as error:
            self.alarm = f"current release refused: {error}"
            if self._release is None:
                self._release = self._accepted(_PREVIOUS, state)
        return self.release

    def _accepted(self, name: str, state: dict[str, Any]) -> Release | None:
        # Only a file whose digest is on record: an old signed bundle put in its place is not.
        try:
            release = verify((self.folder / name).read_bytes(), self.public_key)
        except (OSError, ReleaseRefused):
            return None
        return release if release.digest in (state.get("current"), state.get("previous")) else None

    def _state(self) -> tuple[dict[str, Any], str | None]:
        """What is on record, and what is wrong with it: a damaged record counts as none."""
        path = self.folder / _STATE
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}, None
        except (OSError, ValueError, RecursionError):
            state = None
        if _is_state(state):
            return state, None
        logger.error("%s is damaged: the highest version is taken from the release itself", path)
        return {}, f"{path} is damaged"


def _is_state(state: Any) -> bool:
    if not isinstance(state, dict):
        return False
    highest = state.get("highest")
    digests = (state.get("current"), state.get("previous"))
    # JSON's true is an int in Python.
    return (
        type(highest) is int
        and 0 <= highest <= HIGHEST
        and all(isinstance(digest, str | None) for digest in digests)
    )


def publish_baseline(
    root: Path, folder: Path, locales: Iterable[str], *, above: int = 0, anew: bool = False
) -> ReleaseStore:
    """Put in force what ships in `root`/responses, under the key of this installation.

    Does nothing when the release in force says the same (unless `anew`) or comes from the console:
    what staff approved is not replaced by a restart. A new release gets a version higher than
    `above` and than all before it here. Raises ContentError, ReleaseRefused.
    """
    key = ensure_key(folder)
    store = ReleaseStore(folder, key.public_key())
    try:
        in_force: Release | None = store.load()
    except ReleaseRefused:
        in_force = None
    if in_force is not None and in_force.origin != BASELINE:
        return store
    bundle = build_baseline(root, locales, max(store.highest_version, above) + 1)
    same = in_force is not None and in_force.content_digest == content_digest(bundle)
    if anew or store.alarm or not same:
        store.publish(sign(bundle, key))
    return store

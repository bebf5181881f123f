"""Data that the gateway cannot start without: the last copy that could be read is kept."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

logger = logging.getLogger(__name__)
Read = TypeVar("Read")


def read_or_last_good(
    source: Path, kept: Path, read: Callable[[Path], Read], unusable: tuple[type[Exception], ...]
) -> Read:
    """What `read` makes of the folder `source`, or of its last good copy in `kept`.

    `kept` ends like `source`, so that a message about a file in it names the same path. Raises
    what `read` raised, one of `unusable`, when neither can be read.
    """
    try:
        found = read(source)
    except unusable as error:
        try:
            last = read(kept) if any(kept.glob("*.yml")) else None
        except unusable:
            last = None
        if last is None:
            raise
        logger.error("%s", error)
        logger.error("%s cannot be used: the last good copy of it is", source)
        return last
    try:
        _keep(source, kept)
    except OSError as error:
        logger.error("no copy of %s is kept: %s", source, type(error).__name__)
    return found


def _keep(source: Path, kept: Path) -> None:
    """Replace the copy when it differs; it is whole at any time or not there."""
    content = _content(source)
    if content == _content(kept):
        return
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = kept.with_name(f"{kept.name}.{os.getpid()}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    for name, data in content.items():
        (fresh / name).write_bytes(data)
    shutil.rmtree(kept, ignore_errors=True)
    fresh.rename(kept)


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.yml")}

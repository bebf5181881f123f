"""One `handrail run` on a data folder: two would take the same messages."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderTaken(Exception):
    """Another `handrail run` works on the same data folder."""


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder until the end, however that comes. Raises FolderTaken."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "running.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FolderTaken(
                f"`handrail run` already works on {folder}. Stop it first, or choose another "
                "folder: HANDRAIL_DATA_FOLDER."
            ) from error
        yield

"""Files that are whole or not there: replaced in one step, or made once for good."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file in one step, on the disk before its name changes."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.new")
    with temporary.open("wb") as file:
        _to_disk(file.fileno(), data)
    temporary.replace(path)


def made_once(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content of a secret file that the first process to come makes; its owner alone reads it.

    Processes that start together all get the same one, and a crash leaves none that is half.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        _to_disk(descriptor, make())
        os.close(descriptor)
        os.link(temporary, path)
    except FileExistsError:
        pass  # another process was faster
    finally:
        Path(temporary).unlink()
    return path.read_bytes()


def _to_disk(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)

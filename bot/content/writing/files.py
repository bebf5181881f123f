"""Files under a root: their text as it stands, and writing only those that differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.content.files import replace_file


def text_of(path: Path) -> str:
    """The text with its own line ends; empty where there is no such file."""
    return path.read_bytes().decode("utf-8") if path.is_file() else ""


def replace_changed(root: Path, files: Mapping[str, str], before: Iterable[str]) -> list[Path]:
    """Write `files` (path under `root` -> text), remove those of `before` that are not in them.

    Returns the paths whose bytes changed or that are gone, in order.
    """
    changed: list[Path] = []
    for name, text in files.items():
        path = root / name
        data = text.encode("utf-8")
        if not path.is_file() or path.read_bytes() != data:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, data)
            changed.append(path)
    for name in {*before} - {*files}:
        (root / name).unlink()
        changed.append(root / name)
    return sorted(changed)

"""Parts of a document that a command writes: what stands between two marks is replaced."""

from __future__ import annotations

from pathlib import Path


def replace_part(path: Path, begin: str, end: str, text: str) -> None:
    """Put `text` between the marks, which stay. Raises ValueError where one of them is missing."""
    whole = path.read_text("utf-8")
    before, opened, rest = whole.partition(begin)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise ValueError(f"{path} lacks the line {end if opened else begin}")
    path.write_text(f"{before}{begin}{text}{end}{after}", "utf-8")

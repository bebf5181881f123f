"""The environment of stock Rasa, installed once from its own lock beside ours."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent / "requirements.lock"
INSTALLED = "installed.lock"


def ensure_environment(root: Path) -> Path:
    """The folder of its commands; installs it when it is missing or the lock has changed.

    Raises FileNotFoundError without uv, subprocess.CalledProcessError when installing fails.
    """
    folder = root / ".venv-stock"
    commands = folder / "bin"
    mark = folder / INSTALLED
    if mark.exists() and mark.read_bytes() == LOCK.read_bytes():
        return commands
    uv = shutil.which("uv", path=str(root / ".tools" / "bin")) or shutil.which("uv")
    if uv is None:
        raise FileNotFoundError("uv is missing: `make setup` installs it")
    print("Installing stock Rasa into .venv-stock (some minutes) ...", file=sys.stderr, flush=True)
    if not (commands / "python").exists():
        subprocess.run([uv, "venv", "--quiet", "--python", "3.10", str(folder)], check=True)
    sync = [uv, "pip", "sync", "--quiet", "--python", str(commands / "python")]
    subprocess.run([*sync, "--require-hashes", "--compile-bytecode", str(LOCK)], check=True)
    shutil.copy(LOCK, mark)
    return commands

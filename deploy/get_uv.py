"""Puts uv into .tools/ with whatever Python 3 the machine has; nothing else is installed.

A bare Debian has no venv module or no pip; one of the two is enough.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE.parent / ".tools"
PINS = HERE / "uv.txt"
INSTALL = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(PINS)]


def works(*command: str) -> bool:
    """Run a command quietly; whether it succeeded."""
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def main() -> int:
    """Try a virtual environment first, then pip into the folder."""
    python = str(TOOLS / "bin" / "python")
    if works(sys.executable, "-m", "venv", str(TOOLS)) and subprocess.call([python, *INSTALL]) == 0:
        return 0
    into = [sys.executable, *INSTALL, "--target", str(TOOLS)]
    if works(sys.executable, "-m", "pip", "--version") and subprocess.call(into) == 0:
        return 0
    sys.stderr.write(
        "uv could not be installed: this Python has neither venv nor pip, or is offline.\n"
        "On Debian: apt-get install python3-venv\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())

"""Puts uv into .tools/ with whatever Python 3 the machine has; nothing else is installed.

A bare Debian has no venv module or no pip; one of the two is enough.
"""

import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOOLS = os.path.join(os.path.dirname(HERE), ".tools")
PINS = os.path.join(HERE, "uv.txt")


def works(command):
    """Run a command quietly; whether it succeeded."""
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def main():
    """Try a virtual environment first, then pip into the folder."""
    install = ["-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", PINS]
    python = os.path.join(TOOLS, "bin", "python")
    if works([sys.executable, "-m", "venv", TOOLS]) and subprocess.call([python] + install) == 0:
        return 0
    if works([sys.executable, "-m", "pip", "--version"]):
        if subprocess.call([sys.executable] + install + ["--target", TOOLS]) == 0:
            return 0
    sys.stderr.write(
        "uv could not be installed: this Python has neither venv nor pip, or is offline.\n"
        "On Debian: apt-get install python3-venv\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())

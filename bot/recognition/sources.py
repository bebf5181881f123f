"""Lets Rasa's training cache see changes of our functions, and not only of component classes."""

from __future__ import annotations

import hashlib
from pathlib import Path

HERE = Path(__file__).parent


def sources_digest(*modules: str) -> str:
    """SHA-256 of the source of these modules of bot.recognition, named without `.py`."""
    digest = hashlib.sha256()
    for module in modules:
        digest.update(module.encode() + b"\0" + (HERE / f"{module}.py").read_bytes() + b"\0")
    return digest.hexdigest()

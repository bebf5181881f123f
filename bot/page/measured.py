"""How often a crisis was recognised when it was last measured, for /about."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bot.settings import ROOT

FILE = ROOT / "data" / "evaluation" / "measured.json"  # written by `make evaluate`


@dataclass(frozen=True)
class Measured:
    """One language: an ISO 8601 day, how many crises were asked, and shares in percent."""

    day: str
    crises: int
    seen: str
    false_alarms: str


def read_measured(path: Path = FILE) -> dict[str, Measured]:
    """By locale; empty when nothing was measured, or the file is not as it should be."""
    try:
        told = json.loads(path.read_text("utf-8"))
        return {
            str(locale): Measured(
                str(told["measured_on"]),
                int(one["crises"]),
                f"{100 * float(one['crisis_recall']):.1f}",
                f"{100 * float(one['false_crisis']):.1f}",
            )
            for locale, one in told["locales"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}

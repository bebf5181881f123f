"""What one look at a link found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["ok", "moved", "changed", "dead", "unreachable", "certificate"]


@dataclass(frozen=True)
class Look:
    """The columns of link_check that a look knows. `detail` is for people, `certificate_ends` in
    seconds since 1970, `body_hash` that of bot.console.health.pages."""

    url: str
    outcome: Outcome
    detail: str
    status: int | None = None
    final_url: str | None = None
    certificate_ends: float | None = None
    body_hash: str | None = None

"""The numbers of policy.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.content.located import read_as


class Policy(BaseModel):
    """policy.yml; its comments say what each key means."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    timeout_seconds: float
    most_bytes: int
    most_redirects: int
    pause_seconds: float
    look_every_hours: float
    look_again_hours: float
    dead_looks: int
    dead_hours: float
    call_every_days: int
    certificate_days: int
    most_at_once: int


@cache
def policy() -> Policy:
    """Read once."""
    return read_as(Path(__file__).with_name("policy.yml"), Policy)

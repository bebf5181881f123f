"""The numbers of sign-in, from policy.yml."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.content.located import read_as


class Policy(BaseModel):
    """policy.yml; its comments say what each key means."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    password_least: int
    session_hours: float
    idle_minutes: float
    step_up_minutes: float
    known_device_days: float
    free_failures: int
    longest_wait: float
    most_failures: int
    recovery_codes: int
    challenge_minutes: float
    temporary_hours: float
    common: tuple[str, ...]


@cache
def policy() -> Policy:
    """Read once."""
    return read_as(Path(__file__).with_name("policy.yml"), Policy)

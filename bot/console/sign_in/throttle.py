"""Waits after failures: each account for itself, slow, and never a lock for its owner's browser."""

from __future__ import annotations

from bot.console.sign_in.policy import policy

FOR_EVER = float("inf")


def wait(failures: int, failed: float | None, now: float, *, known_browser: bool) -> float:
    """Seconds until the next attempt is looked at; 0 for now.

    A known browser is exempt from the waits of others, but not from its own guessing without end:
    it has the same wait, counted by the caller for that browser alone.
    """
    rules = policy()
    if failed is None or failures < rules.free_failures:
        return 0.0
    if failures >= rules.most_failures and not known_browser:
        return FOR_EVER
    pause = min(2.0 ** min(failures - rules.free_failures, 10), rules.longest_wait)
    return max(0.0, failed + pause - now)

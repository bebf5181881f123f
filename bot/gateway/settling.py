"""Messages of an app may arrive in another order than they were written: a moment's wait."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.content.render import PAGE
from bot.gateway.storage import Session, Waiting

QUIET_SECONDS = 0.25  # without a new message, and none on its way in
LONGEST_SECONDS = 2.0  # however busy it is


@dataclass
class Settling:
    """How long a conversation's messages are waited for. `arriving` counts requests by channel."""

    arriving: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def coming_in(self, channels: Sequence[str]) -> Iterator[None]:
        """While a request is being read that belongs to one of these channels."""
        self.arriving.update(channels)
        try:
            yield
        finally:
            self.arriving.subtract(channels)

    def seconds(self, session: Session, waiting: Sequence[Waiting]) -> float:
        """Seconds until the first of these may be taken; danger and the page never wait."""
        if session.channel == PAGE or any(item.danger for item in waiting):
            return 0.0
        now = time.time()
        # One from the future tells of a clock that was set back: it is not waited for.
        times = [item.created for item in waiting if item.created <= now]
        if not times:
            return 0.0
        rest = LONGEST_SECONDS - (now - min(times))
        quiet = QUIET_SECONDS - (now - max(times))
        if rest <= 0 or (quiet <= 0 and not self.arriving[session.channel]):
            return 0.0
        return min(rest, max(quiet, 0.02))

"""Everything that is known of the health of each helper, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from bot.console.health.calls import answers, is_overdue, is_wrong, numbers
from bot.console.health.hiding import hidden_link
from bot.console.health.policy import policy
from bot.console.health.rounds import WELL, last_looks
from bot.content.directory import Resource

CALL = "its number has to be called"
# Nobody keeps an emergency line busy to see whether it answers.
CONFIRM = "its number has to be confirmed, without calling it"
_WORRIES = {"dead": "its link is dead", "certificate": "its certificate is not valid"}


@dataclass(frozen=True)
class Health:
    """A helper, the last look at its link, the last call of its number, and what is wrong."""

    helper: Resource
    look: Any
    call: Any
    hidden: Any
    worries: tuple[str, ...]

    @property
    def urgency(self) -> int:
        """The smaller the more urgent."""
        order = ("wrong number", "hidden", "dead", "certificate", "did not answer", "changed")
        for place, word in enumerate(order):
            if any(word in worry for worry in self.worries):
                return place
        return len(order) + (not self.worries)


def overview(connection: Connection, helpers: Iterable[Resource], now: float) -> list[Health]:
    """The health of all, the worst first; a query for each table."""
    looks, calls = last_looks(connection), answers(connection)
    hidden = {row.resource_id: row for row in connection.execute(select(hidden_link))}
    found = [_health(each, looks.get(each.id), calls, hidden.get(each.id), now) for each in helpers]
    return sorted(found, key=lambda one: (one.urgency, one.helper.country, one.helper.name))


def _health(
    helper: Resource,
    look: Any,
    calls: Mapping[tuple[str, str], Mapping[str, Any]],
    hidden: Any,
    now: float,
) -> Health:
    worries: list[str] = []
    if look is not None and look.url != helper.url:
        look = None  # it was at another link
    called = [calls.get((helper.id, number), {}) for number in dict.fromkeys(numbers(helper))]
    every = sorted((row for rows in called for row in rows.values()), key=lambda row: int(row.id))
    call = every[-1] if every else None
    if any(is_wrong(rows) for rows in called):
        worries.append("wrong number: somebody else answered")
    if hidden is not None:
        worries.append("its link is hidden")
    if look is not None and look.outcome not in WELL:
        worries.append(_WORRIES.get(look.outcome, "its link did not answer"))
    if look is not None and look.outcome == "changed":
        worries.append("its page has changed")
    if look is not None and look.outcome == "moved":
        worries.append(f"its link leads to {look.final_url} now")
    soon = now + policy().certificate_days * 86_400
    if look is not None and look.certificate_ends and look.certificate_ends < soon:
        worries.append("its certificate ends soon")
    if helper.url and look is None:
        worries.append("its link was never looked at")
    if any(is_overdue(rows, now) for rows in called):
        worries.append(CONFIRM if helper.is_emergency else CALL)
    return Health(helper, look, call, hidden, tuple(worries))

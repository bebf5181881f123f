"""The rule: a link that stays dead is hidden and told, until it answers again. Numbers stay."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from sqlalchemy import Connection, delete, insert, select

from bot.console.health.policy import policy
from bot.console.health.rounds import SHOWN_AGAIN, link_check
from bot.console.workflow.people import Work
from bot.content.directory import Resource
from bot.content.models import Base

LOOKED_BACK = 120 * 86_400.0  # seconds
hidden_link = Base.metadata.tables["hidden_link"]


def apply_rule(work: Work, helpers: Mapping[str, Resource]) -> bool:
    """Hide what is dead, show what answers; whether anything changed. `helpers`: as approved."""
    hidden = {row.resource_id: row for row in work.connection.execute(select(hidden_link))}
    known = _looks(work.connection, work.now - LOOKED_BACK)
    changed = False
    for name, helper in helpers.items():
        row = hidden.get(name)
        looks = known.get((name, helper.url or ""), [])
        if row is not None and (row.url != helper.url or _answers(looks)):
            work.connection.execute(delete(hidden_link).where(hidden_link.c.resource_id == name))
            work.note(
                "link:shown", f"helper {name}", "it answers again, or another one is approved"
            )
            changed = True
        elif row is None and helper.url and _is_dead(looks):
            reason = f"dead in {policy().dead_looks} looks over {policy().dead_hours:g} hours"
            values = {"resource_id": name, "url": helper.url, "reason": reason, "created": work.now}
            work.connection.execute(insert(hidden_link).values(**values))
            work.note("link:hidden", f"helper {name}", reason)
            changed = True
    return changed


def _looks(connection: Connection, since: float) -> dict[tuple[str, str], list[tuple[str, float]]]:
    """Helper and link -> its looks, the newest first: outcome, and when."""
    columns = (link_check.c.resource_id, link_check.c.url, link_check.c.outcome)
    rows = select(*columns, link_check.c.created).where(link_check.c.created >= since)
    found: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in connection.execute(rows.order_by(link_check.c.id.desc())):
        found.setdefault((row.resource_id, row.url), []).append((row.outcome, row.created))
    return found


def _answers(looks: list[tuple[str, float]]) -> bool:
    return bool(looks) and looks[0][0] in SHOWN_AGAIN


def _is_dead(looks: list[tuple[str, float]]) -> bool:
    """Dead at the last looks in a row, and for long enough; not by looks of one afternoon."""
    rules = policy()
    dead = [created for _, created in takewhile(lambda look: look[0] == "dead", looks)]
    return len(dead) >= rules.dead_looks and dead[0] - dead[-1] >= rules.dead_hours * 3600

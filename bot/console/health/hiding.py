"""The rule: a link that stays dead is hidden and told, until it answers again. Numbers stay."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, delete, insert, select

from bot.console.health.policy import policy
from bot.console.health.rounds import WELL, link_check
from bot.console.workflow.people import Work
from bot.content.directory import Resource
from bot.content.models import Base

hidden_link = Base.metadata.tables["hidden_link"]


def apply_rule(work: Work, helpers: Mapping[str, Resource]) -> bool:
    """Hide what is dead, show what answers; whether anything changed. `helpers`: as approved."""
    hidden = {row.resource_id: row for row in work.connection.execute(select(hidden_link))}
    changed = False
    for name, helper in helpers.items():
        row = hidden.get(name)
        if row is not None and (row.url != helper.url or _answers(work.connection, name, row.url)):
            work.connection.execute(delete(hidden_link).where(hidden_link.c.resource_id == name))
            work.note(
                "link:shown", f"helper {name}", "it answers again, or another one is approved"
            )
            changed = True
        elif row is None and helper.url and _is_dead(work.connection, name, helper.url):
            reason = f"dead in {policy().dead_looks} looks over {policy().dead_hours:g} hours"
            values = {"resource_id": name, "url": helper.url, "reason": reason, "created": work.now}
            work.connection.execute(insert(hidden_link).values(**values))
            work.note("link:hidden", f"helper {name}", reason)
            changed = True
    return changed


def _looks(connection: Connection, name: str, url: str, most: int) -> list[tuple[str, float]]:
    mine = (link_check.c.resource_id == name) & (link_check.c.url == url)
    rows = select(link_check.c.outcome, link_check.c.created).where(mine)
    newest = rows.order_by(link_check.c.id.desc()).limit(most)
    return [(row.outcome, row.created) for row in connection.execute(newest)]


def _answers(connection: Connection, name: str, url: str) -> bool:
    return any(outcome in WELL for outcome, _ in _looks(connection, name, url, 1))


def _is_dead(connection: Connection, name: str, url: str) -> bool:
    """Dead at the last looks in a row, and for long enough; not by looks of one afternoon."""
    rules = policy()
    row: list[float] = []
    for outcome, created in _looks(connection, name, url, 100):
        if outcome != "dead":
            break
        row.append(created)
    return len(row) >= rules.dead_looks and row[0] - row[-1] >= rules.dead_hours * 3600

"""What the pages of scripts show of an edition: differences, decisions, checks, history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from bot.console.current import material, release_in_force
from bot.console.scripts.differences import Part, difference, told
from bot.console.scripts.linting import Findings, lint, lint_in_place
from bot.console.workflow.bundle import is_stale
from bot.console.workflow.deciding import approvals_of, editors_of
from bot.console.workflow.editions import (
    PLACE,
    as_edition,
    decision,
    edition,
    is_helper,
    live_in_place,
    query,
    withdrawal,
)
from bot.content.models import Base

comment = Base.metadata.tables["comment"]
NAMES = {
    "says": "what it says",
    "handoffs": "lists of cards",
    "resources": "helpers",
    "buttons": "buttons",
}


@dataclass(frozen=True)
class Shown:
    """An edition and everything around it. `changes` besides the words: name, before, after."""

    row: Any
    live: Any
    source: Any
    parts: list[Part]
    told: str
    changes: list[tuple[str, str, str]]
    decisions: list[Any]
    approvals: list[str]
    editors: frozenset[str]
    findings: Findings | None
    withdrawal: Any
    stale: bool


def shown(connection: Connection, row: Any, source_locale: str) -> Shown:
    """Everything about one edition."""
    live = live_in_place(connection, row)
    place = {name: getattr(row, name) for name in PLACE}
    translated = row.locale not in ("", source_locale)
    first = {**place, "locale": source_locale}
    source = live_in_place(connection, first) if translated else None
    before = "" if live is None else live.body
    parts = difference(before, row.body)
    said = select(decision).where(decision.c.edition_id == row.id).order_by(decision.c.id)
    out = select(withdrawal).where(withdrawal.c.edition_id == row.id)
    return Shown(
        row=row,
        live=live,
        source=source,
        parts=parts,
        told=told(parts),
        changes=[] if live is None else _changes(live, row),
        decisions=list(connection.execute(said)),
        approvals=approvals_of(connection, row),
        editors=editors_of(connection, row),
        findings=None if is_helper(row) else findings(row),
        withdrawal=connection.execute(out).one_or_none(),
        stale=is_stale(row, source),
    )


def findings(row: Any) -> Findings:
    """What the checks make of a text in its place."""
    draft = as_edition(row)
    if row.state in ("live", "retired"):
        return lint(material(), draft)
    return lint_in_place(material(), release_in_force(), draft)


def _changes(before: Any, after: Any) -> list[tuple[str, str, str]]:
    found = []
    for column, name in NAMES.items():
        old, new = getattr(before, column), getattr(after, column)
        if old != new:
            found.append((name, _listed(old), _listed(new)))
    return found


def _listed(values: list[Any]) -> str:
    shown = [f"{v['title']} ({v['payload']})" if isinstance(v, dict) else str(v) for v in values]
    return ", ".join(shown) or "none"


def history(connection: Connection, script_id: str) -> list[Any]:
    """Every edition of a script, the newest first."""
    rows = query().where(edition.c.script_id == script_id).order_by(edition.c.id.desc())
    return list(connection.execute(rows))


def discussion(connection: Connection, script_id: str) -> list[Any]:
    """What was said about a script, in order."""
    rows = select(comment).where(comment.c.script_id == script_id).order_by(comment.c.id)
    return list(connection.execute(rows))

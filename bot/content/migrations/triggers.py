"""Rules that hold whoever writes to the database, as triggers of SQLite and of PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from alembic import op

# A temporary table of the same name must not be what a rule looks at.
PINNED = "SET search_path = public, pg_temp"


class Rule(NamedTuple):
    """On `action` (INSERT, UPDATE, DELETE) of a row of `table`: `forbidden` in SQL, and why."""

    name: str
    table: str
    action: str
    forbidden: str
    reason: str


def never(table: str, *actions: str) -> list[Rule]:
    """Rules under which nobody changes or removes a row."""
    return [
        Rule(f"{table}_no_{action.lower()}", table, action, "1 = 1", f"{table} rows never change")
        for action in actions
    ]


def changed(*columns: str) -> str:
    """Whether one of the columns changes."""
    # JSON has no equality on PostgreSQL, and <> says nothing about NULL: compare as texts.
    return " OR ".join(
        f"coalesce(CAST(NEW.{name} AS TEXT), '') <> coalesce(CAST(OLD.{name} AS TEXT), '')"
        for name in columns
    )


def create(rules: Iterable[Rule]) -> None:
    """Put rules in force."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for name, table, action, forbidden, reason in rules:
        if not postgres:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {action} ON {table} FOR EACH ROW WHEN {forbidden} "
                f"BEGIN SELECT RAISE(ABORT, '{reason}'); END"
            )
            continue
        row = "OLD" if action == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql {PINNED} AS $$ BEGIN "
            f"IF {forbidden} THEN RAISE EXCEPTION '{reason}' USING ERRCODE = '23514'; END IF; "
            f"RETURN {row}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {action} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {name}()"
        )


def drop(rules: Iterable[Rule]) -> None:
    """Take rules back."""
    postgres = op.get_bind().dialect.name == "postgresql"
    for rule in rules:
        op.execute(f"DROP TRIGGER {rule.name}" + (f" ON {rule.table}" if postgres else ""))
        if postgres:
            op.execute(f"DROP FUNCTION {rule.name}()")

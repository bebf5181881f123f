"""What is done to an account, by an admin's page and by the command line alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, update

from bot.console.sign_in.accounts import add, forget_factors, set_active, sign_out, staff
from bot.console.sign_in.policy import policy
from bot.console.workflow.deciding import forget_approvals
from bot.console.workflow.people import Work


def add_account(work: Work, name: str, roles: Iterable[str], hashed: str) -> None:
    """Somebody new, by the hash of a first password that somebody else knows. Raises Refused."""
    chosen = sorted(roles)
    until = _until(work)
    add(work.connection, name, hashed, chosen, now=work.now, temporary_until=until)
    work.note("staff:added", name, ", ".join(chosen))


def reset_account(work: Work, row: Row[Any], hashed: str, reason: str) -> None:
    """A first password again, everything else to be set up anew, and no open approval stands."""
    forget_factors(work.connection, row.id)
    forget_approvals(work, row.name)
    sign_out(work.connection, row.id)
    values = {"password_hash": hashed, "temporary_until": _until(work)}
    work.connection.execute(update(staff).where(staff.c.id == row.id).values(**values))
    work.note("staff:reset", row.name, reason)


def let_out_account(work: Work, row: Row[Any], reason: str) -> None:
    """Signed out everywhere and for good; no open approval stands. Raises Refused."""
    set_active(work.connection, row.id, False)
    forget_approvals(work, row.name)
    work.note("staff:let_out", row.name, reason)


def _until(work: Work) -> float:
    return work.now + policy().temporary_hours * 3600

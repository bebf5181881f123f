"""Accounts: made, found, changed. Names are for ever: the audit trail knows people by them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.console.access import ROLES
from bot.console.workflow.people import Refused
from bot.content.models import Base

tables = Base.metadata.tables
staff, staff_role = tables["staff"], tables["staff_role"]
staff_session, known_device = tables["staff_session"], tables["known_device"]
passkey, recovery_code = tables["passkey"], tables["recovery_code"]
NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
RESERVED = frozenset({"baseline", "schedule", "system", "admin", "console", "command"})
ADMIN = "admin"


@dataclass(frozen=True)
class Account:
    """Somebody who works here. `ready`: has a second factor, so that more than set-up is open."""

    id: int
    name: str
    roles: frozenset[str]
    active: bool
    has_codes: bool
    passkeys: int
    created: float

    @property
    def ready(self) -> bool:
        return self.has_codes or self.passkeys > 0


def named(connection: Connection, name: str) -> Row[Any] | None:
    """The row of an account, or None."""
    return connection.execute(select(staff).where(staff.c.name == name)).one_or_none()


def by_id(connection: Connection, number: int) -> Row[Any]:
    """The row of an account. Raises Refused."""
    row = connection.execute(select(staff).where(staff.c.id == number)).one_or_none()
    if row is None:
        raise Refused("There is no such person.")
    return row


def roles_of(connection: Connection, number: int) -> frozenset[str]:
    """What somebody may do."""
    rows = select(staff_role.c.role).where(staff_role.c.staff_id == number)
    return frozenset(connection.execute(rows).scalars())


def is_still(connection: Connection, number: int, role: str) -> bool:
    """Whether somebody is active and has a role at this moment."""
    mine = (staff.c.id == number) & staff.c.active & (staff_role.c.role == role)
    held = select(staff.c.id).join(staff_role, staff_role.c.staff_id == staff.c.id).where(mine)
    return connection.execute(held).first() is not None


def everybody(connection: Connection) -> list[Account]:
    """All accounts by name."""
    keys: dict[int, int] = {}
    for owner in connection.execute(select(passkey.c.staff_id)).scalars():
        keys[owner] = keys.get(owner, 0) + 1
    return [
        Account(
            row.id,
            row.name,
            roles_of(connection, row.id),
            row.active,
            row.totp_sealed is not None,
            keys.get(row.id, 0),
            row.created,
        )
        for row in connection.execute(select(staff).order_by(staff.c.name))
    ]


def add(
    connection: Connection,
    name: str,
    password_hash: str,
    roles: Iterable[str],
    *,
    now: float,
    temporary_until: float | None = None,
) -> int:
    """A new account; returns its id. Raises Refused for a name or roles that cannot be."""
    name = name.strip()
    if not NAME.fullmatch(name) or name in RESERVED:
        raise Refused("A name is 2 to 40 small letters, digits, dots or dashes, a letter first.")
    if named(connection, name) is not None:
        raise Refused(f"{name} was taken before. Names are never used twice.")
    chosen = checked(roles)
    made = connection.execute(
        insert(staff).values(
            name=name, password_hash=password_hash, created=now, temporary_until=temporary_until
        )
    )
    (number,) = made.inserted_primary_key or (0,)
    _give(connection, int(number), chosen)
    return int(number)


def first_password() -> str:
    """Letters in groups, to be read aloud; it lasts until the first sign-in."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(5))


def checked(roles: Iterable[str]) -> frozenset[str]:
    """Roles that go together. Raises Refused."""
    chosen = frozenset(roles)
    if not chosen or not chosen <= {*ROLES}:
        raise Refused(f"Choose one or more of: {', '.join(ROLES)}.")
    if ADMIN in chosen and chosen - {ADMIN, "viewer"}:
        raise Refused("Who manages people does not work on texts: admin goes with viewer alone.")
    return chosen


def set_roles(connection: Connection, number: int, roles: Iterable[str]) -> frozenset[str]:
    """Give somebody these roles; returns those before. Raises Refused for the last of a role."""
    before, after = roles_of(connection, number), checked(roles)
    _somebody_left(connection, number, before - after)
    connection.execute(delete(staff_role).where(staff_role.c.staff_id == number))
    _give(connection, number, after)
    return before


def set_active(connection: Connection, number: int, active: bool) -> None:
    """Let somebody in or out; out, every browser of theirs is signed out at once."""
    if not active:
        _somebody_left(connection, number, roles_of(connection, number))
        sign_out(connection, number)
    connection.execute(update(staff).where(staff.c.id == number).values(active=active))


def sign_out(connection: Connection, number: int, but: str = "") -> int:
    """End sessions of somebody, all but one by its hash; returns how many."""
    mine = delete(staff_session).where(staff_session.c.staff_id == number)
    return connection.execute(mine.where(staff_session.c.token_hash != but)).rowcount


def forget_factors(connection: Connection, number: int) -> None:
    """No second factor, no known browser: to be set up anew."""
    for table in (passkey, recovery_code, known_device):
        connection.execute(delete(table).where(table.c.staff_id == number))
    fresh = {"totp_sealed": None, "totp_last": None, "failures": 0, "failed": None}
    connection.execute(update(staff).where(staff.c.id == number).values(**fresh))


def _give(connection: Connection, number: int, roles: frozenset[str]) -> None:
    rows: Sequence[dict[str, Any]] = [{"staff_id": number, "role": role} for role in sorted(roles)]
    connection.execute(insert(staff_role), rows)


def _somebody_left(connection: Connection, number: int, losing: Iterable[str]) -> None:
    for role in sorted(losing):
        others = (
            select(staff.c.id)
            .join(staff_role, staff_role.c.staff_id == staff.c.id)
            .where(staff_role.c.role == role, staff.c.active, staff.c.id != number)
        )
        if connection.execute(others).first() is None:
            raise Refused(f"Nobody else is {role}. Give the role to somebody first.")

"""Second factors by hand: one-time codes (RFC 6238), each once, and recovery codes."""

from __future__ import annotations

import secrets
from typing import Any

import pyotp
import segno
from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.console.desk import Seals
from bot.console.sign_in.accounts import recovery_code, staff
from bot.console.sign_in.passwords import Passwords
from bot.console.sign_in.policy import policy

ISSUER = "Handrail console"
STEP = 30  # seconds
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def bound(number: int) -> str:
    """What a sealed secret belongs to."""
    return f"staff:{number}"


def new_secret() -> str:
    """For an authenticator app, in base 32."""
    return pyotp.random_base32()


def picture(secret: str, name: str) -> str:
    """The square code of a secret as inline SVG, without the styles that the page forbids."""
    uri = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    return segno.make(uri, error="m").svg_inline(omitsize=True, dark="#000", light="#fff", border=3)


def accepts(secret: str, code: str, last: int | None, now: float) -> int | None:
    """The time step of a right code that is newer than the last one used; None otherwise."""
    digits = code.replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return None
    totp = pyotp.TOTP(secret)
    for drift in (0, -1, 1):
        step = int(now // STEP) + drift
        fits = secrets.compare_digest(totp.generate_otp(step), digits)
        if fits and (last is None or step > last):
            return step
    return None


def use_code(connection: Connection, row: Row[Any], code: str, seals: Seals, now: float) -> bool:
    """Whether it is a right code of this account, which then cannot be used again."""
    if row.totp_sealed is None:
        return False
    secret = str(seals.open(row.totp_sealed, bound(row.id)))
    step = accepts(secret, code, row.totp_last, now)
    if step is None:
        return False
    newer = (staff.c.totp_last.is_(None)) | (staff.c.totp_last < step)
    change = update(staff).where(staff.c.id == row.id, newer).values(totp_last=step)
    return connection.execute(change).rowcount == 1


def new_recovery_codes(
    connection: Connection, number: int, passwords: Passwords, now: float
) -> list[str]:
    """Fresh ones in the place of all before; they are shown once."""
    connection.execute(delete(recovery_code).where(recovery_code.c.staff_id == number))
    made = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))
        for _ in range(policy().recovery_codes)
    ]
    rows = [
        {"staff_id": number, "code_hash": passwords.hash(code), "created": now} for code in made
    ]
    connection.execute(insert(recovery_code), rows)
    return made


def use_recovery_code(
    connection: Connection, number: int, code: str, passwords: Passwords, now: float
) -> bool:
    """Whether it is an unused recovery code of this account, which then is used."""
    given = code.strip().casefold()
    if len(given) != 17:
        return False
    query = select(recovery_code).where(
        recovery_code.c.staff_id == number, recovery_code.c.used.is_(None)
    )
    for row in connection.execute(query).all():
        if passwords.fits(row.code_hash, given):
            mine = recovery_code.c.id == row.id
            unused = update(recovery_code).where(mine, recovery_code.c.used.is_(None))
            return connection.execute(unused.values(used=now)).rowcount == 1
    return False


def codes_left(connection: Connection, number: int) -> int:
    """Unused recovery codes."""
    mine = (recovery_code.c.staff_id == number) & recovery_code.c.used.is_(None)
    return len(connection.execute(select(recovery_code.c.id).where(mine)).all())

"""Staff: accounts, second factors, sessions. Passwords and codes are hashed, secrets are sealed."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, LargeBinary, String, true
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.models.base import Base


class StaffRow(Base):
    """An account. `name` is what the audit trail says, so that it never changes and never returns:
    who leaves is made inactive. `failures` counts failed sign-ins in a row."""

    __tablename__ = "staff"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last: Mapped[int | None]  # the time step of the last code, which no code may repeat
    temporary_until: Mapped[float | None]  # of a first password that somebody else knows
    active: Mapped[bool] = mapped_column(Boolean, server_default=true())
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    failed: Mapped[float | None]
    created: Mapped[float]


class StaffRoleRow(Base):
    """What somebody may do."""

    __tablename__ = "staff_role"
    __table_args__ = (
        CheckConstraint(
            "role IN ('viewer', 'author', 'translator', 'reviewer', 'publisher', 'admin')",
            name="role",
        ),
    )

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(12), primary_key=True)


class PasskeyRow(Base):
    """A WebAuthn credential."""

    __tablename__ = "passkey"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(Integer, server_default="0")
    label: Mapped[str] = mapped_column(String(80))
    created: Mapped[float]
    used: Mapped[float | None]


class RecoveryCodeRow(Base):
    """A code for the day the phone is lost; each works once."""

    __tablename__ = "recovery_code"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(200))
    created: Mapped[float]
    used: Mapped[float | None]


class StaffSessionRow(Base):
    """A signed-in browser, by the sha256 of its token. Deleting the row signs it out at once.

    `stepped_up` is when its owner last proved again who they are.
    """

    __tablename__ = "staff_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created: Mapped[float]
    seen: Mapped[float]
    expires: Mapped[float]
    stepped_up: Mapped[float | None]
    device: Mapped[str] = mapped_column(String(80), server_default="")


class KnownDeviceRow(Base):
    """A browser that its owner signed in with before: the wait after failures is not for it."""

    __tablename__ = "known_device"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created: Mapped[float]


class ChallengeRow(Base):
    """A WebAuthn challenge that was handed out, by its sha256: it is answered once."""

    __tablename__ = "challenge"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    purpose: Mapped[str] = mapped_column(String(12))
    expires: Mapped[float]

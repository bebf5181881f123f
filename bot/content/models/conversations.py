"""Conversations: sessions, what was accepted, what is answered, and what no platform would take."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.models.base import Base


class SessionRow(Base):
    """A conversation. Only a hash of its token is kept, or of a messaging app's name for the chat.

    `address` (sealed) is where to write back, `carded` when the crisis card stood in for an answer.
    `counted` is what it was counted for already, `last_script` what was last said.
    """

    __tablename__ = "session"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str | None] = mapped_column(String(10))
    country: Mapped[str | None] = mapped_column(String(2))
    created: Mapped[float]
    last_seen: Mapped[float]
    expires: Mapped[float] = mapped_column(index=True)
    deleted: Mapped[bool] = mapped_column(Boolean, server_default=false())
    turn: Mapped[int] = mapped_column(Integer, server_default="0")
    address: Mapped[bytes | None] = mapped_column(LargeBinary)
    carded: Mapped[float | None]
    counted: Mapped[list[str] | None] = mapped_column(JSON)
    last_script: Mapped[str | None] = mapped_column(String(80))


class InboxRow(Base):
    """An accepted message. Its sealed text goes when its turn is done.

    Of a messaging app: `position` is its place among the others by the platform, `media` what came
    with it; one with `danger` does not wait for those before it.
    """

    __tablename__ = "inbox"
    __table_args__ = (
        CheckConstraint("status IN ('pending', 'done', 'failed')", name="status"),
        CheckConstraint(
            "status = 'pending' OR (sealed_text IS NULL AND payload IS NULL)", name="forgotten"
        ),
        UniqueConstraint("session_id", "idempotency_key"),
        Index("ix_inbox_status_created", "status", "created"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    idempotency_key: Mapped[str] = mapped_column(String(64))
    body_hash: Mapped[str] = mapped_column(String(64))
    sealed_text: Mapped[bytes | None] = mapped_column(LargeBinary)
    payload: Mapped[str | None] = mapped_column(Text)
    unseen: Mapped[bool] = mapped_column(Boolean, server_default=false())
    status: Mapped[str] = mapped_column(String(10), server_default="pending")
    created: Mapped[float]
    done_at: Mapped[float | None]
    position: Mapped[int | None] = mapped_column(BigInteger)
    danger: Mapped[bool] = mapped_column(Boolean, server_default=false())
    media: Mapped[str | None] = mapped_column(String(10))


class OutboxRow(Base):
    """The answer of one turn: script ids and closed-list values as JSON, never a rendered text.

    `delivered_with` is the message it went out with: its own, or a later one when it was late. To a
    messaging app it is sent in `pieces`; `due` is when it may be tried next, after `attempts`, and
    `late` says that the crisis card went out before it.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("session_id", "sequence"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"))
    inbox_id: Mapped[int] = mapped_column(ForeignKey("inbox.id"), index=True)
    sequence: Mapped[int]
    content: Mapped[str] = mapped_column(Text)
    delivered_with: Mapped[int | None]
    created: Mapped[float]
    pieces: Mapped[int] = mapped_column(Integer, server_default="0")
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    due: Mapped[float] = mapped_column(server_default="0")
    late: Mapped[bool] = mapped_column(Boolean, server_default=false())


class SeenRow(Base):
    """An event of a platform that was accepted, by a keyed hash; it outlives its conversation."""

    __tablename__ = "seen"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    created: Mapped[float] = mapped_column(index=True)


class ButtonRow(Base):
    """What a button in a messaging app stands for: their apps take short tokens alone."""

    __tablename__ = "button"

    session_id: Mapped[str] = mapped_column(ForeignKey("session.id"), primary_key=True)
    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    payload: Mapped[str] = mapped_column(Text)
    script: Mapped[str] = mapped_column(String(80))
    turn: Mapped[int]


class DeadLetterRow(Base):
    """An answer that a platform would not take, for staff: of which scripts, not of whom."""

    __tablename__ = "dead_letter"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(80))
    scripts: Mapped[list[str]] = mapped_column(JSON)
    attempts: Mapped[int]
    created: Mapped[float] = mapped_column(index=True)

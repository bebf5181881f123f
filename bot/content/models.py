"""The database: editions and who decided about them, releases, the audit trail, conversations.

Times are seconds since 1970. A condition that is not set is the empty text, so that uniqueness
holds. Rules that no view may forget stand in migrations/versions/0002_rules.py as triggers.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
LIVE = text("state = 'live'")


class Base(DeclarativeBase):
    """All tables; constraint names follow one convention on every database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        float: Float(53),
        list[Any]: JSON,
    }


class Script(Base):
    """A script id and what decides how it is cared for."""

    __tablename__ = "script"
    __table_args__ = (CheckConstraint("risk IN ('crisis', 'safety', 'general')", name="risk"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    risk: Mapped[str] = mapped_column(String(10))
    owner: Mapped[str | None] = mapped_column(String(40))
    review_months: Mapped[int | None]
    created: Mapped[float]


class EditionRow(Base):
    """One text of a script. States: draft, submitted, approved, rejected, live, retired."""

    __tablename__ = "edition"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'rejected', 'live', 'retired')",
            name="state",
        ),
        CheckConstraint("length(content_hash) = 64", name="content_hash"),
        Index(
            "ix_edition_one_live",
            "script_id",
            "locale",
            "audience",
            "channel",
            "country",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index("ix_edition_content_hash", "content_hash"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    script_id: Mapped[str] = mapped_column(ForeignKey("script.id"))
    locale: Mapped[str] = mapped_column(String(10))
    audience: Mapped[str] = mapped_column(String(20), server_default="")
    channel: Mapped[str] = mapped_column(String(20), server_default="")
    country: Mapped[str] = mapped_column(String(2), server_default="")
    body: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[Any]]
    says: Mapped[list[Any]]
    handoffs: Mapped[list[Any]]
    resources: Mapped[list[Any]]
    sources: Mapped[list[Any]]
    content_hash: Mapped[str] = mapped_column(String(64))
    source_edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    baseline: Mapped[bool] = mapped_column(Boolean, server_default=false())
    author: Mapped[str] = mapped_column(String(80))
    last_editor: Mapped[str] = mapped_column(String(80))
    submitter: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), server_default="draft")
    reviewed_by: Mapped[str | None] = mapped_column(String(80))
    reviewed: Mapped[str | None] = mapped_column(String(10))
    created: Mapped[float]


class Decision(Base):
    """What one person decided about one content hash of an edition. Never changed."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint("verdict IN ('approve', 'changes', 'reject')", name="verdict"),
        CheckConstraint("verdict = 'approve' OR length(reason) > 0", name="reason"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    created: Mapped[float]


class ReleaseRow(Base):
    """A signed bundle as it was published. Never changed."""

    __tablename__ = "release"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    content_digest: Mapped[str] = mapped_column(String(64))
    draft: Mapped[bool]
    signer: Mapped[str] = mapped_column(String(80))
    signed: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[float]


class ReleaseEdition(Base):
    """Which editions a release holds."""

    __tablename__ = "release_edition"

    release_version: Mapped[int] = mapped_column(ForeignKey("release.version"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)


class Event(Base):
    """The audit trail: `tag` is source:subject:action, `hash` covers the row and the one before."""

    __tablename__ = "event"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    created: Mapped[float]
    actor: Mapped[str] = mapped_column(String(80))
    tag: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    before_hash: Mapped[str | None] = mapped_column(String(64))
    after_hash: Mapped[str | None] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64), unique=True)  # a chain cannot fork
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class SessionRow(Base):
    """A conversation. Only a hash of its token is kept, or of a messaging app's name for the chat.

    `address` (sealed) is where to write back, `carded` when the crisis card stood in for an answer.
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

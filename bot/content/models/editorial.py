"""Scripts and their editions, who decided about them, releases, and the audit trail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.models.base import Base

LIVE = text("state = 'live'")


class Script(Base):
    """What has editions, and how it is cared for: a script by its id, or a helper of the directory
    (`kind` resource), whose id is `resource:` and the helper's."""

    __tablename__ = "script"
    __table_args__ = (CheckConstraint("risk IN ('crisis', 'safety', 'general')", name="risk"),)

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    risk: Mapped[str] = mapped_column(String(10))
    owner: Mapped[str | None] = mapped_column(String(40))
    review_months: Mapped[int | None]
    created: Mapped[float]
    kind: Mapped[str] = mapped_column(String(10), server_default="script")


class EditionRow(Base):
    """One text of a script. States: draft, submitted, approved, rejected, live, retired.

    Of a helper: `body` is its JSON, locale and conditions are empty, and `resources` holds its
    numbers and links. `round` counts how often it was submitted: a decision counts in its own round
    alone. `needed` is how many approvals it takes, two where numbers or links change.
    """

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
    round: Mapped[int] = mapped_column(Integer, server_default="0")
    needed: Mapped[int] = mapped_column(Integer, server_default="1")


class RevisionRow(Base):
    """Who gave an edition which content: nobody who worked on a text may approve it."""

    __tablename__ = "revision"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    editor: Mapped[str] = mapped_column(String(80))
    created: Mapped[float]


class Decision(Base):
    """What one person decided about one content hash of an edition. Never changed."""

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_once", "edition_id", "round", "actor", "verdict", unique=True),
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
    round: Mapped[int] = mapped_column(Integer, server_default="0")


class RecheckRow(Base):
    """A live edition was read again and found right: its next review counts from here."""

    __tablename__ = "recheck"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    actor: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text, server_default="")
    created: Mapped[float]


class CommentRow(Base):
    """What staff say to each other about a script; `resolved` says when it was settled."""

    __tablename__ = "comment"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    script_id: Mapped[str] = mapped_column(ForeignKey("script.id"), index=True)
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    actor: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    created: Mapped[float]
    resolved: Mapped[float | None]


class WithdrawalRow(Base):
    """A live edition was taken out at once: an approved holding text stands in its place.

    `lifted` says since when another approved edition stands there again.
    """

    __tablename__ = "withdrawal"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    holding_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    created: Mapped[float]
    lifted: Mapped[float | None]


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
    notes: Mapped[str] = mapped_column(Text, server_default="")


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

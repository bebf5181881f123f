"""What is known of a helper's links and numbers: checks, calls, and links that are hidden."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Index, Integer, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.models.base import Base


class LinkCheckRow(Base):
    """One look at a link: what answered, where it led, how long its certificate lasts.

    `checked_by` is a person or `schedule`; `body_hash` tells whether the page changed.
    """

    __tablename__ = "link_check"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('ok', 'moved', 'changed', 'dead', 'unreachable', 'certificate')",
            name="outcome",
        ),
        Index("ix_link_check_resource_id_created", "resource_id", "created"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    resource_id: Mapped[str] = mapped_column(String(80))
    url: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(12))
    status: Mapped[int | None]
    final_url: Mapped[str | None] = mapped_column(Text)
    certificate_ends: Mapped[float | None]
    body_hash: Mapped[str | None] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text, server_default="")
    checked_by: Mapped[str] = mapped_column(String(80))
    created: Mapped[float]


class CallBackRow(Base):
    """Somebody called or texted a number and says who answered."""

    __tablename__ = "call_back"
    __table_args__ = (
        CheckConstraint("outcome IN ('right', 'wrong', 'no_answer')", name="outcome"),
        Index("ix_call_back_resource_id_created", "resource_id", "created"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    resource_id: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text, server_default="")
    actor: Mapped[str] = mapped_column(String(80))
    created: Mapped[float]


class HiddenLinkRow(Base):
    """A dead link that no card shows: hidden by rule until it answers again."""

    __tablename__ = "hidden_link"

    resource_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    created: Mapped[float]
    reported: Mapped[bool] = mapped_column(Boolean, server_default=false())

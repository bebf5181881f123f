"""Counts by week that name nobody, and redacted sentences that were not understood."""

from __future__ import annotations

from sqlalchemy import JSON, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.content.models.base import Base


class TallyRow(Base):
    """How many conversations of a week had something, e.g. the situation `sextortion`.

    `week` is its Monday as 2026-11-23; a conversation is counted once for each measure and name.
    """

    __tablename__ = "tally"

    week: Mapped[str] = mapped_column(String(10), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    locale: Mapped[str] = mapped_column(String(10), primary_key=True)
    measure: Mapped[str] = mapped_column(String(30), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    conversations: Mapped[int] = mapped_column(Integer)


class UnclearRow(Base):
    """A sentence that was not understood, of known words alone. `voice` tells conversations apart
    and leads to none of them."""

    __tablename__ = "unclear"
    __table_args__ = (
        Index("ix_unclear_locale_created", "locale", "created"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    locale: Mapped[str] = mapped_column(String(10))
    words: Mapped[str] = mapped_column(Text)
    voice: Mapped[str] = mapped_column(String(16))
    created: Mapped[float]


class ProposalRow(Base):
    """Training sentences that staff propose for an intent; developers merge the file."""

    __tablename__ = "proposal"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    locale: Mapped[str] = mapped_column(String(10))
    intent: Mapped[str] = mapped_column(String(40))
    sentences: Mapped[list[str]] = mapped_column(JSON)
    actor: Mapped[str] = mapped_column(String(80))
    created: Mapped[float]

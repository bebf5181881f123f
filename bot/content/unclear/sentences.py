"""Redacted sentences that were not understood, in the table `unclear`: few, and for 30 days."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from bot.content import models

MOST_OF_A_VOICE = 5
KEPT_SECONDS = 30 * 86_400.0
_unclear = models.Base.metadata.tables["unclear"]


@dataclass(frozen=True)
class Sentence:
    """Words and marks of one sentence; `voice` is the same for all of one conversation."""

    words: str
    voice: str


def keep_sentence(
    connection: Connection, locale: str, words: str, *, voice: str, now: float
) -> None:
    """Keep a redacted sentence, of one conversation no more than five."""
    query = select(func.count()).select_from(_unclear).where(_unclear.c.voice == voice)
    if int(connection.execute(query).scalar_one()) < MOST_OF_A_VOICE:
        row = {"locale": locale, "words": words, "voice": voice, "created": now}
        connection.execute(insert(_unclear).values(**row))


def sentences_erased(connection: Connection, voice: str) -> None:
    """Erase what was kept of one conversation."""
    connection.execute(delete(_unclear).where(_unclear.c.voice == voice))


def purge_sentences(connection: Connection, now: float) -> None:
    """Erase what is older than 30 days before `now` (seconds)."""
    connection.execute(delete(_unclear).where(_unclear.c.created < now - KEPT_SECONDS))


def read_sentences(connection: Connection, locale: str) -> list[Sentence]:
    """All that is kept in a language, oldest first."""
    query = select(_unclear.c.words, _unclear.c.voice).where(_unclear.c.locale == locale)
    rows = connection.execute(query.order_by(_unclear.c.id))
    return [Sentence(row.words, row.voice) for row in rows]

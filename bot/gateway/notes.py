"""What is noted of a turn beside its answer: counts, and words that were not understood."""

from __future__ import annotations

import hmac
import time

from sqlalchemy import Connection, select, update

from bot.content.unclear.sentences import keep_sentence, sentences_erased
from bot.gateway.counting import (
    FORGOTTEN,
    Counted,
    count_turn,
    never_in_the_way,
    stop_counting,
)
from bot.gateway.sessions import Sessions, session


class Notes(Sessions):
    """All of it in the transaction of what it is about."""

    def note(
        self,
        connection: Connection,
        session_id: str,
        counted: Counted | None,
        unclear: str | None,
        now: float,
    ) -> None:
        """Note what a turn counts for, and the redacted words of a text that was not understood.
        The caller holds the conversation's row."""
        if counted is not None:
            count_turn(connection, session_id, counted, now)
        if unclear is not None:
            with never_in_the_way(connection):
                self._keep(connection, session_id, unclear, now)

    def _keep(self, connection: Connection, session_id: str, words: str, now: float) -> None:
        found = select(session.c.locale, session.c.counted).where(session.c.id == session_id)
        row = connection.execute(found).one()
        if row.locale is not None and row.counted != FORGOTTEN:
            voice = self.voice(session_id)
            keep_sentence(connection, row.locale, words, voice=voice, now=now)

    def forget_notes(self, connection: Connection, session_id: str) -> None:
        """Erase what was noted of a conversation, which goes on and is noted no more."""
        stop_counting(connection, session_id)
        sentences_erased(connection, self.voice(session_id))

    def voice(self, session_id: str) -> str:
        """Tells conversations apart among redacted sentences, 16 hex digits; leads to none."""
        key = hmac.new(self._pepper, b"voices of unclear sentences", "sha256").digest()
        return hmac.new(key, session_id.encode(), "sha256").hexdigest()[:16]

    def count_opened(self, session_id: str, resource: str) -> None:
        """Count that a person opened a helper: once in a conversation."""
        opened = Counted(frozenset({("opened", resource)}))
        with self._engine.begin() as connection:
            # Holds the row, so that a turn that ends at the same time counts nothing twice.
            mine = session.c.id == session_id
            connection.execute(update(session).where(mine).values(turn=session.c.turn))
            count_turn(connection, session_id, opened, time.time())

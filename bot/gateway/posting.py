"""Sending answers to messaging apps: claimed by one sender at a time, in order, piece by piece.

A claim is a lease: whoever dies holding one leaves the answer to the next. Between a platform's
yes and our commit nothing can be known, so that an answer may go out twice then, and never not.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Engine, and_, delete, insert, or_, select, update

from bot.content import models
from bot.content.database import empty_log
from bot.gateway.answers import Answer, answer_of, inbox, outbox
from bot.gateway.sessions import PENDING, erase_if_quiet, session

dead_letter = models.Base.metadata.tables["dead_letter"]
LEASE_SECONDS = 60.0
CARD_AGAIN_SECONDS = 300.0
LETTER_SECONDS = 30 * 86400.0
_WAITING = outbox.c.delivered_with.is_(None)
_MESSAGING = session.c.address.is_not(None)


@dataclass(frozen=True)
class Post:
    """An answer on its way: `pieces` of it have been sent, after `attempts` that failed. `due` is
    the lease that holds it."""

    id: int
    session_id: str
    answer: Answer
    pieces: int
    attempts: int
    due: float
    created: float


@dataclass(frozen=True)
class DeadLetter:
    """What was never delivered: the scripts of an answer, and why."""

    channel: str
    reason: str
    scripts: tuple[str, ...]
    attempts: int
    created: float


class Posting:
    """The outbox of messaging apps; raises SQLAlchemyError when the database fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def due(self) -> list[str]:
        """Conversations with an answer that may be tried now."""
        query = (
            select(outbox.c.session_id)
            .join(session, session.c.id == outbox.c.session_id)
            .where(_MESSAGING, _WAITING, outbox.c.due <= time.time())
            .distinct()
        )
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def claim(self, session_id: str) -> Post | None:
        """The next answer of a conversation, for this sender alone; None when there is none, when
        it is not due yet or another sender has it."""
        query = (
            select(outbox)
            .where(outbox.c.session_id == session_id, _WAITING)
            .order_by(outbox.c.sequence)
            .limit(1)
        )
        now = time.time()
        with self._engine.begin() as connection:
            row = connection.execute(query).one_or_none()
            if row is None or row.due > now:
                return None
            lease = now + LEASE_SECONDS
            mine = and_(outbox.c.id == row.id, _WAITING, outbox.c.due == row.due)
            if connection.execute(update(outbox).where(mine).values(due=lease)).rowcount == 0:
                return None
        return Post(
            row.id, session_id, answer_of(row), row.pieces, row.attempts, lease, row.created
        )

    def hold(self, post: Post, pieces: int) -> Post | None:
        """Note how many pieces are out and hold on to the rest; None when another sender has it."""
        lease = time.time() + LEASE_SECONDS
        if not self._change(post, pieces=pieces, due=lease):
            return None
        return replace(post, pieces=pieces, due=lease)

    def again(self, post: Post, after: float) -> None:
        """Give it back, to be tried after so many seconds."""
        mine = and_(outbox.c.id == post.id, _WAITING)
        values = {"attempts": post.attempts + 1, "due": time.time() + after}
        with self._engine.begin() as connection:
            connection.execute(update(outbox).where(mine).values(**values))

    def _change(self, post: Post, **values: float) -> bool:
        mine = and_(outbox.c.id == post.id, outbox.c.due == post.due)
        with self._engine.begin() as connection:
            return connection.execute(update(outbox).where(mine).values(**values)).rowcount > 0

    def delivered(self, post: Post, *, erasing: bool = False) -> bool:
        """All of it is out: it is the last answer now, and those before it are erased.

        One that says that everything is erased is `erasing`: so it is in the same transaction,
        unless somebody wrote again since. Returns whether it was.
        """
        number = post.answer.inbox_id
        with self._engine.begin() as connection:
            connection.execute(
                delete(outbox).where(
                    outbox.c.session_id == post.session_id,
                    outbox.c.delivered_with.is_not(None),
                    outbox.c.sequence < post.answer.turn,
                )
            )
            connection.execute(
                update(outbox).where(outbox.c.id == post.id).values(delivered_with=number)
            )
            erased = erasing and erase_if_quiet(connection, post.session_id)
        if erased:
            empty_log(self._engine)
        return erased

    def give_up(self, post: Post, channel: str, reason: str, *, erasing: bool = False) -> bool:
        """Move an answer that the platform will not take to the dead letters; as `delivered`."""
        scripts = [str(named["script"]) for named in post.answer.reply.get("messages", [])]
        with self._engine.begin() as connection:
            connection.execute(delete(outbox).where(outbox.c.id == post.id))
            connection.execute(
                insert(dead_letter).values(
                    channel=channel,
                    reason=reason[:80],
                    scripts=scripts,
                    attempts=post.attempts + 1,
                    created=time.time(),
                )
            )
            erased = erasing and erase_if_quiet(connection, post.session_id)
        if erased:
            empty_log(self._engine)
        return erased

    def let_go(self) -> None:
        """Free every claim: at a start on a database that nobody else uses."""
        with self._engine.begin() as connection:
            connection.execute(update(outbox).where(_WAITING).values(due=0))

    def dead_letters(self) -> list[DeadLetter]:
        """The latest first."""
        columns = (dead_letter.c.channel, dead_letter.c.reason, dead_letter.c.scripts)
        query = select(*columns, dead_letter.c.attempts, dead_letter.c.created).order_by(
            dead_letter.c.id.desc()
        )
        with self._engine.connect() as connection:
            return [
                DeadLetter(row.channel, row.reason, tuple(row.scripts), row.attempts, row.created)
                for row in connection.execute(query)
            ]

    def purge(self) -> None:
        """Erase dead letters that are a month old."""
        old = dead_letter.c.created < time.time() - LETTER_SECONDS
        with self._engine.begin() as connection:
            connection.execute(delete(dead_letter).where(old))

    def address(self, session_id: str) -> bytes | None:
        """The sealed address of a conversation, None when it is gone."""
        query = select(session.c.address).where(session.c.id == session_id)
        with self._engine.connect() as connection:
            found: bytes | None = connection.execute(query).scalar()
        return found

    def unanswered(self, age: float) -> list[str]:
        """Conversations with a message that has waited for `age` (seconds) and was written when no
        card had told of that yet, or long after one; danger always gets a card of its own."""
        waiting = select(inbox.c.id).where(
            inbox.c.session_id == session.c.id,
            inbox.c.status == PENDING,
            inbox.c.created <= time.time() - age,
            _uncarded(),
        )
        query = select(session.c.id).where(_MESSAGING, waiting.exists())
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def note_card(self, session_id: str) -> bool:
        """Note that the card goes out now; False when another sender has just done so."""
        waiting = select(inbox.c.id).where(
            inbox.c.session_id == session.c.id, inbox.c.status == PENDING, _uncarded()
        )
        mine = and_(session.c.id == session_id, waiting.exists())
        with self._engine.begin() as connection:
            noted = update(session).where(mine).values(carded=time.time())
            return connection.execute(noted).rowcount > 0


def _uncarded() -> ColumnElement[bool]:
    """Whether no card tells of a waiting message: none since it was written, where it tells of
    danger; else none at all, or one of some time ago."""
    newer = inbox.c.created > session.c.carded
    long_ago = inbox.c.created - session.c.carded > CARD_AGAIN_SECONDS
    return or_(session.c.carded.is_(None), and_(inbox.c.danger, newer), long_ago)

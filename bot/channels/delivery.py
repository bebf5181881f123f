"""From the outbox to the platforms: in order for each conversation, again after a fault, never to
the harm of another channel."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from aiolimiter import AsyncLimiter
from starlette.concurrency import run_in_threadpool

from bot.channels.channel import Channel, Over, Piece, Refused, SendProblem, TryAgain
from bot.channels.wording import bubbles
from bot.content.render import Message
from bot.gateway.messaging import Messaging
from bot.gateway.posting import LEASE_SECONDS, Post
from bot.gateway.replies import OutgoingMessage
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Session
from bot.gateway.turns import ERASING_SCRIPT

logger = logging.getLogger(__name__)
THREADS = 8  # of each channel: one that hangs holds up none of the others
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0  # seconds between two attempts
GIVE_UP_SECONDS = 6 * 3600.0  # an answer of this morning helps nobody tonight
LONGEST_PAUSE = 3600.0  # however long a platform asks to be left alone
ERASING_SECONDS = 40.0  # a conversation that is to be erased waits no longer for its goodbye
DIRECT_ATTEMPTS, DIRECT_LONGEST = 7, 120.0  # some two minutes, and what a platform asks for


@dataclass
class Line:
    """A channel with what keeps its sending apart from the others'."""

    channel: Channel
    threads: ThreadPoolExecutor
    limiter: AsyncLimiter

    @classmethod
    def to(cls, channel: Channel) -> Line:
        threads = ThreadPoolExecutor(THREADS, thread_name_prefix=channel.name)
        # One at a time at the platform's pace: no burst.
        return cls(channel, threads, AsyncLimiter(1, 1 / channel.rate))


class Lost(Exception):
    """Another sender has taken the answer over."""


@dataclass
class Delivery:
    """Sends what is in the outbox. `lines` by the name that conversations are kept under."""

    messaging: Messaging
    lines: Mapping[str, Line]
    chance: random.Random = field(default_factory=random.Random)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _again: set[str] = field(default_factory=set)
    _direct: set[asyncio.Task[None]] = field(default_factory=set)

    @classmethod
    def over(cls, messaging: Messaging, channels: Sequence[Channel]) -> Delivery:
        """Delivery over these channels; answers are sent as soon as they are there."""
        lines: dict[str, Line] = {}
        for channel in channels:
            lines |= dict.fromkeys(channel.styles, Line.to(channel))
        made = cls(messaging, lines)
        messaging.turns.answered = made.soon
        return made

    def soon(self, session_id: str) -> None:
        """Send what waits for a conversation, by the one task that does."""
        if session_id in self._tasks:
            self._again.add(session_id)
            return
        task = asyncio.create_task(self._send_all(session_id))
        self._tasks[session_id] = task
        task.add_done_callback(lambda done: self._sent_all(session_id, done))

    @property
    def speaker(self) -> Speaker:
        return self.messaging.reading.speaker

    @property
    def counters(self) -> Counter[str]:
        return self.messaging.counters

    @property
    def busy(self) -> bool:
        """Whether something is being sent at the moment."""
        return bool(self._tasks or self._direct)

    def _sent_all(self, session_id: str, task: asyncio.Task[None]) -> None:
        del self._tasks[session_id]
        if not task.cancelled() and task.exception() is not None:
            # The type alone: a message may hold what is in a row.
            logger.error("sending failed: %s", type(task.exception()).__name__)
        elif session_id in self._again:
            self.soon(session_id)
        self._again.discard(session_id)

    async def take_up(self) -> None:
        """Send what a fault or a restart left behind."""
        posting = self.messaging.posting
        for session_id in await run_in_threadpool(posting.due):
            self.soon(session_id)

    async def send_cards(self, deadline: float) -> None:
        """The crisis card where an answer takes longer than `deadline` (seconds)."""
        posting = self.messaging.posting
        for session_id in await run_in_threadpool(posting.unanswered, deadline):
            session = await run_in_threadpool(self.messaging.storage.session_by_id, session_id)
            address = await run_in_threadpool(self.messaging.address, session_id)
            if session is None or address is None or session.channel not in self.lines:
                continue
            if await run_in_threadpool(posting.note_card, session_id):
                self.counters["cards"] += 1
                card = self.speaker.card(session.locale, session.country, session.channel)
                self.say(session.channel, address, [card])

    async def _send_all(self, session_id: str) -> None:
        posting = self.messaging.posting
        session = await run_in_threadpool(self.messaging.storage.session_by_id, session_id)
        if session is None or session.channel not in self.lines:
            return
        while post := await run_in_threadpool(posting.claim, session_id):
            try:
                await self._send(session, post)
            except Lost:
                return
            session = await run_in_threadpool(self.messaging.storage.session_by_id, session_id)
            if session is None:
                return

    async def _send(self, session: Session, post: Post) -> None:
        """Send an answer from its first unsent piece on, and note what came of it."""
        posting = self.messaging.posting
        erasing = _erases(post)
        try:
            await self._send_pieces(session, post)
        except TryAgain as problem:
            self.counters["send_again"] += 1
            age = time.time() - post.created
            if erasing and age > ERASING_SECONDS:
                await self._end(session, partial(posting.delivered, post, erasing=True))
            elif age > GIVE_UP_SECONDS:
                await run_in_threadpool(posting.give_up, post, session.channel, "unreachable")
            else:
                await run_in_threadpool(posting.again, post, self._wait(post, problem))
            raise Lost from None
        except Over:
            self.counters["send_over"] += 1
        except Refused as problem:
            self.counters["send_refused"] += 1
            logger.error("%s refused an answer: %s", session.channel, problem.reason)
            letter = (post, session.channel, problem.reason)
            await self._end(session, partial(posting.give_up, *letter, erasing=erasing))
            return
        await self._end(session, partial(posting.delivered, post, erasing=erasing))

    async def _end(self, session: Session, note: Callable[[], bool]) -> None:
        """Note what became of an answer; where that erased all, the worker's part goes too."""
        if await run_in_threadpool(note):
            await self.messaging.turns.forget_soon(session.id)

    async def _send_pieces(self, session: Session, post: Post) -> None:
        line = self.lines[session.channel]
        address = await run_in_threadpool(self.messaging.address, session.id)
        if address is None:
            raise Over
        outgoing = await run_in_threadpool(self.messaging.rendered, session, post.answer)
        pieces = self._pieces(session.channel, outgoing)
        held = post
        for number, piece in enumerate(pieces):
            if number < post.pieces:
                continue
            if number > post.pieces:
                await asyncio.sleep(line.channel.pause)
            await line.limiter.acquire()
            if number or held.due - time.time() < LEASE_SECONDS / 2:
                renewed = await run_in_threadpool(self.messaging.posting.hold, held, number)
                if renewed is None:
                    raise Lost
                held = renewed
            await self._through(line, session.channel, address, piece)

    def _pieces(self, channel: str, outgoing: Sequence[OutgoingMessage]) -> list[Piece]:
        line = self.lines[channel]
        locale = outgoing[0].message.locale
        words = self.speaker.release.labels[locale].messaging
        return line.channel.write(channel, bubbles(outgoing, words, line.channel.styles[channel]))

    async def _through(
        self, line: Line, channel: str, address: Mapping[str, str], piece: Piece
    ) -> None:
        """One piece through a channel's own threads. Raises SendProblem."""
        loop = asyncio.get_running_loop()
        sending = loop.run_in_executor(line.threads, line.channel.send, channel, address, piece)
        try:
            await asyncio.wait_for(sending, LEASE_SECONDS / 3)
        except asyncio.TimeoutError:
            raise TryAgain from None

    def _wait(self, post: Post, problem: TryAgain) -> float:
        """Seconds until the next attempt: as the platform asks, else doubling, a little at random
        so that not all come back at once."""
        doubled: float = min(FIRST_WAIT * 2 ** min(post.attempts, 20), LONGEST_WAIT)
        wait = doubled * self.chance.uniform(0.5, 1.0)
        asked = problem.after or 0.0
        if _erases(post):
            return min(wait, ERASING_SECONDS / 4)
        return min(max(wait, asked), LONGEST_PAUSE)

    def say(self, channel: str, address: Mapping[str, str], messages: Sequence[Message]) -> None:
        """Send scripts that belong to no answer, from memory: needs neither database nor worker."""
        if channel in self.lines:
            task = asyncio.create_task(self._say(channel, address, messages))
            self._direct.add(task)
            task.add_done_callback(self._direct.discard)

    async def _say(
        self, channel: str, address: Mapping[str, str], messages: Sequence[Message]
    ) -> None:
        line = self.lines[channel]
        outgoing = [OutgoingMessage(message, ()) for message in messages]
        for piece in self._pieces(channel, outgoing):
            for attempt in range(DIRECT_ATTEMPTS):
                try:
                    await line.limiter.acquire()
                    await self._through(line, channel, address, piece)
                    break
                except TryAgain as problem:
                    asked = min(problem.after or 0.0, DIRECT_LONGEST)
                    await asyncio.sleep(max(FIRST_WAIT * 2**attempt, asked))
                except SendProblem:
                    return
            else:
                self.counters["direct_lost"] += 1
                logger.error("%s: a card was not delivered", channel)
                return

    def acknowledge(self, channel: str, address: Mapping[str, str]) -> None:
        """Tell a platform that waits for it that a press on a button has come; nobody waits."""
        line = self.lines.get(channel)
        tell = getattr(line.channel, "acknowledge", None) if line else None
        if line and tell:
            asyncio.get_running_loop().run_in_executor(line.threads, tell, address)

    async def close(self) -> None:
        """Let what is being sent end, for as long as a platform may take; the rest stays due."""
        tasks = [*self._tasks.values(), *self._direct]
        if tasks:
            await asyncio.wait(tasks, timeout=2.0)
        for task in tasks:
            task.cancel()
        for line in {id(line): line for line in self.lines.values()}.values():
            line.threads.shutdown(wait=False, cancel_futures=True)


def _erases(post: Post) -> bool:
    """Whether an answer says that everything was erased: then it is, once that has been said."""
    named = post.answer.reply.get("messages", [])
    return any(each.get("script") == ERASING_SCRIPT for each in named)

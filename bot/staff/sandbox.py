"""Trial conversations: staff talk with a draft through the gateway's own pipeline; nobody else
sees it, and nothing of it is kept."""

from __future__ import annotations

import logging
import secrets
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.console.workflow.people import Refused
from bot.content.problems import ContentError
from bot.content.release import Release
from bot.content.scripts import Edition
from bot.crisis import CrisisDataError
from bot.gateway.composing import LATE
from bot.gateway.conversations import Conversations
from bot.gateway.errors import RequestProblem
from bot.gateway.replies import OutgoingMessage, Reply
from bot.gateway.worker_client import Worker
from bot.settings import ROOT, Settings
from bot.staff.drafts import release_with, unfit
from bot.staff.stage import Stage
from bot.staff.trial_tests import trial_test

MOST = 50
IDLE_SECONDS = 30 * 60.0
logger = logging.getLogger(__name__)
_GONE = "This trial conversation has ended. Begin anew."
_FAILED = "The trial conversation does not work at the moment. Try again soon."


@dataclass(frozen=True)
class Turn:
    """What was said (None: the welcome) and the answer. `carded`: the worker was late or away, and
    the crisis card stood in for its answer. `intent`: what the worker understood, where it told."""

    said: str | None
    messages: list[OutgoingMessage]
    crisis: bool
    carded: bool = False
    intent: str | None = None


@dataclass
class _Trial:
    """A conversation, its service, and when it was last used."""

    conversations: Conversations
    token: str
    session: str
    country: str | None
    locale: str
    script: str | None
    used: float
    turns: list[Turn] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)


class Sandbox:
    """At most MOST conversations, each for IDLE_SECONDS after it was last used; from any thread.

    `release` gives the one in force and may raise Refused; a conversation keeps to the one that it
    began with. `now` in seconds.
    """

    def __init__(
        self,
        config: Settings,
        release: Callable[[], Release],
        secret: bytes,
        root: Path = ROOT,
        worker: Worker | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._release, self._now = release, now
        self._default = config.locales[0]
        self._stage = Stage(config, secret, root, worker, minutely=self.drop_idle)
        self._trials: dict[str, _Trial] = {}
        self._lock = threading.Lock()
        self._beginning = threading.Lock()

    def begin(self, locale: str, country: str | None, *, edition: Edition | None = None) -> str:
        """A new conversation, with an edition in its place; its id. Raises Refused."""
        release = self._release()
        if edition is not None:
            if problems := [*unfit(release, edition)]:
                raise Refused(" ".join(problems))
            release = release_with(release, edition)
        with self._beginning:
            self.drop_idle()
            if len(self._trials) >= MOST:
                raise Refused(f"{MOST} trial conversations are open. Try again in half an hour.")
            trial = self._begun(release, locale, country)
            trial.script = edition.script if edition else None
            known = secrets.token_urlsafe(32)
            with self._lock:
                self._trials[known] = trial
        return known

    def _begun(self, release: Release, locale: str, country: str | None) -> _Trial:
        try:
            conversations = self._stage.conversations(release)
            token, welcome = self._stage.run(conversations.start(locale, country))
            session = self._stage.run(conversations.find(token))
        except (
            *(OSError, SQLAlchemyError, ContentError, CrisisDataError),
            *(RequestProblem, LookupError, TimeoutError),
        ) as error:
            raise Refused(_FAILED) from error
        spoken = session.locale or self._default
        trial = _Trial(conversations, token, session.id, session.country, spoken, None, self._now())
        trial.turns.append(Turn(None, [*welcome.messages], welcome.crisis))
        return trial

    def knows(self, known: str) -> bool:
        """Whether a conversation is open."""
        self.drop_idle()
        return known in self._trials

    def say(self, known: str, *, text: str | None = None, button: str | None = None) -> None:
        """Say something or press a button (its token); the answer is the last of `messages`.

        Raises Refused.
        """
        trial = self._find(known)
        if (text is None) == (button is None):
            raise Refused("Say something, or press a button.")
        with trial.busy:
            said = text if button is None else _label(trial, button)
            before = trial.conversations.counters["cards"]
            try:
                reply = self._stage.run(_answer(trial, text, button))
            except (RequestProblem, LookupError, TimeoutError, RuntimeError) as error:
                raise Refused(_FAILED) from error
            carded = trial.conversations.counters["cards"] > before
            trial.turns.append(Turn(said, [*reply.messages], reply.crisis, carded, reply.intent))

    def messages(self, known: str) -> list[Turn]:
        """All turns, the welcome first. Raises Refused."""
        return [*self._find(known).turns]

    def end(self, known: str) -> None:
        """Erase a conversation here and at the worker; one that has ended already stays so."""
        with self._lock:
            trial = self._trials.pop(known, None)
        if trial is not None:
            try:
                self._stage.forget(trial.session)
            except SQLAlchemyError as error:
                logger.error("a trial was not erased: %s", type(error).__name__)

    def as_test(self, known: str) -> str:
        """The conversation as an entry of tests/conversation/dialogues/*.yml. Raises Refused."""
        trial = self._find(known)
        name = f"tried with {trial.script}" if trial.script else "tried in the console"
        turns = [replace(each, carded=each.carded or _late(each)) for each in trial.turns]
        return trial_test(name, trial.country, trial.locale, turns)

    def drop_idle(self) -> None:
        """End what nobody has used for too long; the stage does it every minute."""
        late = self._now() - IDLE_SECONDS
        for known, trial in [*self._trials.items()]:
            if trial.used < late:
                self.end(known)

    def close(self) -> None:
        """End everything; a conversation begun later opens it again."""
        for known in [*self._trials]:
            self.end(known)
        self._stage.close()

    def _find(self, known: str) -> _Trial:
        self.drop_idle()
        trial = self._trials.get(known)
        if trial is None:
            raise Refused(_GONE)
        trial.used = self._now()
        return trial


async def _answer(trial: _Trial, text: str | None, button: str | None) -> Reply:
    session = await trial.conversations.find(trial.token)
    return await trial.conversations.send(session, uuid.uuid4().hex, text=text, button=button)


def _late(turn: Turn) -> bool:
    """Whether an answer brings that of an earlier turn too, so that it says nothing of its own."""
    return any(each.message.script == LATE for each in turn.messages)


def _label(trial: _Trial, token: str) -> str:
    """What stands on a button that was shown. Raises Refused."""
    shown = (button for turn in trial.turns for each in turn.messages for button in each.buttons)
    for button in shown:
        if button.token == token:
            return button.label
    raise Refused("That button is not of this conversation.")

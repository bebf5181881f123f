"""What an answered turn is counted for, and which words of it may be kept: ids of our own alone."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.content.located import read_located
from bot.content.render import Message, edition_id
from bot.content.unclear.redaction import Redaction
from bot.crisis import CrisisMatcher
from bot.gateway.answers import Answer
from bot.gateway.composing import compose
from bot.gateway.counting import Count, Counted
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Session
from bot.gateway.worker_client import WorkerReply

logger = logging.getLogger(__name__)
FILE = "data/counting.yml"


class CountingPolicy(BaseModel):
    """data/counting.yml says what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    fallback_scripts: frozenset[str] = frozenset()
    crisis_cards: frozenset[str] = frozenset()


def load_policy(root: Path) -> CountingPolicy:
    """The policy of a project. One that cannot be read is logged and empty: nobody is left
    without an answer for want of a count."""
    source, problems = read_located(root / FILE, root)
    try:
        policy = CountingPolicy.model_validate(source.data or {})
    except ValidationError as error:
        logger.error("%s is not valid: %d mistakes", FILE, error.error_count())
        return CountingPolicy()
    for problem in problems:
        logger.error("%s", problem)
    return policy


@dataclass(frozen=True)
class Noticing:
    """Looks at an answer as it is stored. `redaction` is None while no words are kept; `matcher`
    sees danger that the worker did not."""

    speaker: Speaker
    matcher: CrisisMatcher
    policy: CountingPolicy = field(default_factory=CountingPolicy)
    redaction: Redaction | None = None

    def counted(self, session: Session, inbox_id: int, reply: WorkerReply) -> Counted:
        """What a turn counts for; only the conversation itself where it cannot be told."""
        conversation = ("conversation", "all")
        last = reply.messages[-1].script if reply.messages else None
        try:
            counts = self._counts(session, inbox_id, reply)
        except Exception as error:  # noqa: BLE001 - a count must never cost an answer
            logger.error("not counted: %s", type(error).__name__)
            counts = set()
        return Counted(frozenset({conversation, *counts}), last)

    def _counts(self, session: Session, inbox_id: int, reply: WorkerReply) -> set[Count]:
        # A script that no release holds is counted as a fault where it is answered, not here.
        known = [named for named in reply.messages if self.speaker.knows(named.script)]
        said = reply.model_copy(update={"messages": known}).model_dump()
        answer = Answer(inbox_id, session.turn + 1, said, delivered=False)
        shown = compose(self.speaker, session, answer)
        scripts = {message.script for message in shown}
        helpless = not any(message.resources for message in shown)
        card = scripts & self.policy.crisis_cards or (reply.crisis and helpless)
        situation = reply.context.get("situation") or reply.crisis
        found = {
            "situation": {situation} if situation else set(),
            "step": {m.script for m in reply.messages if m.progress and not m.part} & scripts,
            "handoff": {name for message in shown for name in self._handoffs(message)},
            "fallback": scripts & self.policy.fallback_scripts,
            "crisis": ({reply.crisis} if reply.crisis else set()) | ({"card"} if card else set()),
        }
        return {(measure, name) for measure, names in found.items() for name in names}

    def _handoffs(self, message: Message) -> tuple[str, ...]:
        editions = self.speaker.release.editions_of(message.script, message.locale)
        same = (each for each in editions if edition_id(each) == message.edition)
        return next((each.handoffs for each in same), ())

    def unclear(self, text: str | None, locale: str | None, reply: WorkerReply) -> str | None:
        """The words of a typed text that may be kept: of one that was not understood, and never
        of a turn in a crisis."""
        if self.redaction is None or not text or reply.crisis or reply.crisis_open:
            return None
        if not self.policy.fallback_scripts & {named.script for named in reply.messages}:
            return None
        try:
            if self.matcher.match(text) is not None:
                return None
            return self.redaction.words(text, locale or self.speaker.default_locale)
        except Exception as error:  # noqa: BLE001 - learning must never cost an answer
            logger.error("not redacted: %s", type(error).__name__)
            return None

"""Reading what was written: danger first, then what it means as one of the buttons on offer."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from bot.content.render import PAGE
from bot.crisis import CrisisMatcher
from bot.gateway.commands import CRISIS_WORDS, NAVIGATION, Commands, Offered
from bot.gateway.composing import compose
from bot.gateway.places import country_named
from bot.gateway.sanitise import capped, clean, names_media
from bot.gateway.sealing import Seal
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Session, Storage

WELCOME = "utter_welcome"
MEDIA = '/out_of_scope{"remark": "media"}'  # a picture or file that never came to us


@dataclass(frozen=True)
class Read:
    """A text as it is stored: sealed, or as the payload that it means; and whether it tells of
    danger."""

    danger: bool
    sealed: bytes | None
    payload: str | None


@dataclass(frozen=True)
class Reading:
    """What it takes to read a text; `text_limit` in characters is where it is cut, once it was
    looked through for danger."""

    storage: Storage
    speaker: Speaker
    matcher: CrisisMatcher
    commands: Commands
    texts: Seal
    text_limit: int

    async def read(self, session: Session, text: str) -> Read:
        """Raises SQLAlchemyError."""
        # In a thread: 100 kB of crisis words take a second, and others must not wait for it.
        return await run_in_threadpool(self._read, session, text)

    def _read(self, session: Session, text: str) -> Read:
        danger = self.matcher.match(text) is not None
        text = capped(clean(text), self.text_limit)
        if names_media(text):
            return Read(False, None, MEDIA)
        if not danger:
            offered, words = self._offered(session)
            locale = session.locale or self.speaker.default_locale
            payload = self.commands.match(text, offered, locale) or self.commands.match(
                text, words, locale
            )
            if payload is None:
                payload = self._country(text)
            if payload is not None:
                return Read(False, None, payload)
        return Read(danger, self.texts.seal(text, session.id), None)

    def _country(self, text: str) -> str | None:
        """What a text means that is the name of a country and nothing else."""
        code = country_named(text, self.speaker.release.labels.values())
        return None if code is None else f'/inform_country{{"country": "{code}"}}'

    def _offered(self, session: Session) -> tuple[list[Offered], tuple[Offered, ...]]:
        """Buttons of the last answer, when it was seen (on the page of the welcome before the
        first), and the words that work whatever was said last: in an open crisis, in a plan,
        always."""
        answer = self.storage.last_answer(session.id)
        words = self.commands.always
        if answer is None:
            if session.turn or session.channel != PAGE:
                return [], words
            messages = [self.speaker.say(WELCOME, locale=session.locale, country=session.country)]
        else:
            messages = compose(self.speaker, session, answer)
            if answer.reply.get("context", {}).get("situation"):
                words = NAVIGATION + words
            if answer.reply.get("crisis_open"):
                words = CRISIS_WORDS + words
        offered = [Offered(b.label, b.payload) for message in messages for b in message.buttons]
        return offered, words

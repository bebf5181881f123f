"""From the scripts that the worker names to the messages of the release: nothing else gets out."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable

from bot.content.release import Release
from bot.content.render import (
    PAGE,
    Message,
    MessageButton,
    Progress,
    RenderContext,
    UnknownScript,
    render,
)
from bot.gateway.places import known_locale
from bot.gateway.worker_client import NamedScript, WorkerReply

logger = logging.getLogger(__name__)
CRISIS_CARD = "utter_crisis_card"
OPEN_PART = "utter_open_this_step"


class Speaker:
    """Renders replies from the release in force. `dropped` counts scripts that were not in it."""

    def __init__(
        self, release: Callable[[], Release], default_locale: str, default_country: str
    ) -> None:
        self._release = release
        self.default_locale = default_locale
        self._default_country = default_country
        self.dropped: Counter[str] = Counter()

    @property
    def release(self) -> Release:
        return self._release()

    def locale(self, given: str | None) -> str | None:
        """The language of a locale when the release offers it, else None."""
        return known_locale(given, self.release.locales)

    def speak(
        self,
        reply: WorkerReply,
        *,
        seed: str,
        locale: str | None,
        country: str | None,
        channel: str = PAGE,
    ) -> list[Message]:
        """Messages of a reply, the crisis card when none is left. `seed` fixes their ids."""
        known = {"country": country, **reply.context}
        context = self.context(locale=reply.locale or locale, channel=channel, **known)
        messages: list[Message] = []
        for named in reply.messages:
            message = self._one(named, context)
            if message is not None:
                shown = {card.id for earlier in messages for card in earlier.resources}
                messages.append(_without(message, shown if named.brief or named.part else set()))
        messages = each_button_once(messages or [self.card(locale, country, channel)])
        return [_with_id(message, seed, number) for number, message in enumerate(messages)]

    def say(
        self,
        script: str,
        *,
        locale: str | None,
        country: str | None,
        channel: str = PAGE,
        audience: str | None = None,
    ) -> Message:
        """One script of our own; raises UnknownScript when the release does not hold it."""
        context = self.context(locale=locale, country=country, channel=channel, audience=audience)
        return render(self.release, script, context)

    def knows(self, script: str) -> bool:
        """Whether the release holds a script: an older one may lack what is new."""
        return bool(self.release.editions_of(script, self.default_locale))

    def card(self, locale: str | None, country: str | None, channel: str = PAGE) -> Message:
        """The crisis card: in memory, needs neither database nor worker."""
        return self.say(CRISIS_CARD, locale=locale, country=country, channel=channel)

    def context(
        self,
        *,
        locale: str | None = None,
        country: str | None = None,
        channel: str = PAGE,
        audience: str | None = None,
        age_band: str | None = None,
        platform: str | None = None,
        situation: str | None = None,
    ) -> RenderContext:
        """Rendering context; an absent country is the deployment's default."""
        return RenderContext(
            locale=self.locale(locale) or self.default_locale,
            audience=audience,
            age_band=age_band,
            country=country or self._default_country,
            channel=channel,
            platform=platform,
            topic=situation,
        )

    def _one(self, named: NamedScript, context: RenderContext) -> Message | None:
        if named.topic:
            context = RenderContext(**{**context.__dict__, "topic": named.topic})
        try:
            message = render(self.release, named.script, context)
            offered = [self._choice(intent, context) for intent in named.choices]
        except UnknownScript:
            # Rasa named something that is in no release: it is not sent, and somebody must know.
            self.dropped[named.script] += 1
            logger.error("script is in no release")
            return None
        buttons = [self._opener(named, context)] if named.part else [*offered, *message.buttons]
        return message.model_copy(update={"buttons": buttons, "progress": _progress(named)})

    def _opener(self, named: NamedScript, context: RenderContext) -> MessageButton:
        choice = json.dumps({"choice": f"show:{named.script}"})
        label = render(self.release, OPEN_PART, context).text
        return MessageButton(label=label, payload=f"/repeat{choice}")

    def _choice(self, intent: str, context: RenderContext) -> MessageButton:
        label = render(self.release, f"utter_choice_{intent}", context).text
        return MessageButton(label=label, payload=f"/{intent}")


def _progress(named: NamedScript) -> Progress | None:
    return Progress(step=named.progress[0], of=named.progress[1]) if named.progress else None


def _without(message: Message, shown: set[str]) -> Message:
    cards = [card for card in message.resources if card.id not in shown]
    return message.model_copy(update={"resources": cards})


def each_button_once(messages: list[Message]) -> list[Message]:
    """A button that several messages of a reply bring stands under the last of them."""
    last = {
        (button.label, button.payload): place
        for place, message in enumerate(messages)
        for button in message.buttons
    }
    return [
        message.model_copy(
            update={
                "buttons": [b for b in message.buttons if last[b.label, b.payload] == place],
            }
        )
        for place, message in enumerate(messages)
    ]


def _with_id(message: Message, seed: str, number: int) -> Message:
    digest = hashlib.sha256(f"{seed}:{number}".encode()).hexdigest()
    return message.model_copy(update={"id": digest[:16]})

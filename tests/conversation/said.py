"""Talks through the edge and reads what comes out."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from itertools import product

from bot.content.release import Release
from bot.content.render import Message, RenderContext, UnknownScript, render
from bot.edge import Edge
from bot.gateway.replies import Reply

AUDIENCES = (None, "teen", "parent", "friend", "educator", "adult")


@dataclass
class Visitor:
    """One conversation; `country` and `locale` as a person would have chosen them on the page."""

    edge: Edge
    country: str | None = None
    locale: str = "en"
    token: str = ""
    replies: list[Reply] = field(default_factory=list)

    async def say(self, text: str) -> Reply:
        """Send a text and get the answer; begins the conversation where there is none."""
        if not self.token:
            self.token, welcome = await self.edge.conversations.start(self.locale, self.country)
            self.replies.append(welcome)
        session = await self.edge.conversations.find(self.token)
        reply = await self.edge.conversations.send(session, uuid.uuid4().hex, text=text)
        self.replies.append(reply)
        return reply


def messages(reply: Reply) -> list[Message]:
    return [outgoing.message for outgoing in reply.messages]


def resources(reply: Reply) -> set[str]:
    """Ids of the help cards of an answer."""
    return {card.id for message in messages(reply) for card in message.resources}


def says(reply: Reply) -> set[str]:
    """Claims that an answer makes."""
    return {claim for message in messages(reply) for claim in message.says}


def scripts(reply: Reply) -> list[str]:
    return [message.script for message in messages(reply)]


class Renderings:
    """Whether a message is the rendering of an edition of the release, for some context."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self.platforms = (None, *release.labels[release.default_locale].platform)
        self.topics = (
            None,
            *sorted(
                script.removeprefix("utter_choice_")
                for script in release.scripts
                if script.startswith("utter_choice_")
            ),
        )
        self._known: dict[tuple[str, str, str], dict[str, set[str]]] = {}

    def holds(self, message: Message, country: str) -> bool:
        """Whether edition and text belong together and to the release."""
        key = (message.script, country, message.locale)
        if key not in self._known:
            self._known[key] = self._texts(*key)
        return message.text in self._known[key].get(message.edition, set())

    def _texts(self, script: str, country: str, locale: str) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        texts = " ".join(edition.text for edition in self.release.editions_of(script, locale))
        platforms = self.platforms if "{platform}" in texts else (None,)
        topics = self.topics if "{topic}" in texts else (None,)
        for audience, platform, topic in product(AUDIENCES, platforms, topics):
            context = RenderContext(
                locale=locale,
                audience=audience,
                country=country,
                channel="web",
                platform=platform,
                topic=topic,
            )
            try:
                made = render(self.release, script, context)
            except UnknownScript:
                continue
            found.setdefault(made.edition, set()).add(made.text)
        return found

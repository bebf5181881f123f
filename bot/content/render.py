"""Turn a script id into the message a person reads: an edition and its help cards."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from bot.content.directory import Contact, Resource
from bot.content.labels import DEFAULT
from bot.content.release import Release
from bot.content.scripts import Edition

_TOKEN = re.compile(r"\{([a-z_]+)\}")
PAGE = "web"
# A condition that holds on every channel but the page.
MESSAGING = "messaging"


class UnknownScript(LookupError):
    """The release holds no edition of this script that fits."""


@dataclass(frozen=True)
class RenderContext:
    """What decides wording and cards. Country: ISO code; the rest: the values of our own slots."""

    locale: str = "en"
    audience: str | None = None
    age_band: str | None = None
    country: str | None = None
    channel: str | None = None
    platform: str | None = None
    topic: str | None = None


def is_none(value: object) -> bool:
    """For fields that a message leaves out where they say nothing."""
    return value is None


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MessageButton(_Model):
    """A tap. `payload` stays on our side: the gateway replaces it by an opaque token."""

    label: str
    payload: str


class Card(_Model):
    """A helper as shown. `anonymous`: yes, no or unknown."""

    id: str
    name: str
    what: str
    url: str | None
    phone: Contact | None
    sms: Contact | None
    hours: str | None
    cost: str | None
    anonymous: str


class Progress(_Model):
    """The place of a step in its plan, from 1, and how many steps the plan has."""

    step: int
    of: int


class Message(_Model):
    """One bubble. `edition` is `<script>@<first 12 digits of the content hash>`; `progress` stands
    with the steps of a plan alone."""

    id: str
    script: str
    edition: str
    locale: str
    says: list[str]
    text: str
    buttons: list[MessageButton]
    resources: list[Card]
    progress: Progress | None = Field(None, exclude_if=is_none)


def edition_id(edition: Edition) -> str:
    return f"{edition.script}@{edition.content_hash[:12]}"


def render(release: Release, script: str, context: RenderContext) -> Message:
    """The best fitting edition, filled in. Raises UnknownScript; never sends a half-filled text."""
    edition = choose(release, script, context)
    return Message(
        id=uuid.uuid4().hex,
        script=script,
        edition=edition_id(edition),
        locale=edition.locale,
        says=list(edition.says),
        text=fill(release, edition.text, edition.locale, context),
        buttons=[
            MessageButton(
                label=fill(release, button.title, edition.locale, context), payload=button.payload
            )
            for button in edition.buttons
        ],
        resources=cards(release, edition, context),
    )


def choose(release: Release, script: str, context: RenderContext) -> Edition:
    """The edition with the most matching conditions; of equals one for this channel by name, else
    the first."""
    channels = (
        {context.channel} if context.channel in (None, PAGE) else {context.channel, MESSAGING}
    )
    given = {"audience": {context.audience}, "channel": channels, "country": {context.country}}
    for locale in (context.locale, release.default_locale):
        fitting = [
            edition
            for edition in release.editions_of(script, locale)
            if all(value in given[name] for name, value in edition.conditions.items())
        ]
        if fitting:
            return max(
                fitting,
                key=lambda edition: (
                    len(edition.conditions),
                    edition.channel not in (None, MESSAGING),
                ),
            )
    raise UnknownScript(f"no edition of {script} for {context.locale}")


def fill(release: Release, text: str, locale: str, context: RenderContext) -> str:
    """Replace the closed placeholders by names of our own lists; unknown values get the default."""
    labels = release.labels[locale]

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == "emergency_number":
            number = release.directory.emergency_number(context.country)
            return number or labels.emergency_number
        if name == "topic":
            return _topic(release, locale, context)
        wanted = context.platform if name == "platform" else context.country
        names = labels.platform if name == "platform" else labels.country
        return names.get(wanted or DEFAULT, names[DEFAULT])

    return _TOKEN.sub(value, text)


def _topic(release: Release, locale: str, context: RenderContext) -> str:
    # The label of a situation is its own vetted script; the list is for topics without one.
    names = release.labels[locale].topic
    try:
        return choose(release, f"utter_choice_{context.topic}", context).text
    except UnknownScript:
        return names.get(context.topic or DEFAULT, names[DEFAULT])


def cards(release: Release, edition: Edition, context: RenderContext) -> list[Card]:
    """The help cards of an edition: its own resources first, then its handoffs, none twice."""
    directory = release.directory
    chosen: list[Resource] = []
    for resource_id in edition.resources:
        resource = directory.show(resource_id, context.country)
        if resource is not None:
            chosen.append(resource)
    for handoff in edition.handoffs:
        chosen += directory.select(
            handoff, context.country, context.audience, context.age_band, context.platform
        )
    unique = {resource.id: resource for resource in chosen}
    return [card(release, resource, edition.locale) for resource in unique.values()]


def card(release: Release, resource: Resource, locale: str) -> Card:
    """A resource in the words of a locale."""
    labels = release.labels[locale]
    return Card(
        id=resource.id,
        name=resource.name,
        what=resource.what.get(locale) or resource.what.get(release.default_locale, ""),
        url=resource.url,
        phone=resource.phone,
        sms=resource.sms,
        hours=labels.phrase(resource.hours),
        cost=labels.phrase(resource.cost),
        anonymous=resource.anonymous,
    )

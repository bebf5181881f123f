"""The help that every view shows in the same place: the crisis card, its short links, countries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.content.labels import DEFAULT
from bot.content.release import Release
from bot.content.render import Card, Message

HELP_HANDOFFS = ("emergency", "crisis")
ELSEWHERE = "ZZ"  # user-assigned in ISO 3166: a country that the directory does not list
MOST_QUICK = 3


@dataclass(frozen=True)
class Quick:
    """A short link: `kind` is call, text or open; `label` is a number or, where that says
    nothing, the helper's name."""

    kind: Literal["call", "text", "open"]
    href: str
    label: str
    named: bool


@dataclass(frozen=True)
class Country:
    """`name` in the words of the locale."""

    code: str
    name: str


def quick_links(card: Message) -> list[Quick]:
    """At most three ways to a person, the emergency number first."""
    links: list[Quick] = []
    for place, resource in enumerate(card.resources):
        links += _ways(resource)[: 1 if place == 0 else 2]
    return links[:MOST_QUICK]


def _ways(resource: Card) -> list[Quick]:
    def quick(kind: Literal["call", "text"], scheme: str, dial: str, display: str) -> Quick:
        named = display not in resource.name
        return Quick(kind, f"{scheme}:{dial}", resource.name if named else display, named)

    ways: list[Quick] = []
    if resource.phone:
        ways.append(quick("call", "tel", resource.phone.dial, resource.phone.display))
    if resource.sms:
        ways.append(quick("text", "sms", resource.sms.dial, resource.sms.display))
    if not ways and resource.url:
        ways.append(Quick("open", resource.url, resource.name, named=True))
    return ways


def countries(release: Release, locale: str) -> list[Country]:
    """Countries with emergency or crisis entries of their own, by name."""
    handoffs = release.directory.handoffs
    listed = [handoffs[name] for name in HELP_HANDOFFS if name in handoffs]
    codes = {code for handoff in listed for code in handoff.countries}
    found = [Country(code, country_name(release, locale, code)) for code in codes]
    return sorted(found, key=lambda country: country.name.removeprefix("the "))


def country_name(release: Release, locale: str, code: str) -> str:
    """The label of a country, `your country` for one without."""
    names = release.labels[locale].country
    return names.get(code, names[DEFAULT])


def known_country(release: Release, code: str | None) -> str | None:
    """The code if the page offers it, in capitals; otherwise None: the default country."""
    wanted = (code or "").upper()
    offered = {country.code for country in countries(release, release.default_locale)}
    return wanted if wanted in offered | {ELSEWHERE} else None

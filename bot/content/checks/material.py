"""Everything the checks look at, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.content.directory import Directory, read_directory
from bot.content.keep import Sheet, read_sheets
from bot.content.labels import Labels, read_labels
from bot.content.located import Located, read_located
from bot.content.plans import Plan, read_plans
from bot.content.problems import Problem
from bot.content.scripts import Edition, read_editions


class WordGroup(BaseModel):
    """Words to avoid. Without `audiences` the group holds for everybody."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    remedy: str
    words: tuple[str, ...]
    audiences: tuple[str, ...] | None = None


class LocaleWords(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    allowed: tuple[str, ...] = ()
    groups: dict[str, WordGroup] = {}
    image: tuple[str, ...] = ()
    call: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


class ChannelLimit(BaseModel):
    """What a channel carries in one message: characters of text, buttons."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    characters: int
    buttons: int


class Policy(BaseModel):
    """responses/lint.yml; its comments say what each key means."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    grades: dict[str, float]
    grade_aims: dict[str, float]
    grade_from_words: int
    grade_locales: tuple[str, ...]
    bubble_words: int
    button_characters: int
    channels: dict[str, ChannelLimit] = {}
    useful_claims: tuple[str, ...] = ()
    card_words: int
    owners: tuple[str, ...]
    review_months: dict[str, int]
    intents_without_script: tuple[str, ...] = ()
    intent_scripts: dict[str, str] = {}
    choice_prefixes: tuple[str, ...] = ()
    required_scripts: tuple[str, ...] = ()
    step_payloads: tuple[str, ...]
    words: dict[str, LocaleWords] = {}


@dataclass(frozen=True)
class Material:
    """Content of a project. `claims`, `intents`, `entities`: names; `slots`: name -> values."""

    root: Path
    locales: tuple[str, ...]
    policy: Policy
    domain: Located
    claims: frozenset[str]
    situations: tuple[str, ...]
    crises: tuple[str, ...]
    editions: tuple[Edition, ...]
    plans: Mapping[str, Plan]
    sheets: Mapping[str, Sheet]
    platform_scripts: Mapping[str, tuple[str, ...]]
    directory: Directory
    labels: Mapping[str, Labels]

    @property
    def intents(self) -> tuple[str, ...]:
        return tuple(str(name) for name in _mapping(self.domain.data).get("intents") or ())

    @property
    def entities(self) -> frozenset[str]:
        return frozenset(str(name) for name in _mapping(self.domain.data).get("entities") or ())

    @property
    def slots(self) -> dict[str, tuple[str, ...]]:
        """Slot -> its closed list of values; an empty list where any text is allowed."""
        slots = _mapping(_mapping(self.domain.data).get("slots"))
        return {name: tuple(map(str, slot.get("values") or ())) for name, slot in slots.items()}

    @cached_property
    def by_script(self) -> dict[tuple[str, str], list[Edition]]:
        """(script, locale) -> editions in file order."""
        found: dict[tuple[str, str], list[Edition]] = {}
        for edition in self.editions:
            found.setdefault((edition.script, edition.locale), []).append(edition)
        return found

    def scripts(self, locale: str) -> list[str]:
        return [script for script, where in self.by_script if where == locale]

    def edition(self, script: str, locale: str, audience: str | None) -> Edition | None:
        """The edition for an audience, or the default one."""
        editions = self.by_script.get((script, locale), [])
        general = [item for item in editions if item.channel is None and item.country is None]
        fitting = [item for item in general if item.audience == audience]
        return next(iter(fitting or [item for item in general if item.audience is None]), None)


def read_material(root: Path, locales: Iterable[str]) -> tuple[Material | None, list[Problem]]:
    """Read a project; None where the lint policy itself cannot be used."""
    order = tuple(locales)
    problems: list[Problem] = []

    def located(name: str) -> Located:
        source, found = read_located(root / name, root)
        problems.extend(found)
        return source

    rules, domain = located("responses/lint.yml"), located("domain.yml")
    claims, dialogue = located("responses/claims.yml"), located("data/dialogue.yml")
    editions, bad_editions = read_editions(root, order)
    plans, bad_plans = read_plans(root)
    sheets, bad_sheets = read_sheets(root)
    directory, bad_directory = read_directory(root)
    labels, bad_labels = read_labels(root)
    problems += [*bad_editions, *bad_plans, *bad_sheets, *bad_directory, *bad_labels]
    try:
        policy = Policy.model_validate(rules.data)
    except ValidationError as error:
        problems += [
            rules.problem(tuple(item["loc"]), f"{item['loc']}: {item['msg']}", "Mend the policy.")
            for item in error.errors()
        ]
        return None, problems
    material = Material(
        root=root,
        locales=order,
        policy=policy,
        domain=domain,
        claims=frozenset(_mapping(_mapping(claims.data).get("says"))),
        situations=tuple(_mapping(dialogue.data).get("order_of_meanings") or ()),
        crises=tuple(_mapping(dialogue.data).get("crisis_situations") or ()),
        editions=tuple(editions),
        plans=plans,
        sheets=sheets,
        platform_scripts={
            str(intent): tuple(map(str, platforms or ()))
            for intent, platforms in _mapping(
                _mapping(dialogue.data).get("platform_scripts")
            ).items()
        },
        directory=directory,
        labels=labels,
    )
    return material, problems


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}

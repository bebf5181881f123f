"""The dialogue's policy, read from data/dialogue.yml and data/plans once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.content.keep import Sheet, load_sheets
from bot.content.plans import Plan, load_plans
from bot.content.scripts import locales_of

ROOT = Path(__file__).resolve().parent.parent
TRIAGE_FORM = "triage_form"


@dataclass(frozen=True)
class CrisisAnswer:
    """What an answer to a crisis question leads to: a script id, and what stays open."""

    script: str
    open: bool
    way_back: bool


@dataclass(frozen=True)
class CrisisPolicy:
    """How a crisis is answered; data/dialogue.yml says what each field means."""

    situations: frozenset[str]
    sure: float
    over_answer: Mapping[str, float]
    checks: Mapping[str, str]
    rotation: Mapping[str, tuple[str, ...]]
    near: str
    words: Mapping[str, Mapping[str, str]]
    answers: Mapping[str, Mapping[str, CrisisAnswer]]

    def word(self, script: str, intent: str) -> str | None:
        """What a plain yes, no or "I don't know" means after a script."""
        return self.words.get(script, self.words["default"]).get(intent)

    def answer(self, crisis: str, script: str, choice: str) -> CrisisAnswer | None:
        """What answers a choice, by the script that asked and then by the crisis."""
        for table in (script, crisis):
            if choice in self.answers.get(table, {}):
                return self.answers[table][choice]
        return None

    def of(self, script: str) -> str | None:
        """The crisis that a script belongs to, where it belongs to one."""
        for crisis, rotation in self.rotation.items():
            named = {self.checks[crisis], *(a.script for a in self.answers[crisis].values())}
            if script in rotation or (script in named and script.startswith(f"utter_{crisis}_")):
                return crisis
        return None

    @cached_property
    def scripts(self) -> frozenset[str]:
        """Every script of a crisis after which a plain word or a choice means something."""
        answers = [answer for table in self.answers.values() for answer in table.values()]
        asked = {script for rotation in self.rotation.values() for script in rotation}
        return frozenset({*asked, *self.checks.values(), *self.words, *(a.script for a in answers)})


@dataclass(frozen=True)
class DialoguePolicy:
    """data/dialogue.yml as attributes; see the comments there for what each means."""

    order_of_meanings: tuple[str, ...]
    question_limit: int
    small_talk: frozenset[str]
    small_talk_sure: float
    plain_answers: Mapping[str, Mapping[str, str]]
    plain_words: int
    topic_change: Mapping[str, float]
    topic_change_words: int
    maker_situations: frozenset[str]
    details_of: Mapping[str, tuple[str, ...]]
    instead_for: Mapping[str, Mapping[str, str]]
    facts_of_a_plan: Mapping[str, Mapping[str, str]]
    facts_of_a_situation: Mapping[str, Mapping[str, str]]
    question_over_answer: float
    most_times_asked: int
    incident_slots: tuple[str, ...]
    fallback_ladder: tuple[str, ...]
    fallback_here: str
    fallback_choices: int
    remarks: Mapping[str, str]
    media_beside_words: str
    presumed_audience: Mapping[str, str]
    of_oneself: tuple[str, ...]
    instead: Mapping[str, Mapping[str, str]]
    here_scripts: frozenset[str]
    more_scripts: frozenset[str]
    asked_with: frozenset[str]
    platform_answers: Mapping[str, str]
    platform_scripts: Mapping[str, tuple[str, ...]]
    sheets: Mapping[str, Sheet]
    crisis: CrisisPolicy
    plans: Mapping[str, Plan]
    triage_slots: tuple[str, ...]
    locales: tuple[str, ...]

    @property
    def known_platforms(self) -> frozenset[str]:
        """Apps and sites that have answers of their own."""
        return frozenset(name for names in self.platform_scripts.values() for name in names)

    def outranks(self, situation: str, other: str) -> bool:
        """Whether `situation` comes before `other` in the taxonomy's order of meanings."""
        order = self.order_of_meanings
        return order.index(situation) < order.index(other)


def read_policy(root: Path) -> DialoguePolicy:
    """Read the policy of a project folder; raises on a missing key or file."""
    data: dict[str, Any] = yaml.safe_load((root / "data/dialogue.yml").read_text("utf-8"))
    domain: dict[str, Any] = yaml.safe_load((root / "domain.yml").read_text("utf-8"))
    return DialoguePolicy(
        order_of_meanings=tuple(data["order_of_meanings"]),
        question_limit=int(data["question_limit"]),
        small_talk=frozenset(data["small_talk"]),
        small_talk_sure=float(data["small_talk_sure"]),
        plain_answers=data["plain_answers"],
        plain_words=int(data["plain_words"]),
        topic_change=data["topic_change"],
        topic_change_words=int(data["topic_change_words"]),
        maker_situations=frozenset(data["maker_situations"]),
        details_of={name: tuple(details) for name, details in data["details_of"].items()},
        instead_for=data["instead_for"],
        facts_of_a_plan=data["facts_of_a_plan"],
        facts_of_a_situation=data["facts_of_a_situation"],
        question_over_answer=float(data["question_over_answer"]),
        most_times_asked=int(data["most_times_asked"]),
        incident_slots=tuple(data["incident_slots"]),
        fallback_ladder=tuple(data["fallback_ladder"]),
        fallback_here=str(data["fallback_here"]),
        fallback_choices=int(data["fallback_choices"]),
        remarks=data["remarks"],
        media_beside_words=data["media_beside_words"],
        presumed_audience=data["presumed_audience"],
        of_oneself=tuple(data["of_oneself"]),
        instead=data["instead"],
        here_scripts=frozenset(data["here_scripts"]),
        more_scripts=frozenset(data["more_scripts"]),
        asked_with=frozenset(data["asked_with"]),
        platform_answers=data["platform_answers"],
        platform_scripts={name: tuple(ids) for name, ids in data["platform_scripts"].items()},
        sheets=load_sheets(root),
        crisis=_crisis(data),
        plans=load_plans(root),
        triage_slots=tuple(domain["forms"][TRIAGE_FORM]["required_slots"]),
        locales=tuple(locales_of(root)),
    )


def _crisis(data: Mapping[str, Any]) -> CrisisPolicy:
    return CrisisPolicy(
        situations=frozenset(data["crisis_situations"]),
        sure=float(data["crisis_sure"]),
        over_answer=data["crisis_over_answer"],
        checks=data["crisis_checks"],
        rotation={crisis: tuple(scripts) for crisis, scripts in data["crisis_rotation"].items()},
        near=str(data["crisis_near"]),
        words=data["crisis_words"],
        answers={
            table: {choice: CrisisAnswer(**fields) for choice, fields in choices.items()}
            for table, choices in data["crisis_answers"].items()
        },
    )


@lru_cache(maxsize=1)
def policy() -> DialoguePolicy:
    """The policy of this project."""
    return read_policy(ROOT)

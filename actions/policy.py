"""The dialogue's policy, read from data/dialogue.yml and data/plans once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from bot.content.plans import Plan, load_plans

ROOT = Path(__file__).resolve().parent.parent
TRIAGE_FORM = "triage_form"


@dataclass(frozen=True)
class CrisisAnswer:
    """What an answer to a crisis question leads to: a script id, and what stays open."""

    script: str
    open: bool
    way_back: bool


@dataclass(frozen=True)
class DialoguePolicy:
    """data/dialogue.yml as attributes; see the comments there for what each means."""

    order_of_meanings: tuple[str, ...]
    crisis_situations: frozenset[str]
    question_limit: int
    plain_answers: Mapping[str, Mapping[str, str]]
    topic_change: Mapping[str, float]
    topic_change_words: int
    crisis_over_answer: float
    incident_slots: tuple[str, ...]
    crisis_rotation: Mapping[str, tuple[str, ...]]
    crisis_answers: Mapping[str, Mapping[str, CrisisAnswer]]
    fallback_ladder: tuple[str, ...]
    fallback_choices: int
    plans: Mapping[str, Plan]
    triage_slots: tuple[str, ...]
    locales: frozenset[str]

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
        crisis_situations=frozenset(data["crisis_situations"]),
        question_limit=int(data["question_limit"]),
        plain_answers=data["plain_answers"],
        topic_change=data["topic_change"],
        topic_change_words=int(data["topic_change_words"]),
        crisis_over_answer=float(data["crisis_over_answer"]),
        incident_slots=tuple(data["incident_slots"]),
        crisis_rotation={k: tuple(v) for k, v in data["crisis_rotation"].items()},
        crisis_answers={
            crisis: {answer: CrisisAnswer(**fields) for answer, fields in answers.items()}
            for crisis, answers in data["crisis_answers"].items()
        },
        fallback_ladder=tuple(data["fallback_ladder"]),
        fallback_choices=int(data["fallback_choices"]),
        plans=load_plans(root),
        triage_slots=tuple(domain["forms"][TRIAGE_FORM]["required_slots"]),
        locales=frozenset(
            folder.name
            for folder in (root / "responses").iterdir()
            if any(folder.glob("choices.yml"))
        ),
    )


@lru_cache(maxsize=1)
def policy() -> DialoguePolicy:
    """The policy of this project."""
    return read_policy(ROOT)

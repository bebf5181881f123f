"""The checks of `handrail check` on one draft, before a person has to read it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bot.content.checks.channels import channels
from bot.content.checks.material import Material, read_material
from bot.content.checks.order import order
from bot.content.checks.reading import grade_of
from bot.content.checks.safety import safety
from bot.content.checks.tables import tables
from bot.content.checks.wording import wording
from bot.content.problems import Problem
from bot.content.release import Release
from bot.content.scripts import Edition

DRAFT = "this draft"


@dataclass(frozen=True)
class Findings:
    """`problems` keep a draft from being submitted, `hints` do not; school grade or None."""

    problems: tuple[str, ...]
    hints: tuple[str, ...]
    grade: float | None
    words: int


@lru_cache(maxsize=4)
def material_of(root: Path, locales: tuple[str, ...]) -> Material:
    """The project's rules, plans and lists. They change with the program alone."""
    material, problems = read_material(root, locales)
    if material is None:
        raise ValueError("; ".join(map(str, problems)))
    return material


def lint(material: Material, draft: Edition) -> Findings:
    """What can be said at once, while somebody writes."""
    one = draft.model_copy(update={"file": DRAFT, "line": 1})
    alone = replace(material, editions=(one,))
    problems = [_told(each) for check in (wording, safety, channels) for each in check(alone)]
    hints: list[str] = []
    grade = grade_of(alone, one)
    if grade is not None:
        audience = one.audience or "default"
        most = material.policy.grades.get(audience, material.policy.grades["default"])
        aim = material.policy.grade_aims.get(audience, material.policy.grade_aims["default"])
        text = f"It reads at grade {grade:.1f}; use shorter words and sentences, down to {aim:g}."
        if grade > most:
            problems.append(text)
        elif grade > aim:
            hints.append(text)
    if not one.text.strip():
        problems.append("It says nothing.")
    return Findings(tuple(dict.fromkeys(problems)), tuple(hints), grade, len(one.text.split()))


def lint_in_place(material: Material, release: Release, draft: Edition) -> Findings:
    """The same, and what the plans make of it: is all said, and help first?

    What is wrong with the release already is not held against the draft.
    """
    own = lint(material, draft)
    place = (draft.script, draft.locale, draft.conditions)
    others = [
        item for item in release.editions if (item.script, item.locale, item.conditions) != place
    ]
    plans = {
        name: plan
        for name, plan in material.plans.items()
        if draft.script in {plan.start, f"utter_{name}_open", *(s.script for s in plan.steps)}
    }
    if not plans:
        return own
    now = replace(material, editions=release.editions, plans=plans, situations=tuple(plans))
    then = replace(now, editions=(*others, draft.model_copy(update={"file": DRAFT, "line": 1})))
    before = {_told(each) for check in (tables, order) for each in check(now)}
    more = [_told(each) for check in (tables, order) for each in check(then)]
    new = [each for each in dict.fromkeys(more) if each not in before]
    return replace(own, problems=(*own.problems, *new))


def _told(problem: Problem) -> str:
    return f"{problem.message}. {problem.remedy}"

"""Plans: known slots, values and claims, and what must be said is said on every path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, product

from bot.content.checks.material import Material
from bot.content.plans import AUDIENCES, UNSET, Plan
from bot.content.problems import Problem

_MOST_PATHS = 20_000


def tables(material: Material) -> Iterator[Problem]:
    """Problems of every plan, and situations without one."""
    for situation in material.situations:
        if situation not in material.plans:
            file = f"data/plans/{situation}.yml"
            yield Problem(file, 0, f"{situation} has no plan", "Write its table.")
    for plan in material.plans.values():
        if plan.situation not in material.situations:
            message = f"{plan.situation!r} is no situation"
            yield Problem(plan.file, 1, message, "Use one of data/dialogue.yml.")
        yield from _names(material, plan)
        yield from _values(material, plan)
        for locale in material.locales:
            yield from _unsaid(material, plan, locale)


def _names(material: Material, plan: Plan) -> Iterator[Problem]:
    slots = material.slots
    for claim in dict.fromkeys((*plan.must_say, *chain(*plan.must_say_to.values()))):
        if claim not in material.claims:
            message = f"must_say names the unknown claim {claim!r}"
            yield Problem(plan.file, 1, message, "Use one of responses/claims.yml.")
    for audience in plan.must_say_to:
        if audience not in AUDIENCES:
            message = f"must_say_to names the unknown audience {audience!r}"
            yield Problem(plan.file, 1, message, f"Use one of {', '.join(AUDIENCES)}.")
    for slot in plan.triage:
        if slot not in slots:
            message = f"triage asks for the unknown slot {slot!r}"
            yield Problem(plan.file, 1, message, "Use one of domain.yml.")
    for slot in plan.ask_when:
        if slot not in plan.triage:
            message = f"ask_when rules the slot {slot!r}, which triage does not ask"
            yield Problem(plan.file, 1, message, "Add it to triage or remove the rule.")
    if not plan.steps:
        yield Problem(plan.file, 1, "the plan has no steps", "Add `steps:`.")
    if plan.start is None:
        yield Problem(plan.file, 1, "the plan has no start", "Add `start:`.")
    if plan.handoff is None:
        yield Problem(plan.file, 1, "the plan has no handoff", "Add `handoff:`.")


def _values(material: Material, plan: Plan) -> Iterator[Problem]:
    slots = material.slots
    rules = [(1, rule) for rule in plan.ask_when.values()]
    rules += [(step.line, rule) for step in plan.steps for rule in (step.when, step.unless)]
    for line, rule in rules:
        for slot, values in rule.items():
            if slot not in slots:
                message = f"a rule names the unknown slot {slot!r}"
                yield Problem(plan.file, line, message, "Use one of domain.yml.")
            for value in values if slots.get(slot) else ():
                if value != UNSET and value not in slots[slot]:
                    message = f"{slot} is never {value!r}"
                    yield Problem(plan.file, line, message, f"Use one of {', '.join(slots[slot])}.")


def _unsaid(material: Material, plan: Plan, locale: str) -> Iterator[Problem]:
    opener = f"utter_{plan.situation}_open"
    for audience in AUDIENCES:
        first: dict[str, dict[str, str]] = {}
        for slots in paths(plan, audience):
            said: set[str] = set()
            for script in (opener, *plan.steps_for(slots)):
                edition = material.edition(script, locale, audience)
                said.update(edition.says if edition else ())
            for claim in (*plan.must_say, *plan.must_say_to.get(audience, ())):
                if claim not in said:
                    first.setdefault(claim, slots)
        for claim, slots in first.items():
            answers = ", ".join(f"{name}: {value}" for name, value in slots.items() if value)
            message = f"[{locale}] {claim} is not said with {answers}"
            remedy = "Add a step that says it to this audience, or mend the rules."
            yield Problem(plan.file, 1, message, remedy)


def paths(plan: Plan, audience: str) -> Iterator[dict[str, str]]:
    """The answers that the rules tell apart, for one audience; an empty value is unset."""
    values: dict[str, set[str]] = {slot: {""} for slot in plan.triage}
    for step in plan.steps:
        for rule in (step.when, step.unless):
            for slot, named in rule.items():
                values.setdefault(slot, {""}).update(value for value in named if value != UNSET)
    values["audience"] = {audience}
    names = sorted(values)
    combinations = product(*(sorted(values[name]) for name in names))
    for combination in islice(combinations, _MOST_PATHS):
        yield dict(zip(names, combination, strict=True))

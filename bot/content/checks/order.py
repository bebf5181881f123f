"""A useful step comes before any referral: whoever reads on is never only sent somewhere else."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.checks.material import Material
from bot.content.checks.tables import paths
from bot.content.plans import AUDIENCES, Plan
from bot.content.problems import Problem
from bot.content.scripts import Edition


def order(material: Material) -> Iterator[Problem]:
    """Openers and paths whose first cards come before anything the person can do."""
    for plan in material.plans.values():
        for locale in material.locales:
            yield from _of(material, plan, locale)


def _of(material: Material, plan: Plan, locale: str) -> Iterator[Problem]:
    if plan.situation in material.crises:
        return  # there the number is the useful step
    useful = {*material.policy.useful_claims}
    told: set[tuple[str, str]] = set()
    for audience in AUDIENCES:
        opener = f"utter_{plan.situation}_open"
        for slots in paths(plan, audience):
            for script in (opener, plan.start or opener, *plan.steps_for(slots)):
                edition = material.edition(script, locale, audience)
                if edition is None or useful & {*edition.says}:
                    break
                if _refers(edition) and (script, audience) not in told:
                    told.add((script, audience))
                    message = f"{script} [{audience}] sends on before anything useful is said"
                    remedy = "Say one thing first that can be done now (useful_claims)."
                    yield Problem(edition.file, edition.line, message, remedy)


def _refers(edition: Edition) -> bool:
    return bool(edition.handoffs or edition.resources)

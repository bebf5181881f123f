"""Whether every script that may be needed exists, for a parent too, and alike in each locale."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.content.checks.material import Material
from bot.content.checks.needed import is_step, needed
from bot.content.problems import Problem
from bot.content.scripts import Edition

_FRAME = re.compile(r"utter_([a-z0-9_]+)_(?:open|start|handoff)")
CAREGIVER = "parent"
_YOUNG = {"teen", "adult", "unset"}

SWITCH = "/switch_language"


def completeness(material: Material) -> Iterator[Problem]:
    """Problems of the collection as a whole."""
    if not material.locales:
        return
    base = material.locales[0]
    for locale in material.locales:
        have = set(material.scripts(locale))
        for script, reason in sorted(needed(material).items()):
            if script not in have:
                message = f"{script} is missing ({reason})"
                yield Problem(f"responses/{locale}", 0, message, "Write it.")
    for script in material.scripts(base):
        editions = material.by_script[script, base]
        yield from _default(script, editions)
        if is_step(script):
            yield from _step_buttons(material, editions)
        if _for_caregivers(material, script):
            yield from _caregiver(script, editions)
    for locale in material.locales[1:]:
        yield from _alike(material, base, locale)


def _default(script: str, editions: list[Edition]) -> Iterator[Problem]:
    if all(edition.conditions for edition in editions):
        message = f"{script} has no text without conditions"
        yield Problem(editions[0].file, editions[0].line, message, "Make the first one general.")


def _step_buttons(material: Material, editions: list[Edition]) -> Iterator[Problem]:
    wanted = material.policy.step_payloads
    for edition in editions:
        if tuple(button.payload for button in edition.buttons) != wanted:
            message = f"{edition.script} [{edition.audience or 'default'}] lacks the step buttons"
            remedy = f"Give it exactly {', '.join(wanted)}."
            yield Problem(edition.file, edition.line, message, remedy)


def _for_caregivers(material: Material, script: str) -> bool:
    if match := _FRAME.fullmatch(script):
        return match[1] in material.situations
    if not is_step(script):
        return False
    audiences = [
        step.when.get("audience", (CAREGIVER, *_YOUNG))
        for plan in material.plans.values()
        for step in plan.steps
        if step.script == script
    ]
    # A step that no young person is shown has its first text written for the adults it is for.
    return not audiences or any(CAREGIVER in who and _YOUNG & {*who} for who in audiences)


def _caregiver(script: str, editions: list[Edition]) -> Iterator[Problem]:
    if all(edition.audience != CAREGIVER for edition in editions):
        message = f"{script} has no text for a parent"
        remedy = "Add one with the condition audience = parent."
        yield Problem(editions[0].file, editions[0].line, message, remedy)


def _alike(material: Material, base: str, locale: str) -> Iterator[Problem]:
    theirs = {_place(edition): edition for edition in material.editions if edition.locale == locale}
    ours = {_place(edition): edition for edition in material.editions if edition.locale == base}
    for place, edition in ours.items():
        name = f"{edition.script} {place[1:]}" if edition.conditions else edition.script
        twin = theirs.get(place)
        if twin is None:
            message = f"{name} is not in {locale}"
            yield Problem(edition.file, edition.line, message, f"Write it in responses/{locale}.")
            continue
        if set(twin.says) != set(edition.says):
            differing = ", ".join(sorted(set(twin.says) ^ set(edition.says)))
            message = f"{name} says other things than in {base} ({differing})"
            yield Problem(twin.file, twin.line, message, "Make both texts say the same.")
        for field in ("handoffs", "resources", "risk"):
            if getattr(twin, field) != getattr(edition, field):
                message = f"{name} has other {field} than in {base}"
                yield Problem(twin.file, twin.line, message, "Give both the same.")
        payloads = [[_meaning(each.payload) for each in item.buttons] for item in (twin, edition)]
        if payloads[0] != payloads[1]:
            message = f"{name} has other buttons than in {base}"
            yield Problem(twin.file, twin.line, message, "Give both the same payloads in order.")
    for place, twin in theirs.items():
        if place not in ours:
            message = f"{twin.script} {place[1:]} is not in {base}"
            yield Problem(twin.file, twin.line, message, f"Write it in {base} first, or remove it.")


def _meaning(payload: str) -> str:
    """A payload without the language it leads to: each text offers the other one."""
    return SWITCH if payload.startswith(f"{SWITCH}{{") else payload


def _place(edition: Edition) -> tuple[str, str | None, str | None, str | None]:
    return edition.script, edition.audience, edition.channel, edition.country

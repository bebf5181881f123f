"""Which scripts must exist, and why: what intents, plans, sheets and the program itself name."""

from __future__ import annotations

import re

from bot.content.checks.material import Material
from bot.content.keep import FILE as KEEP_FILE

_STEP = re.compile(r"utter_(?:[a-z0-9_]+_)?step_[a-z0-9_]+")
_TWINS = ("_why", "_cant")


def is_step(script: str) -> bool:
    """Whether a script is a step of a plan itself, not its why or its can't."""
    return _STEP.fullmatch(script) is not None and not script.endswith(_TWINS)


def needed(material: Material) -> dict[str, str]:
    """Script id -> why it must exist."""
    found = dict.fromkeys(material.policy.required_scripts, "the program names it")
    found |= {**_of_intents(material), **_of_plans(material), **_of_questions(material)}
    steps = {*found, *(script for script, _ in material.by_script)}
    for script in filter(is_step, steps):
        for twin in _TWINS:
            found[script + twin] = f"the twin of {script}"
    return found


def _of_intents(material: Material) -> dict[str, str]:
    policy = material.policy
    found: dict[str, str] = {}
    for intent in material.intents:
        offered = intent.startswith(policy.choice_prefixes or ("\0",))
        if intent in material.situations:
            found[f"utter_{intent}_open"] = f"the opener of {intent}"
            offered = True
        elif intent in policy.intent_scripts:
            found[policy.intent_scripts[intent]] = f"the answer to {intent}"
        elif intent not in policy.intents_without_script:
            found[f"utter_{intent}"] = f"the answer to {intent}"
        if offered:
            found[f"utter_choice_{intent}"] = f"the label of {intent}"
    return found


def _of_plans(material: Material) -> dict[str, str]:
    found: dict[str, str] = {}
    for plan in material.plans.values():
        for slot in plan.triage:
            found[f"utter_ask_triage_form_{slot}"] = f"{plan.file} asks for {slot}"
            found[f"utter_why_{slot}"] = f"{plan.file} asks for {slot}"
        for step in plan.steps:
            found[step.script] = f"{plan.file} line {step.line}"
        if plan.start:
            found[plan.start] = f"the start of {plan.file}"
        if plan.handoff:
            found[plan.handoff] = f"the handoff of {plan.file}"
    return found


def _of_questions(material: Material) -> dict[str, str]:
    found: dict[str, str] = {}
    for sheet in material.sheets.values():
        found.update(dict.fromkeys(sheet.scripts, f"a sheet of {KEEP_FILE}"))
    for intent, platforms in material.platform_scripts.items():
        for platform in platforms:
            found[f"utter_{intent}_{platform}"] = f"platform_scripts of {intent}"
    return found

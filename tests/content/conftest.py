"""A small project that is right in every way; tests break one thing at a time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.content.release import REQUIRED_SCRIPTS

REPOSITORY = Path(__file__).resolve().parents[2]

DOMAIN = """\
version: "3.1"
intents: [self_harm, sextortion, ask_report, greet, affirm, deny, unsure, repeat]
entities: [audience, demand, paid, choice]
slots:
  audience: {type: categorical, values: [teen, parent, friend, educator, adult, skipped]}
  demand: {type: categorical, values: [money, images, skipped]}
  paid: {type: categorical, values: ["yes", "no", skipped]}
"""

PLAN = """\
situation: sextortion
triage: [audience, demand, paid]
ask_when: {paid: {demand: [money]}}
must_say: [do_not_pay]
start: utter_sextortion_start
steps:
- script: utter_step_save
- script: utter_sextortion_step_paid
  when: {paid: [yes]}
handoff: utter_sextortion_handoff
"""

CRISIS_PLAN = """\
situation: self_harm
triage: [audience]
must_say: [cannot_alert_anyone]
start: utter_self_harm_start
steps:
- script: utter_step_save
handoff: utter_self_harm_handoff
"""
KEEP = """\
evidence:
  kind: list
  title: utter_greet
  parts: [utter_ask_report]
"""
DIALOGUE = """\
order_of_meanings: [self_harm, sextortion]
crisis_situations: [self_harm]
"""

# A few entries of the real directory.
RESOURCES = {
    "us.yml": {"us_911", "us_988_lifeline", "us_ncmec_cybertipline", "us_ncmec_take_it_down"},
    "gb.yml": {"gb_999", "gb_report_remove"},
    "ca.yml": {"ca_911"},
    "international.yml": {"int_local_emergency", "int_findahelpline"},
}
HANDOFFS = """\
emergency:
  US: [us_911]
  GB: [gb_999]
  CA: [ca_911]
  other: [int_local_emergency]
crisis:
  US: [us_988_lifeline]
  other: [int_findahelpline]
takedown:
  GB: [{id: gb_report_remove, age_band: [under_13, 13_17]}, us_ncmec_take_it_down]
  other: [us_ncmec_take_it_down]
"""

META = """\
    metadata:
      says: [{says}]
      handoffs: [{handoffs}]
      risk: {risk}
      owner: child_safety_editor
      reviewed_by: null
      reviewed: null
      review_months: 3
      sources: [guidance.md 1]
"""
STEP_BUTTONS = """\
    buttons:
    - {title: Done, payload: '/affirm{"choice":"done"}'}
    - {title: Next, payload: '/affirm{"choice":"next"}'}
    - {title: I can't, payload: '/deny{"choice":"cant"}'}
    - {title: Why?, payload: '/repeat{"choice":"why"}'}
"""
PARENT = """\
    condition:
    - {type: slot, name: audience, value: parent}
"""


def script(name: str, text: str, says: str = "", handoffs: str = "", risk: str = "safety") -> str:
    return f"  {name}:\n  - text: {text}\n" + META.format(says=says, handoffs=handoffs, risk=risk)


def for_parents(text: str, extra: str = "") -> str:
    return f"  - text: {text}\n{extra}{PARENT}"


def baseline() -> str:
    """responses/en/all.yml of the small project."""
    crisis = "Nobody watches this chat. Call {emergency_number} now if you may be hurt."
    parts = [
        'version: "3.1"\nresponses:\n',
        script(
            "utter_self_harm_open", crisis, "cannot_alert_anyone", "emergency, crisis", "crisis"
        ),
        for_parents("Nobody watches this chat. Stay with your child and call {emergency_number}."),
        script("utter_sextortion_open", "Do not pay them. It is not your fault.", "do_not_pay"),
        for_parents("Do not pay them. Your child needs you now."),
        script("utter_step_save", "Save the chat and the name on {platform}.", "keep_evidence")
        + STEP_BUTTONS,
        for_parents("Help your child save the chat.", STEP_BUTTONS),
        script("utter_sextortion_step_paid", "Stop paying now.", "do_not_pay") + STEP_BUTTONS,
        for_parents("Help your child stop paying.", STEP_BUTTONS),
    ]
    for name in (
        "utter_step_save_why",
        "utter_step_save_cant",
        "utter_sextortion_step_paid_why",
        "utter_sextortion_step_paid_cant",
        "utter_ask_report",
        "utter_greet",
        "utter_repeat_nothing",
        "utter_choice_self_harm",
        "utter_choice_sextortion",
        "utter_choice_ask_report",
        *(f"utter_ask_triage_form_{slot}" for slot in ("audience", "demand", "paid")),
        *REQUIRED_SCRIPTS,
        *(f"utter_why_{slot}" for slot in ("audience", "demand", "paid")),
    ):
        parts.append(script(name, "A calm short text."))
    for situation in ("self_harm", "sextortion"):
        for name in ("start", "handoff"):
            parts.append(script(f"utter_{situation}_{name}", "A calm short text."))
            parts.append(for_parents("A calm short text for parents."))
    return "".join(parts)


class Project:
    """Files under a temporary root."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def read(self, path: str) -> str:
        return (self.root / path).read_text(encoding="utf-8")

    def edit(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new, 1))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path)
    for name in ("claims.yml", "labels.yml"):
        made.write(f"responses/{name}", (REPOSITORY / "responses" / name).read_text("utf-8"))
    policy = yaml.safe_load((REPOSITORY / "responses" / "lint.yml").read_text("utf-8"))
    made.write("responses/lint.yml", yaml.safe_dump({**policy, "required_scripts": []}))
    made.write("responses/resources/handoffs.yml", HANDOFFS)
    for name, wanted in RESOURCES.items():
        text = (REPOSITORY / "responses" / "resources" / name).read_text("utf-8")
        entries = [
            entry for entry in re.split(r"(?m)^(?=- id: )", text) if wanted & {*entry.split()}
        ]
        made.write(f"responses/resources/{name}", "".join(entries))
    made.write("domain.yml", DOMAIN)
    made.write("data/dialogue.yml", DIALOGUE)
    made.write("data/plans/self_harm.yml", CRISIS_PLAN)
    made.write("data/plans/sextortion.yml", PLAN)
    made.write("data/keep.yml", KEEP)
    made.write("responses/en/all.yml", baseline())
    return made

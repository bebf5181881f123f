from __future__ import annotations

import pytest

from bot.content.plans import load_plans
from bot.content.scripts import ContentError

TABLE = """\
situation: x
triage: [audience, demand, paid, age_band, platform]
ask_when:
  paid: {demand: [money]}
  age_band: {audience: [teen, unset]}
must_say: [do_not_pay]
start: utter_x_start
steps:
- script: utter_step_always
- script: utter_step_paid
  when: {paid: [yes]}
- script: utter_step_teen
  when: {age_band: [13_17, unset], audience: [teen, unset]}
- script: utter_step_no_meeting
  unless: {demand: [money, unset]}
- script: utter_step_always
  when: {paid: [yes]}
handoff: utter_x_handoff
"""


@pytest.fixture
def plan(project):
    (project.root / "data/plans/sextortion.yml").unlink()
    project.write("data/plans/x.yml", TABLE)
    return load_plans(project.root)["x"]


STEPS = {
    "nothing is known": ({}, ["always", "teen"]),
    "a skipped answer counts as unset": ({"age_band": "skipped"}, ["always", "teen"]),
    "an empty answer counts as unset": ({"age_band": "", "audience": None}, ["always", "teen"]),
    "every when must match": ({"age_band": "13_17", "audience": "parent"}, ["always"]),
    "a step comes once": ({"paid": "yes"}, ["always", "paid", "teen"]),
    "unless removes a step": ({"demand": "money"}, ["always", "teen"]),
    "unless keeps it otherwise": ({"demand": "images"}, ["always", "teen", "no_meeting"]),
}


@pytest.mark.parametrize("case", STEPS)
def test_steps_follow_the_answers(plan, case):
    slots, expected = STEPS[case]
    assert plan.steps_for(slots) == [f"utter_step_{name}" for name in expected]


QUESTIONS = {
    "in order": ({}, 0, ["audience", "demand", "age_band", "platform"]),
    "known ones are not asked": ({"audience": "teen"}, 0, ["demand", "age_band", "platform"]),
    "an answer opens a question": (
        {"audience": "teen", "demand": "money"},
        2,
        ["paid", "age_band"],
    ),
    "an answer closes a question": ({"audience": "parent"}, 1, ["demand", "platform"]),
    "a skipped one is not asked again": ({"audience": "skipped"}, 3, ["demand"]),
    "four at most": ({}, 4, []),
}


@pytest.mark.parametrize("case", QUESTIONS)
def test_questions_follow_the_answers(plan, case):
    slots, asked, expected = QUESTIONS[case]
    assert plan.questions_for(slots, asked) == expected


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("situation: x", "situation: y", "situation is not the name"),
        ("handoff:", "hand_off:", "unknown key 'hand_off'"),
        ("- script: utter_step_paid\n  when", "- when", "a step has no script"),
        ("  when: {paid: [yes]}\n", "  when: paid\n", "a rule is not a mapping"),
        ("  unless:", "  except:", "unknown key 'except'"),
        ("must_say: [do_not_pay]", "must_say: {a: b}", "must_say is not a list"),
        ("[money]", "[1]", "demand is not a list of texts"),
    ],
)
def test_a_mistake_in_a_plan_is_reported(project, old, new, message):
    project.write("data/plans/x.yml", TABLE)
    project.edit("data/plans/x.yml", old, new)
    with pytest.raises(ContentError, match=message):
        load_plans(project.root)

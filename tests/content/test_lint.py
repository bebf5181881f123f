from __future__ import annotations

import pytest

from bot.content.checks.reading import reading_grade
from bot.content.lint import check, hints

ALL = "responses/en/all.yml"
PLAN = "data/plans/sextortion.yml"
HANDOFFS = "responses/resources/handoffs.yml"
OPENER = "Do not pay them. It is not your fault."
LONG = "Save it now. " * 21
HARD = (
    "Institutional safeguarding administrators immediately communicate comprehensive "
    "organisational responsibilities regarding inappropriate photographic distribution."
)


def test_the_small_project_is_right_in_every_way(project):
    assert [str(problem) for problem in check(project.root, ["en"])] == []


# name: (file, what is replaced, what stands there instead, part of the message)
BREAKS = {
    "YAML that is not valid": (ALL, "responses:", "responses: [", "not valid YAML"),
    "an unknown claim": (ALL, "says: [do_not_pay]", "says: [pay]", "unknown claim 'pay'"),
    "an unknown handoff": (ALL, "[emergency, crisis]", "[rescue]", "unknown handoff 'rescue'"),
    "an unknown resource": (
        ALL,
        "      owner",
        "      resources: [us_x]\n      owner",
        "unknown resource 'us_x'",
    ),
    "a button for an unknown intent": (ALL, "/affirm", "/applaud", "unknown intent 'applaud'"),
    "a button with an unknown entity": (ALL, '"choice":"done"', '"pick":"done"', "entity 'pick'"),
    "a button with a value of no list": (
        ALL,
        '/affirm{"choice":"done"}',
        '/affirm{"paid":"maybe"}',
        "sets paid to 'maybe'",
    ),
    "a payload that is not JSON": (ALL, '{"choice":"done"}', "{choice}", "not JSON"),
    "a payload without a slash": (ALL, "/affirm{", "affirm{", "has the payload"),
    "a missing opener": (ALL, "utter_sextortion_open:", "utter_x:", "utter_sextortion_open is"),
    "a missing answer": (ALL, "utter_ask_report:", "utter_x:", "utter_ask_report is missing"),
    "a missing label": (ALL, "utter_choice_sextortion:", "utter_x:", "utter_choice_sextortion is"),
    "a missing why of a step": (ALL, "step_save_why:", "x:", "utter_step_save_why is missing"),
    "a missing can't of a step": (ALL, "step_save_cant:", "x:", "utter_step_save_cant is missing"),
    "a missing triage question": (
        ALL,
        "utter_ask_triage_form_paid:",
        "utter_x:",
        "utter_ask_triage_form_paid is missing",
    ),
    "a missing why of a question": (ALL, "utter_why_paid:", "utter_x:", "utter_why_paid is miss"),
    "a plan with a step that does not exist": (
        PLAN,
        "utter_step_save",
        "utter_step_sing",
        "utter_step_sing is missing",
    ),
    "a plan with an unknown slot": (PLAN, "{paid: [yes]}", "{mood: [yes]}", "unknown slot 'mood'"),
    "a plan with an unknown value": (PLAN, "paid: [yes]", "paid: [maybe]", "paid is never 'maybe'"),
    "a plan with an unknown claim": (PLAN, "[do_not_pay]", "[pay]", "unknown claim 'pay'"),
    "a plan without a handoff": (PLAN, "handoff:", "# handoff:", "has no handoff"),
    "a plan without a start": (PLAN, "start:", "# start:", "has no start"),
    "a situation without a plan": (
        "data/dialogue.yml",
        "[self_harm,",
        "[greet, self_harm,",
        "greet has no plan",
    ),
    "a claim that one audience is not told": (
        PLAN,
        "must_say: [do_not_pay]",
        "must_say: [do_not_pay]\nmust_say_to: {parent: [watch_mood]}",
        "[en] watch_mood is not said with audience: parent",
    ),
    "claims for an audience that is none": (
        PLAN,
        "must_say: [do_not_pay]",
        "must_say: [do_not_pay]\nmust_say_to: {cat: [do_not_pay]}",
        "unknown audience 'cat'",
    ),
    "a start without words for a parent": (
        ALL,
        "for parents.\n    condition:\n    - {type: slot, name: audience, value: parent}",
        "for parents.\n    condition:\n    - {type: slot, name: audience, value: friend}",
        "utter_self_harm_start has no text for a parent",
    ),
    "a referral before anything useful": (
        ALL,
        "says: [do_not_pay]\n      handoffs: []",
        "says: [not_your_fault]\n      handoffs: [crisis]",
        "sends on before anything useful is said",
    ),
    "more buttons than a channel has": (
        ALL,
        "    - {title: Why?",
        "    - {title: More, payload: '/affirm'}\n" * 8 + "    - {title: Why?",
        "has 12 buttons, too many for whatsapp",
    ),
    "a sheet of a script that is not there": (
        "data/keep.yml",
        "utter_greet",
        "utter_gone",
        "utter_gone is missing (a sheet of data/keep.yml)",
    ),
    "a sheet of a kind that is none": (
        "data/keep.yml",
        "kind: list",
        "kind: song",
        "evidence: Input should be 'list'",
    ),
    "a claim that a path does not carry": (
        PLAN,
        "[do_not_pay]",
        "[do_not_pay, keep_evidence, not_alone]",
        "not_alone is not said with",
    ),
    "too many words in a bubble": (ALL, OPENER, LONG, "has 63 words"),
    "a hard text": (ALL, OPENER, HARD, "reads at grade"),
    "a word of blame": (ALL, OPENER, "You should have asked. Do not pay.", "'should have'"),
    "your fault without not": (ALL, OPENER, "It is your fault.", "blame ('your fault')"),
    "a promise": (ALL, OPENER, "It will be removed.", "promise ('will be removed')"),
    "a word that hurts": (ALL, OPENER, "They are predators.", "trauma ('predators')"),
    "victim, to a young person": (ALL, OPENER, "You are a victim.", "young person ('victim')"),
    "an exclamation mark": (ALL, OPENER, "Do not pay!", "has '!'"),
    "an emoji": (ALL, OPENER, "Do not pay \U0001f642", "has '\U0001f642'"),
    "a typed number": (ALL, OPENER, "Call 911 now.", "typed number ('911')"),
    "a number with spaces": (ALL, OPENER, "Call 0800 11 11.", "typed number"),
    "a number in pairs": (ALL, OPENER, "Call 07-70-09-00-11.", "typed number"),
    "a number with long dashes": (ALL, OPENER, "Call 1–8–0–0–2–7–3.", "typed number"),
    "an address of any ending": (ALL, OPENER, "Go to evil.chat now.", "typed address"),
    "a number in other digits": (
        ALL,
        OPENER,
        "Call \u0661\u0661\u0666\u0661\u0661\u0661.",
        "typed number",
    ),
    "a number with an invisible gap": (ALL, OPENER, "Call 1\u200b1\u200b6 now.", "typed number"),
    "a number in words": (ALL, OPENER, "Call nine one one.", "number in words"),
    "a web address": (ALL, OPENER, "Go to stopncii.org now.", "typed address"),
    "a stray brace": (ALL, OPENER, "'Do not pay {name}.'", "stray brace"),
    "a long button": (ALL, "title: Done", f"title: {'Done ' * 8}", "button of 39 characters"),
    "evidence and images without no_copies": (
        ALL,
        "Save the chat and the name on {platform}.",
        "Save the chat, not the picture.",
        "without no_copies",
    ),
    "a crisis text that hides that nobody watches": (
        ALL,
        "says: [cannot_alert_anyone]",
        "says: []",
        "without cannot_alert_anyone",
    ),
    "an unknown owner": (ALL, "owner: child_safety_editor", "owner: bob", "owner 'bob'"),
    "a crisis text reviewed too seldom": (
        ALL,
        "review_months: 3",
        "review_months: 12",
        "every 12 months",
    ),
    "half a review": (ALL, "reviewed: null", "reviewed: 2026-01-01", "half a review"),
    "no sources": (ALL, "sources: [guidance.md 1]", "sources: []", "no sources"),
    "an opener without a text for a parent": (
        ALL,
        "  - text: Do not pay them. Your child needs you now.\n"
        "    condition:\n    - {type: slot, name: audience, value: parent}\n",
        "",
        "utter_sextortion_open has no text for a parent",
    ),
    "a step without a text for a parent": (
        ALL,
        "value: parent}\n  utter_step_save_why",
        "value: friend}\n  utter_step_save_why",
        "utter_sextortion_step_paid has no text for a parent",
    ),
    "a step with other buttons": (ALL, '"choice":"done"', '"choice":"end"', "lacks the step butt"),
    "a script without a general text": (
        ALL,
        "  utter_greet:\n  - text: A calm short text.\n",
        "  utter_greet:\n  - text: A calm short text.\n"
        "    condition: [{type: slot, name: audience, value: teen}]\n",
        "utter_greet has no text without conditions",
    ),
    "a card where it does not serve": (HANDOFFS, "GB: [gb_999]", "GB: [us_911]", "does not serve"),
    "no emergency card where the country is unknown": (
        HANDOFFS,
        "other: [int_local_emergency]",
        "other: []",
        "emergency shows nothing",
    ),
    "an unverified field that is no field": (
        "responses/resources/us.yml",
        "unverified_fields: [languages]",
        "unverified_fields: [languages (Spanish)]",
        "unverified field 'languages (Spanish)'",
    ),
    "a policy that is not complete": (
        "responses/lint.yml",
        "bubble_words:",
        "bubble_size:",
        "bubble_words",
    ),
}


@pytest.mark.parametrize("case", BREAKS)
def test_one_mistake_is_found_and_placed(project, case):
    file, old, new, message = BREAKS[case]
    project.edit(file, old, new)
    problems = check(project.root, ["en"])
    hits = [problem for problem in problems if message in problem.message]
    assert hits, [str(problem) for problem in problems]
    assert hits[0].file and hits[0].remedy


def test_a_finding_names_the_line_of_the_text(project):
    project.edit(ALL, OPENER, "Do not pay!")
    lines = project.read(ALL).splitlines()
    (problem,) = check(project.root, ["en"])
    assert lines[problem.line - 1] == "  - text: Do not pay!"
    assert str(problem) == (
        f"{ALL}:{problem.line}: utter_sextortion_open [default] has '!'. "
        "Stay calm: no exclamation marks, no symbols."
    )


@pytest.mark.parametrize(
    "text",
    [
        "It is not your fault. Do not pay.",
        "Nobody can promise it. Do not pay.",
        "If you are 13-17, do not pay. It was done to you at 16.",
        "Call {emergency_number} now. Do not pay.",
    ],
)
def test_good_texts_raise_nothing(project, text):
    project.edit(ALL, OPENER, text)
    assert check(project.root, ["en"]) == []


def test_a_parent_may_read_the_word_that_a_teen_is_spared(project):
    project.edit(ALL, "Your child needs you now.", "Your child is the victim.")
    assert check(project.root, ["en"]) == []


LOCALES = {
    "a missing locale": (lambda text: None, "is not in es"),
    "a missing script": (
        lambda text: text.replace("utter_greet", "utter_hola"),
        "utter_greet is not in es",
    ),
    "other claims": (
        lambda text: text.replace("[do_not_pay]", "[do_not_pay, not_alone]", 1),
        "says other things than in en (not_alone)",
    ),
    "other buttons": (lambda text: text.replace('"choice":"done"', '"choice":"go"', 1), "other b"),
    "one text too many": (
        lambda text: (
            text + "  - text: Hola\n    condition: [{type: slot, name: channel, value: sms}]\n"
        ),
        "is not in en",
    ),
}


@pytest.mark.parametrize("case", LOCALES)
def test_locales_are_alike(project, case):
    change, message = LOCALES[case]
    changed = change(project.read(ALL))
    if changed is not None:
        project.write("responses/es/all.yml", changed)
    problems = check(project.root, ["en", "es"])
    assert any(message in problem.message for problem in problems), problems


def test_other_cards_in_a_second_locale_are_found(project):
    text = project.read(ALL).replace("handoffs: [emergency, crisis]", "handoffs: [emergency]", 1)
    project.write("responses/es/all.yml", text)
    problems = check(project.root, ["en", "es"])
    assert any("has other handoffs than in en" in problem.message for problem in problems)


def test_a_text_above_the_grade_to_aim_at_is_named_and_blocks_nothing(project):
    harder = "Do not pay them and keep all of the messages together with every username."
    project.edit(ALL, OPENER, harder)
    assert [hint.line for hint in hints(project.root, ["en"])] != []
    assert all("reads at" not in problem.message for problem in check(project.root, ["en"]))


def test_a_faithful_second_locale_raises_nothing(project):
    project.write("responses/es/all.yml", project.read(ALL))
    assert check(project.root, ["en", "es"]) == []


def test_the_grade_is_measured_without_the_network():
    assert reading_grade("Do not pay them. Save the chat.") < 3
    assert reading_grade(HARD) > 15


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("No pagues. Guarda el chat. No es tu culpa. Hay gente que ayuda.", 3, 5),
        (
            "La institucionalización de procedimientos administrativos interdisciplinarios "
            "obstaculiza considerablemente la comprensión de las responsabilidades.",
            13,
            17,
        ),
    ],
)
def test_spanish_has_a_grade_of_its_own(text, low, high):
    assert low <= reading_grade(text, "es") <= high

from __future__ import annotations

import pytest

from bot.content.scripts import ContentError, load_editions, stray_braces


def one(project, body: str) -> None:
    project.write("responses/en/all.yml", f'version: "3.1"\nresponses:\n{body}')


def test_later_variations_inherit_the_metadata_and_override_what_differs(project):
    one(
        project,
        "  utter_x:\n  - text: A\n    metadata: {says: [do_not_pay], owner: a, risk: safety}\n"
        "  - text: B\n    condition: [{type: slot, name: audience, value: parent}]\n"
        "    metadata: {says: [not_alone]}\n",
    )
    first, second = load_editions(project.root)
    assert (first.says, first.owner, first.audience) == (("do_not_pay",), "a", None)
    assert (second.says, second.owner, second.risk) == (("not_alone",), "a", "safety")
    assert second.conditions == {"audience": "parent"}
    assert (second.file, second.line) == ("responses/en/all.yml", 6)


def test_words_that_other_readers_take_for_values_stay_texts(project):
    one(
        project,
        "  utter_x:\n  - text: No\n    metadata: {reviewed: 2026-01-02, sources: [13_17, 1.5]}\n",
    )
    (edition,) = load_editions(project.root)
    assert (edition.text, edition.reviewed) == ("No", "2026-01-02")
    assert edition.sources == ("13_17", "1.5")


def test_a_review_does_not_change_the_content_hash_and_a_word_does(project):
    one(project, "  utter_x:\n  - text: A\n    metadata: {owner: a}\n")
    before = load_editions(project.root)[0]
    one(project, "\n  utter_x:\n  - text: A\n    metadata: {owner: b, reviewed: 2026-01-02}\n")
    assert load_editions(project.root)[0].content_hash == before.content_hash
    one(project, "  utter_x:\n  - text: A.\n    metadata: {owner: a}\n")
    assert load_editions(project.root)[0].content_hash != before.content_hash


MISTAKES = {
    "a file that is not YAML": ("  utter_x: [", "not valid YAML", 4),
    "a script given twice": ("  utter_x:\n  - text: A\n  utter_x:\n  - text: B\n", "twice", 5),
    "a script without texts": ("  utter_x:\n", "has no texts", 3),
    "a name that is no script id": ("  Hello:\n  - text: A\n", "no script id", 3),
    "a variation without a text": ("  utter_x:\n  - buttons: []\n", "lacks a text", 4),
    "an unknown key": ("  utter_x:\n  - text: A\n    image: x\n", "unknown key 'image'", 5),
    "an unknown metadata key": (
        "  utter_x:\n  - text: A\n    metadata: {colour: red}\n",
        "unknown metadata key 'colour'",
        5,
    ),
    "a list that is a text": (
        "  utter_x:\n  - text: A\n    metadata: {says: do_not_pay}\n",
        "says is not a list",
        5,
    ),
    "an unknown risk": (
        "  utter_x:\n  - text: A\n    metadata: {risk: high}\n",
        "risk 'high' is unknown",
        5,
    ),
    "an unknown placeholder": ("  utter_x:\n  - text: Hi {name}\n", "stray brace", 4),
    "an open brace": ("  utter_x:\n  - text: 'Hi {'\n", "stray brace", 4),
    "a malformed button": (
        "  utter_x:\n  - text: A\n    buttons: [{title: B}]\n",
        "button is malformed",
        5,
    ),
    "a button with a placeholder of no list": (
        "  utter_x:\n  - text: A\n    buttons: [{title: 'Hi {name}', payload: /greet}]\n",
        "button has a stray brace",
        5,
    ),
    "two texts with the same conditions": (
        "  utter_x:\n  - text: A\n  - text: B\n",
        "same conditions",
        5,
    ),
    "a condition on another slot": (
        "  utter_x:\n  - text: A\n    condition: [{type: slot, name: mood, value: x}]\n",
        "condition on 'mood'",
        5,
    ),
    "a condition on another locale": (
        "  utter_x:\n  - text: A\n    condition: [{type: slot, name: locale, value: es}]\n",
        "differs from the folder",
        5,
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_reported_with_file_and_line(project, case):
    body, message, line = MISTAKES[case]
    one(project, body)
    with pytest.raises(ContentError) as error:
        load_editions(project.root)
    (problem,) = error.value.problems
    assert message in problem.message
    assert (problem.file, problem.line) == ("responses/en/all.yml", line)
    assert problem.remedy


def test_all_problems_are_reported_at_once_and_a_script_stays_in_one_file(project):
    one(project, "  utter_x:\n  - text: A {b}\n    other: 1\n")
    project.write("responses/en/more.yml", "responses:\n  utter_x:\n  - text: A\n")
    with pytest.raises(ContentError) as error:
        load_editions(project.root)
    assert len(error.value.problems) == 3
    assert "already in responses/en/all.yml" in str(error.value)


@pytest.mark.parametrize(
    ("text", "stray"),
    [
        ("Call {emergency_number} in {country}", False),
        ("no braces", False),
        ("{ emergency_number }", True),
        ("{{platform}}", True),
        ("{topic", True),
        ("topic}", True),
    ],
)
def test_braces_are_known_placeholders_or_an_error(text, stray):
    assert stray_braces(text) is stray

from __future__ import annotations

import json

import pytest

from bot.content.release import REQUIRED_SCRIPTS, Release, build_baseline
from bot.content.render import RenderContext, UnknownScript, render

SCRIPTS = """\
version: "3.1"
responses:
  utter_x:
  - text: default
  - text: parent
    condition: [{type: slot, name: audience, value: parent}]
  - text: sms
    condition: [{type: slot, name: channel, value: sms}]
  - text: parent on sms
    condition:
    - {type: slot, name: audience, value: parent}
    - {type: slot, name: channel, value: sms}
  utter_law:
  - text: anywhere
  - text: a parent anywhere
    condition: [{type: slot, name: audience, value: parent}]
  - text: an adult anywhere
    condition: [{type: slot, name: audience, value: adult}]
  - text: in the US
    condition: [{type: slot, name: country, value: US}]
  - text: a parent in the US
    condition:
    - {type: slot, name: audience, value: parent}
    - {type: slot, name: country, value: US}
  utter_fill:
  - text: Call {emergency_number}. On {platform}, in {country}, about {topic}.
    buttons: [{title: 'Call {emergency_number}', payload: /ask_support}]
  utter_cards:
  - text: Help.
    metadata: {resources: [us_ncmec_take_it_down, us_988_lifeline], handoffs: [crisis, takedown]}
  utter_choice_sextortion:
  - text: Someone threatens me
"""


@pytest.fixture
def release(project):
    required = "".join(f"  {name}:\n  - text: needed\n" for name in REQUIRED_SCRIPTS)
    project.write("responses/en/all.yml", SCRIPTS + required)
    project.write(
        "responses/es/all.yml", 'version: "3.1"\nresponses:\n  utter_x:\n  - text: general\n'
    )
    bundle = json.loads(json.dumps(build_baseline(project.root, ["en", "es"])))
    return Release.from_bundle(bundle)


CHOICES = {
    "nothing known": (RenderContext(), "default"),
    "an audience with its own text": (RenderContext(audience="parent"), "parent"),
    "an audience without one": (RenderContext(audience="adult"), "default"),
    "a channel": (RenderContext(channel="sms", audience="friend"), "sms"),
    "the most matching conditions win": (
        RenderContext(channel="sms", audience="parent"),
        "parent on sms",
    ),
    "another locale": (RenderContext(locale="es", audience="parent"), "general"),
    "a locale without any text falls back": (RenderContext(locale="de"), "default"),
}


@pytest.mark.parametrize("case", CHOICES)
def test_the_edition_fits_the_person(release, case):
    context, expected = CHOICES[case]
    assert render(release, "utter_x", context).text == expected


LAWS = {
    "no country": (RenderContext(audience="friend"), "anywhere"),
    "another country": (RenderContext(country="GB", audience="parent"), "a parent anywhere"),
    "the country": (RenderContext(country="US", audience="teen"), "in the US"),
    "both": (RenderContext(country="US", audience="parent"), "a parent in the US"),
    "the first of equals": (RenderContext(country="US", audience="adult"), "an adult anywhere"),
}


@pytest.mark.parametrize("case", LAWS)
def test_the_law_of_a_country_is_told_only_there(release, case):
    context, expected = LAWS[case]
    assert render(release, "utter_law", context).text == expected


FILLED = {
    "all known": (
        RenderContext(country="US", platform="snapchat", topic="sextortion"),
        "Call 911. On Snapchat, in the United States, about Someone threatens me.",
    ),
    "nothing known": (
        RenderContext(),
        "Call your local emergency number. On the app, in your country, about this.",
    ),
    "what a person might have typed is never printed": (
        RenderContext(country="<b>", platform="{topic}", topic="../x"),
        "Call your local emergency number. On the app, in your country, about this.",
    ),
    "an unverified number is not printed": (
        RenderContext(country="CA"),
        "Call your local emergency number. On the app, in Canada, about this.",
    ),
}


@pytest.mark.parametrize("case", FILLED)
def test_placeholders_print_names_of_our_own_lists_only(release, case):
    context, expected = FILLED[case]
    message = render(release, "utter_fill", context)
    assert message.text == expected
    assert message.buttons[0].label == expected.split(".", maxsplit=1)[0]


def test_the_message_has_exactly_the_fields_of_the_contract(release):
    message = render(release, "utter_cards", RenderContext(country="US")).model_dump()
    assert set(message) == {
        "id", "script", "edition", "locale", "says", "text", "buttons", "resources",
    }  # fmt: skip
    card = message["resources"][0]
    assert set(card) == {
        "id", "name", "what", "url", "phone", "sms", "hours", "cost", "anonymous",
    }  # fmt: skip
    assert set(card["phone"]) == {"display", "dial"}


def test_the_edition_is_named_by_script_and_hash(release):
    message = render(release, "utter_x", RenderContext(audience="parent"))
    script, digits = message.edition.split("@")
    assert script == "utter_x" == message.script
    assert len(digits) == 12
    assert release.holds(script, digits)


def test_cards_come_once_own_resources_first_and_only_where_they_serve(release):
    def ids(country):
        message = render(release, "utter_cards", RenderContext(country=country, audience="teen"))
        return [card.id for card in message.resources]

    assert ids("US") == ["us_ncmec_take_it_down", "us_988_lifeline"]
    assert ids("JP") == ["us_ncmec_take_it_down", "int_findahelpline"]


def test_cards_speak_the_locale_of_the_text(release, project):
    project.write(
        "responses/es/cards.yml",
        SCRIPTS.split("  utter_x:", maxsplit=1)[0]
        + ("  utter_cards:\n  - text: Ayuda.\n    metadata: {resources: [us_988_lifeline]}\n"),
    )
    spanish = Release.from_bundle(build_baseline(project.root, ["en", "es"]))
    message = render(spanish, "utter_cards", RenderContext(locale="es", country="US"))
    (card,) = message.resources
    assert (message.locale, card.cost) == ("es", "Gratis")
    assert "suicidio" in card.what


def test_an_unknown_script_is_an_error_and_never_an_empty_message(release):
    with pytest.raises(UnknownScript):
        render(release, "utter_nothing", RenderContext())

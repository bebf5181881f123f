"""Previews are what each channel sends; a draft stands in its place, in memory alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.configured import lists_file, write_lists
from bot.channels.simulator.twilio import TwilioPlatform
from bot.channels.twilio import Twilio
from bot.content.release import Release
from bot.content.render import RenderContext
from bot.content.scripts import Button, Edition
from bot.settings import Settings
from bot.staff.apps import ALL_LISTS
from bot.staff.drafts import unfit
from bot.staff.previews import Preview, previews, release_with
from tests.channels.apps import Apps, open_copy
from tests.channels.conftest import quick  # noqa: F401 - a fixture
from tests.gateway.conftest import recorded  # noqa: F401 - a fixture
from tests.gateway.fakes import FakeWorker, scripted

CHANNELS = ["page", "print", "sms", "whatsapp", "telegram", "messenger", "slack"]
APPS = CHANNELS[2:]
# With help cards; with a few choices; with labels too long for some buttons; with many choices.
SENT = ("utter_crisis_card", "utter_ask_definition", "utter_welcome", "utter_ask_block")
LONG_LINK = "https://example.org/" + "a" * 5000


def draft(text: str = "Words of a draft.", *labels: str, **changes: object) -> Edition:
    """A text of a script of its own, for everybody."""
    buttons = tuple(Button(title=label, payload="/affirm") for label in labels)
    return Edition.model_validate(
        {"script": "utter_tried", "locale": "en", "text": text, "buttons": buttons, **changes}
    )


def shown(release: Release, edition: Edition, locale: str = "en") -> dict[str, Preview]:
    """Its previews by channel."""
    context = RenderContext(locale=locale, country="US")
    made = previews(release_with(release, edition), edition.script, context)
    return {one.channel: one for one in made}


def test_every_channel_is_there_in_order(release: Release) -> None:
    context = RenderContext(locale="en", country="US")
    made = previews(release, "utter_crisis_card", context)
    assert [one.channel for one in made] == CHANNELS
    assert not [one.problems for one in made if one.problems]
    assert all(one.bubbles for one in made)


def test_every_script_of_the_release_can_be_sent(release: Release) -> None:
    for script in sorted({each.script for each in release.editions if not each.conditions}):
        for locale in release.locales:
            for one in previews(release, script, RenderContext(locale=locale, country="US")):
                assert not one.problems, (script, locale, one)


def test_help_cards_stand_beside_the_page_and_within_the_text_of_an_app(release: Release) -> None:
    made = shown(release, draft(handoffs=["crisis"]))
    card = made["page"].cards[0]
    assert made["print"].cards == made["page"].cards
    for name in APPS:
        assert made[name].cards == ()
        assert card.name in "".join(made[name].bubbles)


@pytest.mark.parametrize(
    ("text", "parts", "encoding"),
    [
        ("Short.", 1, "GSM-7"),
        ("Curly ‘quotes’ cost nothing.", 1, "GSM-7"),
        ("Está aquí.", 1, "UCS-2"),
        ("á" * 71, 2, "UCS-2"),
        ("a" * 161, 2, "GSM-7"),
        (("a" * 600 + "\n\n") * 2, 8, "GSM-7"),
        ("a" * 600 + "\n\n" + "á" * 600, 13, "UCS-2"),
    ],
)
def test_the_parts_of_an_sms_are_counted(
    release: Release, text: str, parts: int, encoding: str
) -> None:
    made = shown(release, draft(text.strip()))
    assert (made["sms"].segments, made["sms"].encoding) == (parts, encoding)
    assert all(made[name].segments is None for name in CHANNELS if name != "sms")


def test_choices_are_buttons_where_there_are_some_and_lines_elsewhere(release: Release) -> None:
    made = shown(release, draft("Which?", "Yes", "No"))
    assert made["page"].buttons == ("Yes", "No")
    assert made["print"].buttons == ()
    assert made["sms"].buttons == ()
    assert "1. Yes\n2. No" in made["sms"].bubbles[0]
    for name in APPS[1:]:
        assert made[name].buttons == ("Yes", "No")


def test_whatsapp_without_lists_has_lines(release: Release) -> None:
    drafted = release_with(release, draft("Which?", "Yes"))
    context = RenderContext(locale="en", country="US")
    made = {one.channel: one for one in previews(drafted, "utter_tried", context, lists={})}
    assert made["whatsapp"].buttons == ()
    assert "1. Yes" in made["whatsapp"].bubbles[0]


def test_a_label_too_long_for_a_button_stands_in_the_text_and_its_number_on_it(
    release: Release,
) -> None:
    label = "Somebody whom I have met online"
    made = shown(release, draft("Who?", label))
    assert made["messenger"].buttons == ("1",)
    assert f"1. {label}" in made["messenger"].bubbles[0]
    assert made["messenger"].problems == ()
    assert made["slack"].buttons == (label,)


def test_what_is_shown_is_what_the_app_gets(release: Release) -> None:
    """WhatsApp would make *this* bold; Slack escapes a notification, never the text itself."""
    made = shown(release, draft("*this* & <that> https://example.org/a"))
    assert made["whatsapp"].bubbles[0].startswith("*\u200bthis*")
    assert made["slack"].bubbles == ("*this* & <that> https://example.org/a",)


@pytest.mark.parametrize(
    "edition",
    [
        draft("A long paragraph. " * 400),
        draft("Which?", *(f"Choice {number}" for number in range(1, 120))),
        draft("Which?", *(f"A label as long as a sentence, with a number: {n}" for n in range(9))),
        draft("“Curly” – and so… •", "Let’s go", "*Now*"),
    ],
    ids=["parted", "many", "long", "signs"],
)
def test_what_the_program_makes_fit_is_no_problem(release: Release, edition: Edition) -> None:
    """A long text is parted, and choices that do not fit on buttons are numbered lines."""
    made = shown(release, edition)
    assert not [one for one in made.values() if one.problems]


@pytest.mark.parametrize(
    ("edition", "channels", "word"),
    [
        (draft(""), CHANNELS, "no text"),
        (draft("Call {number}."), CHANNELS, "braces"),
        (draft("Which?", "{choice}"), CHANNELS, "braces"),
        (draft("Which?", " "), CHANNELS, "no label"),
        (draft(handoffs=["nobody"]), CHANNELS, "nobody"),
        (draft(resources=["nowhere"]), CHANNELS, "nowhere"),
        (draft("Half of a sign: \ud83d"), CHANNELS, "half"),
        (draft("Which?", "Half \ud83d"), CHANNELS, "half"),
        (draft(LONG_LINK), APPS, "torn"),
        (draft("Which?", "a" * 700), ["sms"], "too long"),
        (draft("😀" * 670), ["sms"], "SMS parts"),
        (draft(audience="parent"), CHANNELS, "No text"),
        (draft(channel="sms"), [name for name in CHANNELS if name != "sms"], "No text"),
        (draft(channel="messaging"), ["page", "print"], "No text"),
    ],
)
def test_what_cannot_be_sent_is_said_in_words(
    release: Release, edition: Edition, channels: list[str], word: str
) -> None:
    made = shown(release, edition)
    assert [name for name, one in made.items() if word in " ".join(one.problems)] == channels


def test_an_unknown_script_raises_nothing(release: Release) -> None:
    made = previews(release, "utter_nothing", RenderContext())
    assert [one.channel for one in made if one.problems and not one.bubbles] == CHANNELS


def test_a_draft_stands_in_its_place_and_nowhere_else(release: Release) -> None:
    live = next(each for each in release.editions if each.conditions)
    edition = live.model_copy(update={"text": "Words of a draft.", "reviewed": None})
    made = release_with(release, edition)
    assert len(made.editions) == len(release.editions)
    here = (live.script, live.locale)
    assert edition in made.editions_of(*here)
    assert live not in made.editions_of(*here)
    assert live in release.editions_of(*here)
    others = [each for each in release.editions if each is not live]
    assert [each for each in made.editions if each is not edition] == others


def test_a_draft_in_an_empty_place_is_added(release: Release) -> None:
    edition = draft(audience="parent")
    made = release_with(release, edition)
    assert made.editions_of("utter_tried", "en") == (edition,)
    assert len(made.editions) == len(release.editions) + 1
    assert made.draft


def test_two_drafts_do_not_see_each_other(release: Release) -> None:
    one, other = (shown(release, draft(f"Draft {n}."))["page"].bubbles for n in (1, 2))
    assert (one, other) == (("Draft 1.",), ("Draft 2.",))
    assert release.editions_of("utter_tried", "en") == ()


def test_a_language_of_no_release_is_unfit(release: Release) -> None:
    assert [*unfit(release, draft(locale="de"))] == ["There is no release in de."]
    assert not [*unfit(replace(release, locales=("en",)), draft())]


async def test_the_played_apps_receive_what_is_shown(
    release: Release,
    recorded: Path,  # noqa: F811
    quick: None,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the gateway, its delivery and the channels' own way to send."""
    monkeypatch.setattr("bot.gateway.settling.QUIET_SECONDS", 0.02)
    monkeypatch.setattr("bot.channels.service.SENDING_SECONDS", 0.05)
    write_lists(lists_file(Settings(_env_file=None, data_folder=tmp_path)), ALL_LISTS)
    worker = FakeWorker(replies={script: scripted(script) for script in SENT})
    async with open_copy(recorded, tmp_path, worker, answer_deadline=30) as town:
        await asyncio.to_thread(make_templates, town)
        for app in APPS:
            await town.says(app, "hello")  # before a first answer stands what this is
            for script in SENT:
                made = previews(release, script, RenderContext(country="US"))
                (preview,) = (one for one in made if one.channel == app)
                got = await town.says(app, script)
                labels = tuple(label for each in got for label, _ in each.choices)
                assert tuple(each.text for each in got) == preview.bubbles, (app, script)
                assert labels == items(preview, labels), (app, script)


def items(preview: Preview, seen: tuple[str, ...]) -> tuple[str, ...]:
    """Labels as the played app shows them: of WhatsApp's lists without the smaller line."""
    if preview.channel != "whatsapp" or not all(each.isdecimal() for each in seen):
        return preview.buttons
    return tuple(each.split(" ")[0] for each in preview.buttons)


def make_templates(town: Apps) -> None:
    """Templates at the played Twilio, under the ids that the gateway was given."""
    platform = town.platform("whatsapp")
    (channel,) = (each for each in town.channels if isinstance(each, Twilio))
    assert isinstance(platform, TwilioPlatform)
    known = platform.contents.known
    for number, made in channel.create_lists().items():
        known[ALL_LISTS[number]] = known[made]

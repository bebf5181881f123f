"""In messaging apps most who write are parents, and pictures come with words."""

from __future__ import annotations

import pytest

from bot.dialogue.engine import Engine
from tests.dialogue.talk import Talk

APPS = ("telegram", "whatsapp", "sms", "messenger", "slack")


@pytest.mark.parametrize("channel", APPS)
async def test_who_writes_in_an_app_is_taken_for_a_parent(engine: Engine, channel: str) -> None:
    talk = Talk(engine)
    await talk.say("/greet", channel=channel)
    assert (await talk.slots())["audience"] == "parent"


async def test_who_writes_on_the_page_is_not(engine: Engine) -> None:
    talk = Talk(engine)
    await talk.say("/greet")
    assert "audience" not in await talk.slots()


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("someone has my nudes and wants money", "skipped"),
        ("i am 14 and someone wants money for my pictures", "teen"),
        ('/inform_audience{"audience":"teen"}', "teen"),
        ("my friend is being blackmailed with a picture", "friend"),
        ("my daughter is being blackmailed with a picture", "parent"),
        ("they want money or they send it to everyone", "parent"),
        ("i sent a pic to a guy and now he wants more", None),
    ],
)
async def test_the_first_words_tell_whom_it_is_about(
    engine: Engine, text: str, audience: str | None
) -> None:
    talk = Talk(engine)
    await talk.say("/greet", channel="telegram")
    await talk.say(text, channel="telegram")
    assert (await talk.slots()).get("audience") == audience


async def test_what_was_only_presumed_is_not_corrected(engine: Engine) -> None:
    talk = Talk(engine)
    await talk.say("/sextortion", channel="sms")
    said = await talk.say('/inform_audience{"audience":"teen"}', channel="sms")
    assert "utter_correction" not in said
    said = await talk.say('/inform_audience{"audience":"friend"}', channel="sms")
    assert "utter_correction" in said


@pytest.mark.parametrize("text", ["i want to die", "i am going to kill myself tonight"])
async def test_danger_is_never_presumed_to_be_a_childs_of_somebody(
    engine: Engine, text: str
) -> None:
    talk = Talk(engine)
    await talk.say("/greet", channel="whatsapp")
    await talk.say(text, channel="whatsapp")
    assert "audience" not in await talk.slots()
    assert "audience" not in talk.reply["context"]


async def test_a_button_about_a_child_in_danger_is_about_the_child(engine: Engine) -> None:
    talk = Talk(engine)
    await talk.say("/greet", channel="sms")
    await talk.say("/self_harm", channel="sms")
    assert talk.reply["context"]["audience"] == "parent"
    await talk.say("yes", channel="sms")
    assert talk.reply["context"]["audience"] == "parent"


async def test_starting_over_keeps_whose_chat_it_is_when_that_was_told(engine: Engine) -> None:
    talk = Talk(engine)
    await talk.say('/inform_audience{"audience":"teen"}', channel="telegram")
    await talk.say("/start_over", channel="telegram")
    await talk.say("/greet", channel="telegram")
    assert (await talk.slots())["audience"] == "teen"


async def test_words_beside_a_picture_are_answered_and_the_picture_is_refused_first(
    engine: Engine,
) -> None:
    said = await Talk(engine).say(
        "someone is blackmailing my son", channel="telegram", media="image"
    )
    assert said[:2] == ["utter_words_read", "utter_sextortion_open"]


async def test_in_a_crisis_help_comes_before_the_refusal_of_a_picture(engine: Engine) -> None:
    talk = Talk(engine)
    said = await talk.say("i want to kill myself", channel="telegram", media="image")
    assert said[-1] == "utter_words_read"
    assert len(said) > 1
    # "No" answers the crisis, not the refusal.
    assert await talk.say("no", channel="telegram") != ["utter_menu"]


@pytest.mark.parametrize(
    ("kind", "script"),
    [
        ("media", "utter_no_images"),
        ("voice", "utter_no_voice"),
        ("sticker", "utter_no_sticker"),
        ("location", "utter_no_location"),
        ("contact", "utter_no_contact"),
        ("file", "utter_no_file"),
        ("edited", "utter_edited"),
    ],
)
async def test_what_cannot_be_read_has_a_script_of_its_own(
    engine: Engine, kind: str, script: str
) -> None:
    said = await Talk(engine).say(f'/out_of_scope{{"remark": "{kind}"}}', channel="telegram")
    assert said == [script]


@pytest.mark.parametrize("kind", ["voice", "edited"])
async def test_in_the_middle_of_questions_the_open_one_is_asked_again(
    engine: Engine, kind: str
) -> None:
    talk = Talk(engine)
    (*_, question) = await talk.say("/sextortion", channel="telegram")
    said = await talk.say(f'/out_of_scope{{"remark": "{kind}"}}', channel="telegram")
    assert said[-1] == question

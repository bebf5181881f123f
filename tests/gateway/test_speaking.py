"""What the worker names is rendered; buttons and cards of one reply do not pile up."""

from __future__ import annotations

import json

import pytest

from bot.content.release import Release
from bot.content.render import Message
from bot.gateway.speaking import Speaker
from bot.gateway.worker_client import NamedScript, WorkerReply

STEP = "utter_step_report_cybertip"


@pytest.fixture
def speaker(release: Release) -> Speaker:
    return Speaker(lambda: release, "en", "US")


def spoken(speaker: Speaker, *named: NamedScript) -> list[Message]:
    reply = WorkerReply(messages=list(named))
    return speaker.speak(reply, seed="x", locale="en", country="US")


def test_a_brief_script_leaves_out_the_cards_before_it(speaker: Speaker) -> None:
    alone = spoken(speaker, NamedScript(script="utter_crisis_return", brief=True))
    both = spoken(
        speaker,
        NamedScript(script="utter_self_harm_no"),
        NamedScript(script="utter_crisis_return", brief=True),
    )
    shown = [card.id for message in both for card in message.resources]
    assert len(shown) == len(set(shown))
    assert {card.id for card in alone[0].resources} <= set(shown)
    assert both[0].resources, "the first message keeps its cards"


def test_a_script_that_speaks_of_its_cards_keeps_them(speaker: Speaker) -> None:
    both = spoken(
        speaker,
        NamedScript(script="utter_help_is_near"),
        NamedScript(script="utter_ask_support"),
    )
    alone = spoken(speaker, NamedScript(script="utter_ask_support"))
    assert both[1].resources == alone[0].resources


def test_a_button_stands_once_in_a_reply_under_the_last_message(speaker: Speaker) -> None:
    alone = spoken(speaker, NamedScript(script="utter_crisis_return"))
    both = spoken(
        speaker,
        NamedScript(script="utter_self_harm_no"),
        NamedScript(script="utter_crisis_return"),
    )
    offered = [button for message in both for button in message.buttons]
    assert len(offered) == len(set(offered))
    assert both[1].buttons == alone[0].buttons


def test_a_part_of_the_whole_plan_has_the_one_button_that_opens_it(speaker: Speaker) -> None:
    (message,) = spoken(speaker, NamedScript(script=STEP, part=True))
    (button,) = message.buttons
    assert button.label == "Open this step"
    assert json.loads(button.payload.removeprefix("/repeat")) == {"choice": f"show:{STEP}"}


def test_offered_meanings_come_before_a_scripts_own_buttons(speaker: Speaker) -> None:
    (message,) = spoken(
        speaker, NamedScript(script="utter_unclear_choices", choices=["sextortion", "deepfake"])
    )
    assert [button.payload for button in message.buttons] == [
        "/sextortion",
        "/deepfake",
        "/menu",
        "/ask_support",
    ]


def test_a_script_that_is_in_no_release_is_dropped_and_the_card_takes_its_place(
    speaker: Speaker,
) -> None:
    (message,) = spoken(speaker, NamedScript(script="utter_made_up"))
    assert message.script == "utter_crisis_card"
    assert speaker.dropped == {"utter_made_up": 1}


@pytest.mark.parametrize("progress", [(1, 3), (3, 3), None])
def test_a_named_step_says_which_of_how_many_it_is(
    speaker: Speaker, progress: tuple[int, int] | None
) -> None:
    (message,) = spoken(speaker, NamedScript(script=STEP, progress=progress))
    told = message.progress and (message.progress.step, message.progress.of)
    assert told == progress

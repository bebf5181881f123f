"""What is answered in which state: a table of states and messages."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from actions.policy import policy
from actions.turn import Turn
from bot.edge import Edge
from tests.dialogue.talk import Talk

ASK = "utter_ask_triage_form_"
SITUATIONS_WITH_PLAN = ("sextortion", "deepfake", "enticement")
CRISES = ("self_harm", "immediate_danger", "abuse_offline", "meet_in_person")
TEEN = '/inform_audience{"audience":"teen"}'
SKIP = '/unsure{"choice":"skip"}'
WHY = '/repeat{"choice":"why"}'
BACK = '/repeat{"choice":"back"}'
DONE = '/affirm{"choice":"done"}'
NEXT = '/affirm{"choice":"next"}'
CANT = '/deny{"choice":"cant"}'
WHOLE = '/affirm{"choice":"whole_plan"}'
RESUME = '/affirm{"choice":"resume"}'


async def to_the_plan(talk: Talk, situation: str = "sextortion") -> list[str]:
    """Open a situation and skip every question; the answer that shows the first step."""
    said = await talk.say(f"/{situation}")
    for _ in range(policy().question_limit + 1):
        if not said[-1].startswith(ASK):
            return said
        said = await talk.say(SKIP)
    raise AssertionError("triage did not end")


def steps_of(talk_slots: dict[str, object], situation: str = "sextortion") -> list[str]:
    """The steps that the decision table gives for what is known."""
    known = {name: value for name, value in talk_slots.items() if isinstance(value, str)}
    return policy().plans[situation].steps_for(known)


@pytest.mark.parametrize("situation", policy().order_of_meanings)
async def test_every_situation_is_opened_with_its_own_script(talk: Talk, situation: str) -> None:
    said = await talk.say(f"/{situation}")
    assert said[0].startswith(f"utter_{situation}_")


@pytest.mark.parametrize("situation", SITUATIONS_WITH_PLAN)
async def test_triage_asks_in_the_order_of_the_plan_and_no_more_than_four(
    talk: Talk, situation: str
) -> None:
    plan = policy().plans[situation]
    asked = [(await talk.say(f"/{situation}"))[-1].removeprefix(ASK)]
    while True:
        said = await talk.say(SKIP)
        if not said[-1].startswith(ASK):
            break
        asked.append(said[-1].removeprefix(ASK))
    assert asked == [name for name in plan.triage if name in asked]
    assert 1 <= len(asked) <= 4
    assert said[-1] == steps_of(await talk.slots(), situation)[0]


async def test_one_question_a_turn(talk: Talk) -> None:
    for text in ("/sextortion", TEEN, '/affirm{"demand":"money"}'):
        assert sum(script.startswith(ASK) for script in await talk.say(text)) == 1


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ('/sextortion{"audience":"teen"}', "audience"),
        ('/sextortion{"demand":"money"}', "demand"),
        ('/sextortion{"audience":"parent","demand":"images"}', "audience"),
        ('/deepfake{"shared_yet":"posted"}', "shared_yet"),
    ],
)
async def test_what_was_already_said_is_not_asked(talk: Talk, said: str, known: str) -> None:
    answers = [await talk.say(said)]
    while answers[-1][-1].startswith(ASK):
        answers.append(await talk.say(SKIP))
    assert all(f"{ASK}{known}" not in answer for answer in answers)


@pytest.mark.parametrize(
    ("answer", "slot", "value"),
    [
        (TEEN, "audience", "teen"),
        ('/inform_audience{"audience":"parent"}', "audience", "parent"),
        ('/inform_audience{"audience":"parent","age_band":"13_17"}', "age_band", "13_17"),
        (SKIP, "audience", "skipped"),
        ("/unsure", "audience", "skipped"),
    ],
)
async def test_an_answer_fills_its_slot(talk: Talk, answer: str, slot: str, value: str) -> None:
    await talk.say("/sextortion")
    await talk.say(answer)
    assert (await talk.slots())[slot] == value


@pytest.mark.parametrize(("word", "value"), [("/affirm", "yes"), ("/deny", "no")])
async def test_a_plain_yes_or_no_answers_a_question_that_asks_for_one(
    talk: Talk, word: str, value: str
) -> None:
    said = await talk.say('/sextortion{"audience":"teen","demand":"money"}')
    assert said[-1] == f"{ASK}paid"
    await talk.say(word)
    assert (await talk.slots())["paid"] == value


async def test_a_yes_to_a_question_that_was_not_seen_is_no_answer(talk: Talk) -> None:
    await talk.say('/sextortion{"audience":"teen","demand":"money"}')
    await talk.say("/affirm", unseen=True)
    assert "paid" not in await talk.slots()


async def test_why_do_you_ask_is_answered_and_the_question_stays_open(talk: Talk) -> None:
    await talk.say("/sextortion")
    assert await talk.say(WHY) == ["utter_why_audience", f"{ASK}audience"]
    assert (await talk.say(TEEN))[-1] == f"{ASK}demand"


async def test_back_in_triage_asks_the_question_before(talk: Talk) -> None:
    await talk.say_all("/sextortion", TEEN)
    assert (await talk.say(BACK))[-1] == f"{ASK}audience"
    await talk.say('/inform_audience{"audience":"parent"}')
    assert (await talk.slots())["audience"] == "parent"


@pytest.mark.parametrize(
    "answers",
    [
        [TEEN, '/affirm{"demand":"money"}', '/affirm{"paid":"yes"}', SKIP],
        ['/inform_audience{"audience":"parent"}', '/affirm{"demand":"images"}', SKIP, SKIP],
        ['/inform_audience{"audience":"friend"}', SKIP, SKIP, SKIP],
        ['/inform_audience{"audience":"educator"}', SKIP, SKIP, SKIP],
    ],
    ids=["teen who paid", "parent", "friend", "educator"],
)
async def test_the_plan_is_the_decision_tables(talk: Talk, answers: list[str]) -> None:
    said = await talk.say("/sextortion")
    for answer in answers:
        if said[-1].startswith(ASK):
            said = await talk.say(answer)
    expected = steps_of(await talk.slots())
    walked = [said[-1]]
    while (said := await talk.say(NEXT))[-1] != "utter_plan_end":
        walked.append(said[-1])
        assert len(walked) < 40
    assert walked == expected
    assert said[0] == policy().plans["sextortion"].handoff


async def test_a_done_step_is_not_shown_again(talk: Talk) -> None:
    first = (await to_the_plan(talk))[-1]
    second = (await talk.say(DONE))[-1]
    assert second != first
    assert first in (await talk.slots())["done"]


async def test_a_step_that_cannot_be_done_has_another_way(talk: Talk) -> None:
    step = (await to_the_plan(talk))[-1]
    assert await talk.say(CANT) == [f"{step}_cant"]
    assert await talk.say(WHY) == [f"{step}_why"]
    assert await talk.say(RESUME) == [step]


async def test_back_in_the_plan_shows_the_step_before(talk: Talk) -> None:
    first = (await to_the_plan(talk))[-1]
    await talk.say(NEXT)
    assert await talk.say(BACK) == [first]
    assert await talk.say(BACK) == [first]


@pytest.mark.parametrize(
    ("word", "like"), [("/affirm", DONE), ("/deny", CANT), ("/repeat", RESUME)]
)
async def test_a_plain_word_in_the_plan_is_its_button(talk: Talk, word: str, like: str) -> None:
    other = Talk(talk.engine)
    await to_the_plan(talk)
    await to_the_plan(other)
    assert await talk.say(word) == await other.say(like)


async def test_the_whole_plan_is_shown_at_once_and_each_step_can_be_opened(talk: Talk) -> None:
    step = (await to_the_plan(talk))[-1]
    said = await talk.say(WHOLE)
    expected = steps_of(await talk.slots())
    handoff = "utter_sextortion_handoff"
    assert said == ["utter_plan_whole", *expected, handoff, "utter_plan_whole_end"]
    assert all(message.get("part") for message in talk.reply["messages"][1:-2])
    assert await talk.say(RESUME) == [step]
    later = expected[3]
    assert await talk.say(f'/repeat{{"choice":"show:{later}"}}') == [later]
    assert await talk.say(NEXT) == [expected[4]]


async def test_a_correction_of_who_it_is_gets_a_word_and_another_plan(talk: Talk) -> None:
    await talk.say_all("/sextortion", TEEN)
    said = await talk.say('/inform_audience{"audience":"friend"}')
    assert said[0] == "utter_correction"
    assert (await talk.slots())["audience"] == "friend"


async def test_a_correction_in_the_plan_goes_on_with_the_plan_it_makes(talk: Talk) -> None:
    await to_the_plan(talk)
    said = await talk.say('/inform_audience{"audience":"parent"}')
    assert said[0] == "utter_noted"
    assert said[-1] in steps_of(await talk.slots())


async def test_a_question_in_triage_is_answered_and_triage_goes_on(talk: Talk) -> None:
    await talk.say("/sextortion")
    assert await talk.say("/ask_legal") == ["utter_ask_legal", f"{ASK}audience"]
    assert (await talk.say(TEEN))[-1] == f"{ASK}demand"


async def test_another_situation_is_opened_and_the_first_offered_again(talk: Talk) -> None:
    await talk.say_all("/deepfake", TEEN)
    said = await talk.say("/sextortion")
    assert said[:2] == ["utter_topic_changed", "utter_sextortion_open"]
    assert talk.reply["messages"][0]["choices"] == ["deepfake"]
    slots = await talk.slots()
    assert (slots["situation"], slots["set_aside"], slots["audience"]) == (
        "sextortion",
        ["deepfake"],
        "teen",
    )
    for _ in range(40):
        said = await talk.say(SKIP if said[-1].startswith(ASK) else NEXT)
        if "utter_plan_end" in said:
            break
    assert said[-1] == "utter_topic_return"
    assert talk.reply["messages"][-1]["choices"] == ["deepfake"]


async def test_a_situation_that_was_set_aside_goes_on_at_its_question(talk: Talk) -> None:
    question = (await talk.say_all("/deepfake", TEEN))[-1][-1]
    await talk.say_all("/sextortion", '/affirm{"demand":"money"}')
    assert await talk.say("/deepfake") == ["utter_back_to_plan", question]
    slots = await talk.slots()
    assert (slots["situation"], slots["set_aside"]) == ("deepfake", ["sextortion"])
    assert "demand" not in slots, "a fact of the other incident"


async def test_a_situation_that_was_set_aside_goes_on_at_its_step_with_its_answers(
    talk: Talk,
) -> None:
    await talk.say_all("/sextortion", TEEN, '/affirm{"demand":"money"}', '/affirm{"paid":"yes"}')
    said = await talk.say(SKIP)
    await talk.say(DONE)
    step = (await talk.say(DONE))[-1]
    before = await talk.slots()
    assert said[-1] in before["done"]
    await talk.say_all("/deepfake", SKIP)
    assert await talk.say("/sextortion") == ["utter_back_to_plan", step]
    after = await talk.slots()
    for name in ("situation", "step", "done", "asked", "demand", "paid"):
        assert after[name] == before[name]
    assert list(after["kept"]) == ["deepfake"]
    assert (await talk.say(NEXT))[0] in steps_of(after)


async def test_going_on_through_triage_does_not_say_the_same_twice(talk: Talk) -> None:
    answers = [await talk.say("/impersonation")]
    answers += [await talk.say(NEXT) for _ in range(4)]
    assert all(one[-1:] != following[-1:] for one, following in pairwise(answers))


async def test_a_guess_of_what_is_meant_offers_something_else_and_a_person(
    edge: Edge,
) -> None:
    buttons = edge.conversations.speaker.say("utter_unclear_choices", locale="en", country=None)
    assert [button.payload for button in buttons.buttons] == ["/menu", "/ask_support"]


async def test_facts_of_one_incident_are_not_those_of_the_next(talk: Talk) -> None:
    await talk.say_all("/sextortion", TEEN, '/affirm{"demand":"money"}', '/affirm{"paid":"yes"}')
    await talk.say("/deepfake")
    slots = await talk.slots()
    assert "paid" not in slots
    assert "demand" not in slots
    assert slots["audience"] == "teen"


@pytest.mark.parametrize("crisis", CRISES)
@pytest.mark.parametrize("before", [[], ["/sextortion"], ["/sextortion", TEEN], ["/menu"]], ids=str)
async def test_a_crisis_is_answered_first_at_any_point(
    talk: Talk, crisis: str, before: list[str]
) -> None:
    await talk.say_all(*before)
    said = await talk.say(f"/{crisis}")
    assert said[0] in policy().crisis.rotation[crisis]
    assert not any(script.startswith(ASK) for script in said)
    assert (await talk.slots())["crisis"] == crisis


async def test_after_a_crisis_in_triage_the_way_leads_back_to_its_question(talk: Talk) -> None:
    await talk.say_all("/sextortion", TEEN)
    await talk.say("/self_harm")
    said = await talk.say('/deny{"choice":"no"}')
    assert said == ["utter_self_harm_no", "utter_crisis_return"]
    assert talk.reply["messages"][1]["topic"] == "sextortion"
    assert (await talk.say(RESUME))[-1] == f"{ASK}demand"
    assert (await talk.say('/affirm{"demand":"money"}'))[-1] == f"{ASK}paid"


async def test_after_a_crisis_in_the_plan_the_way_leads_back_to_its_step(talk: Talk) -> None:
    step = (await to_the_plan(talk))[-1]
    await talk.say_all("/self_harm", '/deny{"choice":"no"}')
    assert await talk.say(RESUME) == [step]


async def test_one_no_does_not_cancel_a_crisis_for_good(talk: Talk) -> None:
    await to_the_plan(talk)
    await talk.say_all("/self_harm", '/deny{"choice":"no"}', RESUME)
    said: list[str] = []
    while "utter_plan_end" not in said:
        said = await talk.say(NEXT)
    assert "utter_self_harm_stay" in said


@pytest.mark.parametrize(
    ("answer", "script"),
    [
        ('/affirm{"choice":"yes"}', "utter_self_harm_yes"),
        ("/affirm", "utter_self_harm_yes"),
        ('/unsure{"choice":"not_sure"}', "utter_self_harm_unsure"),
        ("/unsure", "utter_self_harm_unsure"),
        ('/deny{"choice":"wont_call"}', "utter_self_harm_wont_call"),
        ('/deny{"choice":"reason_wont_help"}', "utter_self_harm_reason_wont_help"),
        ('/deny{"choice":"reason_effort"}', "utter_self_harm_reason_effort"),
        ('/deny{"choice":"reason_trouble"}', "utter_self_harm_reason_trouble"),
        ('/deny{"choice":"reason_voice"}', "utter_self_harm_reason_voice"),
        ('/deny{"choice":"reason_alone"}', "utter_self_harm_reason_alone"),
    ],
)
async def test_the_answers_to_a_crisis_question_keep_it_open(
    talk: Talk, answer: str, script: str
) -> None:
    await talk.say("/self_harm")
    assert (await talk.say(answer))[0] == script
    assert (await talk.slots())["crisis"] == "self_harm"


@pytest.mark.parametrize("answer", ["/greet", "/out_of_scope", "/ask_legal", "/menu", "/thank"])
async def test_while_a_crisis_is_open_every_answer_begins_with_help(
    talk: Talk, answer: str
) -> None:
    await talk.say("/self_harm")
    said = await talk.say(answer)
    assert said[0] == policy().crisis.near


@pytest.mark.parametrize(
    ("before", "word", "script", "still_open"),
    [
        (["/self_harm", "/affirm"], "/deny", "utter_self_harm_wont_call", True),
        (["/self_harm", "/affirm"], "/affirm", "utter_self_harm_stay", True),
        (["/self_harm", "/self_harm"], "/deny", "utter_self_harm_wont_call", True),
        (["/self_harm", "/deny"], "/affirm", "utter_ask_triage_form_audience", False),
        (["/immediate_danger", "/deny"], "/deny", "utter_danger_wont_call", True),
        (["/abuse_offline", "/deny"], "/affirm", "utter_help_is_near", True),
        (["/meet_in_person"], "/affirm", "utter_meet_in_person_now", True),
        (["/meet_in_person"], "/deny", "utter_meet_in_person_later", False),
    ],
)
async def test_a_plain_word_answers_the_script_that_was_said_last(
    talk: Talk, before: list[str], word: str, script: str, still_open: bool
) -> None:
    await talk.say_all(*before)
    assert (await talk.say(word))[0] == script
    assert ("crisis" in await talk.slots()) is still_open


@pytest.mark.parametrize("crisis", CRISES)
async def test_every_crisis_can_be_left_and_not_calling_is_answered(
    talk: Talk, crisis: str
) -> None:
    await talk.say(f"/{crisis}")
    assert "wont_call" in (await talk.say('/deny{"choice":"wont_call"}'))[0]
    await talk.say('/affirm{"choice":"safe"}')
    assert "crisis" not in await talk.slots()


async def test_yes_after_the_way_back_goes_back(talk: Talk) -> None:
    step = (await to_the_plan(talk))[-1]
    assert (await talk.say_all("/self_harm", "/deny"))[-1][-1] == "utter_crisis_return"
    assert await talk.say("/affirm") == [step]


async def test_a_second_crisis_comes_up_when_the_first_is_over(talk: Talk) -> None:
    await talk.say_all("/abuse_offline", "/self_harm")
    assert await talk.say('/deny{"choice":"no"}') == [
        "utter_self_harm_no",
        "utter_abuse_offline_unsafe",
    ]
    assert (await talk.slots())["crisis"] == "abuse_offline"


@pytest.mark.parametrize(
    "told", [("self_harm", "immediate_danger"), ("immediate_danger", "self_harm")]
)
async def test_danger_and_self_harm_are_answered_together(
    talk: Talk, told: tuple[str, str]
) -> None:
    said = (await talk.say_all(*(f"/{crisis}" for crisis in told)))[-1]
    assert said == ["utter_danger_and_self_harm"]
    said = await talk.say("/affirm")
    assert said[0] == "utter_immediate_danger_safe"
    assert said[1] in policy().crisis.rotation["self_harm"]


@pytest.mark.parametrize(
    ("time", "script"),
    [
        ("today", "utter_meet_in_person_now"),
        ("later", "utter_meet_in_person_later"),
        ("happened", "utter_meet_in_person_happened"),
    ],
)
async def test_a_meeting_whose_time_was_told_is_not_asked_about(
    talk: Talk, time: str, script: str
) -> None:
    assert (await talk.say(f'/meet_in_person{{"meeting":"{time}"}}'))[0] == script


@pytest.mark.parametrize("crisis", CRISES)
async def test_a_guess_that_was_wrong_leaves_nothing_behind(
    talk: Talk, crisis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = (await to_the_plan(talk))[-1]
    before = await talk.slots()
    monkeypatch.setattr("actions.turn.Turn.__init__", unsure_of(Turn.__init__, crisis))
    assert await talk.say(f"/{crisis}") == [policy().crisis.checks[crisis]]
    monkeypatch.undo()
    assert (await talk.slots())["crisis"] == crisis
    assert await talk.say("/deny") == ["utter_check_no"]
    after = await talk.slots()
    for name in ("crisis", "crises", "contact", "situation"):
        assert after.get(name) == before.get(name)
    assert await talk.say("/affirm") == [step]


@pytest.mark.parametrize("crisis", CRISES)
async def test_a_guess_that_was_right_is_answered_as_a_crisis(
    talk: Talk, crisis: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actions.turn.Turn.__init__", unsure_of(Turn.__init__, crisis))
    await talk.say(f"/{crisis}")
    monkeypatch.undo()
    said = (await talk.say("/affirm"))[0]
    assert said in {*policy().crisis.rotation[crisis], "utter_self_harm_yes"}
    assert crisis in (await talk.slots())["crises"]


def unsure_of(begin: Callable[..., None], crisis: str) -> Callable[..., None]:
    """A turn as typed words make it that the model is not sure of; a payload is always sure."""

    def begin_unsure(turn: Turn, *arguments: Any) -> None:
        begin(turn, *arguments)
        if turn.intent == crisis:
            turn.confidence, turn.pressed = 0.5, False

    return begin_unsure


async def test_a_meeting_that_is_off_leads_on_to_a_plan(talk: Talk) -> None:
    said = await talk.say('/meet_in_person{"meeting":"later"}')
    assert said[-1] == "utter_crisis_plan"
    assert (await talk.say(RESUME))[-1].startswith(ASK)
    assert (await talk.slots())["situation"] == "meet_in_person"


async def test_a_crisis_alone_has_a_plan_of_its_own(talk: Talk) -> None:
    await talk.say("/self_harm")
    assert (await talk.say('/deny{"choice":"no"}'))[-1] == "utter_crisis_plan"
    assert (await talk.say(RESUME))[-1] == f"{ASK}audience"
    assert "utter_self_harm_start" in await talk.say(TEEN)


async def test_a_plan_that_was_only_offered_holds_nobody_back(talk: Talk) -> None:
    await talk.say_all("/self_harm", '/deny{"choice":"no"}')
    said = await talk.say("/sextortion")
    assert said[0] == "utter_sextortion_open"
    assert "utter_topic_changed" not in said


async def test_the_whole_plan_of_a_crisis_is_there_for_who_asks_for_it(talk: Talk) -> None:
    said = await talk.say_all("/abuse_offline", WHOLE)
    assert said[1][0] == "utter_help_is_near"
    assert "utter_abuse_offline_handoff" in said[1]


async def test_who_made_an_image_is_not_told_what_the_harmed_are_told(talk: Talk) -> None:
    await talk.say_all("/made_or_shared_image", TEEN, '/affirm{"image_act":"made"}')
    for _ in range(3):
        assert "utter_heard_more" not in await talk.say("/made_or_shared_image")


async def test_the_language_follows_what_is_asked_for(talk: Talk) -> None:
    step = (await to_the_plan(talk))[-1]
    said = await talk.say('/switch_language{"language":"es"}')
    assert said == ["utter_switch_language", step]
    assert talk.reply["locale"] == "es"


@pytest.mark.parametrize(
    ("question", "platform", "said"),
    [
        ("ask_block", "snapchat", ["utter_ask_block_snapchat"]),
        ("ask_takedown", "tiktok", ["utter_ask_takedown", "utter_ask_takedown_tiktok"]),
        ("ask_block", "other", ["utter_ask_block"]),
    ],
)
async def test_an_answer_knows_the_app(
    talk: Talk, question: str, platform: str, said: list[str]
) -> None:
    assert await talk.say(f'/{question}{{"platform":"{platform}"}}') == said


async def test_a_sheet_to_keep_is_said_at_once(talk: Talk) -> None:
    said = await talk.say('/affirm{"choice":"keep:first_minutes"}')
    assert said[0] == "utter_keep_first"
    assert len(said) == 5


async def test_who_told_of_abuse_is_not_sent_to_who_may_do_it(talk: Talk) -> None:
    await talk.say_all("/sextortion", "/abuse_offline", '/affirm{"choice":"yes"}', RESUME)
    for _ in range(6):
        said = await talk.say(SKIP)
    await talk.say(WHOLE)
    assert "utter_step_tell_adult" not in [m["script"] for m in talk.reply["messages"]]
    assert said


async def test_an_old_crisis_question_opens_its_crisis_again(talk: Talk) -> None:
    await talk.say_all("/self_harm", '/deny{"choice":"no"}')
    await talk.say('/repeat{"choice":"show:utter_self_harm_open"}')
    assert (await talk.say('/affirm{"choice":"yes"}'))[0] == "utter_self_harm_yes"


async def test_the_end_of_a_plan_speaks_of_dying_only_where_somebody_did(talk: Talk) -> None:
    await talk.say_all("/sextortion", "/immediate_danger", "/affirm", RESUME)
    said: list[str] = []
    for _ in range(40):
        said = await talk.say(SKIP if said and said[-1].startswith(ASK) else NEXT)
        if "utter_plan_end" in said:
            break
    assert "utter_plan_end" in said
    assert "utter_self_harm_stay" not in said


async def test_a_plan_that_is_over_does_not_begin_again_by_itself(talk: Talk) -> None:
    said = await to_the_plan(talk)
    while "utter_plan_end" not in said:
        said = await talk.say(NEXT)
    assert await talk.say(NEXT) == ["utter_plan_over"]
    assert await talk.say("/affirm") != []


async def test_done_to_a_question_does_not_ask_for_ever(talk: Talk) -> None:
    await talk.say("/sextortion")
    asked = [tuple(await talk.say(DONE)) for _ in range(4)]
    assert any(f"{ASK}demand" in answer for answer in asked)


async def test_a_question_that_stays_open_is_left_out_after_a_while(talk: Talk) -> None:
    await talk.say("/sextortion")
    for number in range(4):
        platform = ("snapchat", "instagram", "discord", "tiktok")[number]
        said = await talk.say(f'/inform_platform{{"platform":"{platform}"}}')
        if said[-1] != f"{ASK}audience":
            break
    assert said[-1] == f"{ASK}demand"


async def test_a_question_that_an_answer_made_idle_is_not_asked_again(talk: Talk) -> None:
    said = await talk.say('/sextortion{"audience":"teen","demand":"money"}')
    assert said[-1] == f"{ASK}paid"
    assert (await talk.say('/affirm{"demand":"images"}'))[-1] == f"{ASK}contact"


@pytest.mark.parametrize("intent", ["start_over", "delete_data"])
async def test_what_cannot_be_undone_needs_the_exact_words(talk: Talk, intent: str) -> None:
    await talk.say_all("/sextortion", TEEN)
    assert (await talk.say(f"/{intent}"))[0] == f"utter_{intent}"


@pytest.mark.parametrize("remark", ["pay", "good_step"])
async def test_a_remark_is_answered_wherever_it_is_told(talk: Talk, remark: str) -> None:
    script = policy().remarks[remark]
    for before in ([], ["/sextortion"]):
        other = Talk(talk.engine)
        await other.say_all(*before)
        assert script in await other.say(f'/out_of_scope{{"remark":"{remark}"}}')


@pytest.mark.parametrize("feeling", sorted(policy().here_scripts))
async def test_a_feeling_told_beside_a_plan_leads_back_to_it(talk: Talk, feeling: str) -> None:
    assert await talk.say(f"/{feeling}") == [f"utter_{feeling}"]
    step = (await to_the_plan(talk))[-1]
    assert await talk.say(f"/{feeling}") == [f"utter_{feeling}_here"]
    assert await talk.say("/affirm") == [step], "yes to something beside the plan"


async def test_a_question_asked_again_has_more_to_say(talk: Talk) -> None:
    assert await talk.say("/ask_legal") == ["utter_ask_legal"]
    assert await talk.say("/ask_legal") == ["utter_ask_legal_more"]


async def test_being_an_adult_is_a_fact_of_an_open_plan(talk: Talk) -> None:
    await talk.say("/sextortion")
    await talk.say("/adult_victim")
    slots = await talk.slots()
    assert slots["situation"] == "sextortion"
    assert (slots["audience"], slots["age_band"]) == ("adult", "adult")


async def test_a_crisis_told_again_has_other_words(talk: Talk) -> None:
    said = [(await talk.say("/self_harm"))[0] for _ in range(4)]
    assert all(one != following for one, following in pairwise(said))


@pytest.mark.parametrize("before", [[], ["/sextortion"], ["/greet"], ["/menu"]], ids=str)
@pytest.mark.parametrize("text", ["/out_of_scope", "/affirm", "/deny", "/unsure"])
async def test_what_is_not_understood_gets_no_answer_three_times_in_a_row(
    talk: Talk, before: list[str], text: str
) -> None:
    await talk.say_all(*before)
    answers = [tuple(await talk.say(text)) for _ in range(8)]
    assert all(answers)
    for place in range(len(answers) - 2):
        assert len(set(answers[place : place + 3])) > 1, answers


async def test_not_understood_leads_over_the_menu_to_a_person(talk: Talk) -> None:
    answers = [await talk.say("/out_of_scope") for _ in range(3)]
    assert ["utter_unclear_menu"] in answers
    assert ["utter_unclear_person"] in answers


async def test_not_understood_in_triage_explains_and_then_leaves_the_question_out(
    talk: Talk,
) -> None:
    await talk.say("/sextortion")
    assert await talk.say("/out_of_scope") == ["utter_why_audience", f"{ASK}audience"]
    assert (await talk.say("/out_of_scope"))[-1] == f"{ASK}demand"


async def test_starting_over_forgets_every_answer(talk: Talk) -> None:
    await talk.say_all("/sextortion", TEEN, '/affirm{"demand":"money"}')
    said = await talk.say("/start_over", country="US")
    assert said == ["utter_start_over", "utter_menu"]
    assert set(await talk.slots()) <= {"locale", "channel", "country", "said"}
    assert (await talk.say("/sextortion"))[-1] == f"{ASK}audience"


async def test_an_old_question_is_shown_again_and_its_answer_counts(talk: Talk) -> None:
    await talk.say_all("/sextortion", TEEN, '/affirm{"demand":"money"}')
    said = await talk.say(f'/repeat{{"choice":"show:{ASK}audience"}}')
    assert said == [f"{ASK}audience"]
    said = await talk.say('/inform_audience{"audience":"parent"}')
    assert said[-1] == f"{ASK}paid"
    slots = await talk.slots()
    assert (slots["audience"], slots["demand"]) == ("parent", "money")


async def test_an_old_step_is_shown_again_and_is_the_open_one(talk: Talk) -> None:
    first = (await to_the_plan(talk))[-1]
    second = (await talk.say(NEXT))[-1]
    assert await talk.say(f'/repeat{{"choice":"show:{first}"}}') == [first]
    assert await talk.say(NEXT) == [second]


async def test_a_detail_told_later_needs_no_new_beginning(talk: Talk) -> None:
    await talk.say_all("/sextortion", TEEN)
    said = await talk.say('/sextortion{"demand":"money"}')
    assert "utter_sextortion_open" not in said
    assert (await talk.slots())["demand"] == "money"


async def test_the_same_thing_again_after_the_plan_is_met_with_belief(talk: Talk) -> None:
    said = await to_the_plan(talk)
    while "utter_plan_end" not in said:
        said = await talk.say(NEXT)
    assert "utter_happened_again" in await talk.say("/sextortion")


@pytest.mark.parametrize("intent", ["greet", "goodbye", "thank", "bot_challenge", "menu", "insult"])
async def test_small_talk_has_its_script(talk: Talk, intent: str) -> None:
    assert (await talk.say(f"/{intent}"))[0] == f"utter_{intent}"


async def test_an_unsafe_request_is_met_with_other_words_the_second_time(talk: Talk) -> None:
    assert await talk.say("/unsafe_request") == ["utter_unsafe_request"]
    assert await talk.say("/unsafe_request") == ["utter_unsafe_request_again"]

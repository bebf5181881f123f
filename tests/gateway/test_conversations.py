"""Every message gets an answer, in order, once; no fault ends in silence."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.gateway.answers import inbox, outbox
from bot.gateway.commands import Commands
from bot.gateway.errors import BodyInvalid, ButtonForged, KeyReused, StorageDown, TokenUnknown
from bot.gateway.replies import OutgoingMessage
from bot.gateway.sealing import Seal
from bot.gateway.storage import session as session_table
from bot.gateway.worker_client import HttpWorker, NamedScript, WorkerReply, WorkerUnavailable
from tests.gateway.fakes import FakeWorker, Gateway, button, scripted, scripts

CARD = "utter_crisis_card"
LATE = "utter_late_reply"
SPARE = 0.5  # seconds that a busy machine may need on top of the deadline


def count(gateway: Gateway, table: object) -> int:
    with gateway.edge.engine.connect() as connection:
        statement = select(func.count()).select_from(table)  # type: ignore[arg-type]
        return int(connection.execute(statement).scalar_one())


async def test_a_conversation_begins_with_the_welcome(gateway: Gateway) -> None:
    _, welcome = await gateway.begin()
    assert scripts(welcome) == ["utter_welcome"]
    assert welcome.messages[0].buttons


async def test_an_answer_is_what_the_worker_names(gateway: Gateway, worker: FakeWorker) -> None:
    session, _ = await gateway.begin()
    worker.replies["they want money"] = scripted("utter_sextortion_open", intent="sextortion")
    reply = await gateway.say(session, "they want money")
    assert scripts(reply) == ["utter_sextortion_open"]
    assert (reply.crisis, reply.intent) == (False, "sextortion")


async def test_the_worker_gets_ids_and_the_cleaned_text_alone(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin("CA")
    await gateway.say(session, "／restart\x00 now")
    (body,) = worker.taken
    assert body == {
        "conversation": session.id,
        "message_id": body["message_id"],
        "text": "restart now",
        "metadata": {
            "locale": "en",
            "country": "CA",
            "channel": "web",
            "unseen": False,
            "media": None,
        },
    }


async def test_messages_are_answered_in_the_order_of_their_arrival(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    for number in range(10):
        await gateway.say(session, f"message number {number}")
    assert worker.texts == [f"message number {number}" for number in range(10)]


async def test_two_messages_at_once_are_both_answered_by_their_own_answer(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["first text"] = scripted("utter_thank")
    worker.replies["second text"] = scripted("utter_goodbye")
    worker.pause = 0.1
    first = asyncio.create_task(gateway.say(session, "first text"))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(gateway.say(session, "second text"))
    said = [*(await first).messages, *(await second).messages]
    assert worker.texts == ["first text", "second text"]
    assert_both_answered(said)


def assert_both_answered(said: list[OutgoingMessage]) -> None:
    """At least once; one that goes out twice has the same id, so that it is shown once."""
    ids: dict[str, set[str]] = {}
    for outgoing in said:
        ids.setdefault(outgoing.message.script, set()).add(outgoing.message.id)
    ids.pop(LATE, None)
    assert set(ids) == {"utter_thank", "utter_goodbye"}
    assert all(len(different) == 1 for different in ids.values())


async def test_no_answer_is_lost_whenever_the_next_message_comes(
    gateway: Gateway, worker: FakeWorker
) -> None:
    worker.replies["first text"] = scripted("utter_thank")
    worker.replies["second text"] = scripted("utter_goodbye")
    worker.pause = 0.03
    for step in range(20):
        session, _ = await gateway.begin()
        first = asyncio.create_task(gateway.say(session, "first text"))
        await asyncio.sleep(step * 0.004)
        second = asyncio.create_task(gateway.say(session, "second text"))
        assert_both_answered([*(await first).messages, *(await second).messages])


async def test_conversations_do_not_wait_for_each_other(
    gateway: Gateway, worker: FakeWorker
) -> None:
    slow, _ = await gateway.begin()
    quick, _ = await gateway.begin()
    worker.held = lambda text: text == "slow one"
    waiting = asyncio.create_task(gateway.say(slow, "slow one"))
    await asyncio.sleep(0.05)
    started = time.perf_counter()
    assert scripts(await gateway.say(quick, "quick one")) == ["utter_greet"]
    assert time.perf_counter() - started < SPARE
    worker.held = lambda text: False
    await waiting


async def test_a_late_worker_is_answered_for_by_the_card_in_time(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.held = lambda text: True
    started = time.perf_counter()
    reply = await gateway.say(session, "slow one")
    took = time.perf_counter() - started
    assert scripts(reply) == [CARD]
    assert reply.messages[0].message.resources
    assert gateway.config.answer_deadline - 0.1 <= took <= gateway.config.answer_deadline + SPARE
    worker.held = lambda text: False


async def test_a_late_reply_goes_out_before_the_next_one(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["slow one"] = scripted("utter_sextortion_open")
    worker.replies["next one"] = scripted("utter_thank")
    worker.held = lambda text: text == "slow one"
    assert scripts(await gateway.say(session, "slow one")) == [CARD]
    worker.held = lambda text: False
    await asyncio.sleep(0.1)
    reply = await gateway.say(session, "next one")
    assert scripts(reply) == [LATE, "utter_sextortion_open", "utter_thank"]
    assert worker.texts == ["slow one", "next one"]
    assert worker.taken[1]["metadata"]["unseen"] is True


async def test_a_late_reply_goes_out_once(gateway: Gateway, worker: FakeWorker) -> None:
    session, _ = await gateway.begin()
    worker.held = lambda text: text == "slow one"
    await gateway.say(session, "slow one")
    worker.held = lambda text: False
    await asyncio.sleep(0.1)
    assert LATE in scripts(await gateway.say(session, "next one"))
    assert LATE not in scripts(await gateway.say(session, "one more"))


async def test_a_worker_that_is_away_is_answered_for_at_once_and_the_answer_comes_later(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.down = True
    worker.replies["help me"] = scripted("utter_sextortion_open")
    started = time.perf_counter()
    assert scripts(await gateway.say(session, "help me")) == [CARD]
    assert time.perf_counter() - started < gateway.config.answer_deadline + SPARE
    worker.down = False
    assert await gateway.edge.conversations.turns.take_up_waiting() == 1
    assert worker.texts == ["help me"]
    reply = await gateway.say(session, "are you back")
    assert scripts(reply) == [LATE, "utter_sextortion_open", "utter_greet"]


async def test_what_waited_is_taken_up_without_a_new_message_and_only_once(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.down = True
    for number in range(3):
        await gateway.say(session, f"message {number}")
    worker.down = False
    await gateway.edge.conversations.turns.take_up_waiting()
    await gateway.edge.conversations.turns.take_up_waiting()
    assert worker.texts == ["message 0", "message 1", "message 2"]


async def test_upkeep_and_a_new_message_together_take_each_turn_once(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.down = True
    await gateway.say(session, "before the fault")
    worker.down, worker.pause = False, 0.1
    upkeep = asyncio.create_task(gateway.edge.conversations.turns.take_up_waiting())
    await asyncio.sleep(0.05)
    reply = await gateway.say(session, "after the fault")
    await upkeep
    assert worker.texts == ["before the fault", "after the fault"]
    assert scripts(reply) == [LATE, "utter_greet", "utter_greet"]


async def test_one_slow_conversation_does_not_hold_up_the_upkeep_of_the_others(
    gateway: Gateway, worker: FakeWorker
) -> None:
    slow, _ = await gateway.begin()
    other, _ = await gateway.begin()
    worker.down = True
    await gateway.say(slow, "slow one")
    await gateway.say(other, "other one")
    worker.down = False
    worker.held = lambda text: text == "slow one"
    upkeep = asyncio.create_task(gateway.edge.conversations.turns.take_up_waiting())
    await asyncio.sleep(0.3)
    seen = list(worker.texts)
    worker.held = lambda text: False
    await upkeep
    assert "other one" in seen


async def test_who_leaves_does_not_wait_for_a_worker_that_hangs(
    gateway: Gateway, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await gateway.begin()
    woken = asyncio.Event()
    erased: list[str] = []

    async def hanging(conversation: str) -> None:
        await woken.wait()
        erased.append(conversation)

    monkeypatch.setattr(worker, "forget", hanging)
    monkeypatch.setattr("bot.gateway.turns.LONGEST_WAIT", 0.05)
    await asyncio.wait_for(gateway.edge.conversations.forget(session), 2)
    assert count(gateway, session_table) == 0
    assert erased == []
    woken.set()
    await asyncio.sleep(0.05)
    assert erased == [session.id]


async def test_a_worker_that_was_away_erases_when_it_is_back(
    gateway: Gateway, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = await gateway.begin()
    forget = worker.forget

    async def away(conversation: str) -> None:
        raise WorkerUnavailable("down")

    monkeypatch.setattr(worker, "forget", away)
    await gateway.edge.conversations.forget(session)
    monkeypatch.setattr(worker, "forget", forget)
    await gateway.edge.conversations.turns.forget_again()
    await gateway.edge.conversations.turns.forget_again()
    assert worker.forgotten == [session.id]


async def test_what_was_erased_is_not_handed_on(gateway: Gateway, worker: FakeWorker) -> None:
    session, _ = await gateway.begin()
    worker.held = lambda text: text == "slow one"
    await gateway.say(session, "slow one")
    waiting = [asyncio.create_task(gateway.say(session, text)) for text in ("what", "hello there")]
    await asyncio.sleep(0.1)
    await gateway.edge.conversations.forget(session)
    worker.held = lambda text: False
    await asyncio.gather(*waiting, return_exceptions=True)
    await asyncio.sleep(0.2)
    assert worker.texts == ["slow one"]


async def test_a_text_that_nobody_can_read_any_more_is_answered_by_the_card(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.down = True
    await gateway.say(session, "sealed under a key that is lost")
    worker.down = False
    gateway.edge.conversations.turns.texts = Seal(b"another key of the same service, 32 b", "inbox")
    await gateway.edge.conversations.turns.take_up_waiting()
    assert worker.texts == []
    assert scripts(await gateway.say(session, "hello"))[:2] == [LATE, CARD]


async def test_five_sends_of_one_message_are_one_turn_with_one_answer(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.pause = 0.05
    replies = await asyncio.gather(*(gateway.say(session, "help", "one key") for _ in range(5)))
    assert worker.texts == ["help"]
    assert count(gateway, inbox) == 1
    assert {tuple(scripts(reply)) for reply in replies} == {("utter_greet",)}
    ids = {reply.messages[0].message.id for reply in replies}
    assert len(ids) == 1


async def test_the_same_key_again_gives_the_same_answer(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    first = await gateway.say(session, "help", "one key")
    again = await gateway.say(session, "help", "one key")
    assert [m.message for m in first.messages] == [m.message for m in again.messages]
    assert worker.texts == ["help"]


async def test_the_same_key_with_another_body_is_refused(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    await gateway.say(session, "help", "one key")
    with pytest.raises(KeyReused):
        await gateway.say(session, "another text", "one key")
    assert worker.texts == ["help"]


async def test_a_pressed_button_is_its_payload(gateway: Gateway, worker: FakeWorker) -> None:
    session, welcome = await gateway.begin()
    first = welcome.messages[0].buttons[0]
    await gateway.press(session, first.token)
    assert worker.texts == ["/sextortion"]


async def test_the_label_of_an_offered_button_is_the_button(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["hello there"] = scripted("utter_step_stop_contact")
    await gateway.say(session, "hello there")
    await gateway.say(session, "Done")
    assert worker.texts[1] == '/affirm{"choice":"done"}'


async def test_a_label_that_was_not_seen_is_a_text(gateway: Gateway, worker: FakeWorker) -> None:
    session, _ = await gateway.begin()
    worker.replies["slow one"] = scripted("utter_step_stop_contact")
    worker.held = lambda text: text == "slow one"
    await gateway.say(session, "slow one")
    worker.held = lambda text: False
    await asyncio.sleep(0.1)
    await gateway.say(session, "Done")
    assert worker.texts == ["slow one", "Done"]


async def test_an_old_button_shows_its_step_again(gateway: Gateway, worker: FakeWorker) -> None:
    session, _ = await gateway.begin()
    worker.replies["hello there"] = scripted("utter_step_stop_contact")
    step = await gateway.say(session, "hello there")
    await gateway.say(session, "something else")
    await gateway.press(session, button(step.messages, "Done"))
    assert worker.texts[-1] == '/repeat{"choice": "show:utter_step_stop_contact"}'


async def test_an_old_button_of_a_situation_still_opens_it(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, welcome = await gateway.begin()
    await gateway.say(session, "hello there")
    await gateway.press(session, welcome.messages[0].buttons[0].token)
    assert worker.texts[-1] == "/sextortion"


@pytest.mark.parametrize("whose", ["forged", "foreign", "empty"])
async def test_a_forged_button_changes_nothing(
    gateway: Gateway, worker: FakeWorker, whose: str
) -> None:
    session, _ = await gateway.begin()
    _, foreign = await gateway.begin()
    tokens = {
        "forged": "A" * 80,
        "foreign": foreign.messages[0].buttons[0].token,
        "empty": "",
    }
    before = count(gateway, inbox), count(gateway, outbox)
    with pytest.raises(ButtonForged):
        await gateway.press(session, tokens[whose])
    assert (count(gateway, inbox), count(gateway, outbox)) == before
    assert worker.texts == []
    assert gateway.edge.conversations.counters["forged_buttons"] == 1


async def test_neither_or_both_of_text_and_button_is_no_message(gateway: Gateway) -> None:
    session, welcome = await gateway.begin()
    token = welcome.messages[0].buttons[0].token
    for text, pressed in ((None, None), ("help", token)):
        with pytest.raises(BodyInvalid):
            await gateway.edge.conversations.send(session, "k", text=text, button=pressed)


async def test_a_script_that_is_in_no_release_is_left_out_and_counted(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["help"] = scripted("utter_written_by_a_stranger", "utter_thank")
    reply = await gateway.say(session, "help")
    assert scripts(reply) == ["utter_thank"]
    assert gateway.edge.conversations.speaker.dropped == {"utter_written_by_a_stranger": 1}


@pytest.mark.parametrize("named", [[], ["utter_written_by_a_stranger"]])
async def test_where_nothing_is_left_to_say_the_card_stands_in(
    gateway: Gateway, worker: FakeWorker, named: list[str]
) -> None:
    session, _ = await gateway.begin()
    worker.replies["help"] = scripted(*named)
    assert scripts(await gateway.say(session, "help")) == [CARD]


async def test_a_choice_that_is_in_no_release_does_not_make_it_silent(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    named = NamedScript(script="utter_unclear_choices", choices=["no_such_intent"])
    worker.replies["help"] = WorkerReply(messages=[named])
    assert (await gateway.say(session, "help")).messages


async def test_a_crisis_phrase_gets_the_card_first_when_the_reply_holds_no_help(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    reply = await gateway.say(session, "i want to kill myself")
    assert scripts(reply) == [CARD, "utter_greet"]
    assert reply.crisis
    assert reply.messages[0].message.resources
    assert gateway.edge.conversations.counters["crisis_cards_added"] == 1


async def test_a_crisis_phrase_with_help_in_its_reply_gets_no_second_card(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    text = "i want to kill myself"
    worker.replies[text] = scripted("utter_self_harm_open", crisis="self_harm")
    reply = await gateway.say(session, text)
    assert scripts(reply) == ["utter_self_harm_open"]
    assert reply.crisis


async def test_a_crisis_that_the_worker_alone_saw_gets_help_too(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["unlike any phrase"] = scripted("utter_greet", crisis="self_harm")
    reply = await gateway.say(session, "unlike any phrase")
    assert scripts(reply) == [CARD, "utter_greet"]
    assert reply.crisis


async def test_a_crisis_in_the_middle_of_a_long_text_is_seen_before_it_is_cut(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    reply = await gateway.say(session, "word " * 4000 + "i want to kill myself " + "word " * 4000)
    assert reply.crisis
    assert scripts(reply)[0] == CARD
    assert len(worker.texts[0]) <= gateway.config.text_limit


async def test_while_the_worker_is_away_a_crisis_is_still_a_crisis(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.down = True
    reply = await gateway.say(session, "i want to kill myself")
    assert reply.crisis
    assert scripts(reply) == [CARD]


@pytest.mark.parametrize(
    ("country", "number"), [("US", "us_911"), ("GB", "gb_999"), (None, "us_911")]
)
async def test_the_card_is_the_card_of_the_country(
    gateway: Gateway, worker: FakeWorker, country: str | None, number: str
) -> None:
    session, _ = await gateway.begin(country)
    worker.down = True
    reply = await gateway.say(session, "help")
    assert number in {card.id for card in reply.messages[0].message.resources}


async def test_a_database_that_is_down_is_said_and_nothing_is_accepted(gateway: Gateway) -> None:
    session, _ = await gateway.begin()
    with gateway.edge.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
    with pytest.raises(StorageDown):
        await gateway.edge.conversations.send(session, "k", text="help")
    with gateway.edge.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO inbox")
    assert scripts(await gateway.say(session, "help", "k")) == ["utter_greet"]


async def test_a_database_that_fails_after_the_message_was_accepted_gives_the_card(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()

    def break_the_database(_: str) -> bool:
        with gateway.edge.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE outbox RENAME TO away")
        return False

    worker.held = break_the_database
    reply = await gateway.edge.conversations.send(session, "k", text="help")
    assert scripts(reply) == [CARD]
    assert gateway.edge.conversations.counters["storage_down"] == 1
    assert count(gateway, inbox) == 1
    with gateway.edge.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO outbox")
    worker.held = lambda text: False
    assert scripts(await gateway.say(session, "help", "k")) == ["utter_greet"]


async def test_a_forgotten_conversation_is_gone_here_and_at_the_worker(
    gateway: Gateway, worker: FakeWorker
) -> None:
    token, _ = await gateway.edge.conversations.start("en", None)
    session = await gateway.edge.conversations.find(token)
    await gateway.say(session, "help")
    await gateway.edge.conversations.forget(session)
    assert worker.forgotten == [session.id]
    assert count(gateway, inbox) == count(gateway, outbox) == 0
    with pytest.raises(TokenUnknown):
        await gateway.edge.conversations.find(token)


async def test_a_conversation_is_forgotten_here_while_the_worker_is_away(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.down = True
    await gateway.edge.conversations.forget(session)
    assert count(gateway, inbox) == 0


async def test_a_conversation_that_is_forgotten_in_the_middle_of_a_turn_leaves_nothing(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.held = lambda text: True
    sending = asyncio.create_task(gateway.say(session, "slow one"))
    await worker.begun.wait()
    await gateway.edge.conversations.forget(session)
    worker.held = lambda text: False
    assert (await sending).messages
    assert count(gateway, inbox) == count(gateway, outbox) == 0


async def test_asking_to_delete_erases_nothing_before_it_is_confirmed(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["get rid of it"] = scripted("utter_thank", intent="delete_data")
    await gateway.say(session, "help")
    await gateway.say(session, "get rid of it")
    assert worker.forgotten == []
    assert count(gateway, inbox) == 2


async def test_what_is_said_to_be_deleted_is_erased_here_and_at_the_worker(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["get rid of it"] = scripted("utter_delete_data", intent="affirm")
    await gateway.say(session, "help")
    deleted = await gateway.say(session, "get rid of it", "one key")
    assert scripts(deleted) == ["utter_delete_data"]
    assert worker.forgotten == [session.id]
    assert (count(gateway, inbox), count(gateway, outbox)) == (1, 1)
    again = await gateway.say(session, "get rid of it", "one key")
    assert scripts(again) == ["utter_delete_data"], "its own answer is kept for a retry"
    assert scripts(await gateway.say(session, "hello there")) == ["utter_greet"]


async def test_a_key_of_an_earlier_message_gets_the_last_answer_at_once(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["later text"] = scripted("utter_thank")
    await gateway.say(session, "help", "one key")
    later = await gateway.say(session, "later text")
    worker.held = lambda text: text == "slow one"
    waiting = asyncio.create_task(gateway.say(session, "slow one"))
    await asyncio.sleep(0.1)
    started = time.perf_counter()
    again = await gateway.say(session, "help", "one key")
    assert time.perf_counter() - started < SPARE
    assert [m.message for m in again.messages] == [m.message for m in later.messages]
    assert worker.texts == ["help", "later text", "slow one"]
    worker.held = lambda text: False
    await waiting


async def test_the_country_that_a_person_told_decides_the_card_of_a_dead_worker(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["i live in england"] = scripted("utter_thank", context={"country": "GB"})
    await gateway.say(session, "i live in england")
    worker.down = True
    reply = await gateway.say(session, "help")
    assert scripts(reply) == [CARD]
    assert "gb_999" in {card.id for card in reply.messages[0].message.resources}


@pytest.mark.parametrize("country", ["UK!", "england", "g", ""])
async def test_what_is_no_country_code_is_not_kept(
    gateway: Gateway, worker: FakeWorker, country: str
) -> None:
    session, _ = await gateway.begin("CA")
    worker.replies["help"] = scripted("utter_thank", context={"country": country}, locale="xx")
    await gateway.say(session, "help")
    known = await gateway.fresh(session)
    assert (known.country, known.locale) == ("CA", "en")


async def test_a_text_that_the_worker_dropped_is_counted(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    worker.replies["help"] = scripted("utter_thank", dropped=2)
    await gateway.say(session, "help")
    assert gateway.edge.conversations.counters["raw_texts_dropped"] == 2


SAFE, WONT_CALL = '/affirm{"choice": "safe"}', '/deny{"choice": "wont_call"}'


@pytest.mark.parametrize(("said", "meant"), [("im safe now", SAFE), ("i wont call", WONT_CALL)])
async def test_words_of_a_crisis_mean_its_buttons_while_it_is_open(
    gateway: Gateway, worker: FakeWorker, said: str, meant: str
) -> None:
    session, _ = await gateway.begin()
    await gateway.say(session, said)
    worker.replies["unlike any phrase"] = scripted("utter_thank", crisis_open=True)
    await gateway.say(session, "unlike any phrase")
    await gateway.say(session, said)
    assert worker.texts == [said, "unlike any phrase", meant]


async def test_starting_over_and_deleting_are_understood_whatever_was_said_last(
    gateway: Gateway, worker: FakeWorker
) -> None:
    conversations = gateway.edge.conversations
    commands = Commands(
        {"en": {"values": {"start_over": ["start over"], "delete_data": ["delete everything"]}}}
    )
    conversations.reading = replace(conversations.reading, commands=commands)
    session, _ = await gateway.begin()
    for said in ("start over", "delete everything", "start over please"):
        await gateway.say(session, said)
    assert worker.texts == ["/start_over", "/delete_data", "start over please"]
    worker.down = True
    await gateway.say(session, "slow one")
    worker.down = False
    await gateway.say(session, "start over")
    assert worker.texts[-1] == "/start_over", "also where the last answer was not seen"


async def test_an_empty_text_gets_an_answer(gateway: Gateway, worker: FakeWorker) -> None:
    session, _ = await gateway.begin()
    for text in ("", " ", "/", "\x00", "\ud800"):
        assert (await gateway.say(session, text)).messages


async def test_no_text_is_in_the_database_after_its_turn(
    gateway: Gateway, worker: FakeWorker
) -> None:
    session, _ = await gateway.begin()
    await gateway.say(session, "canary-7f3a")
    folder = gateway.config.data_folder
    stored = b"".join(path.read_bytes() for path in folder.glob("*.db*"))
    assert b"canary-7f3a" not in stored


def test_addresses_that_may_name_a_conversation_are_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    HttpWorker("http://127.0.0.1:1", "token")
    levels = [logging.getLogger(name).getEffectiveLevel() for name in ("httpx", "httpcore")]
    assert levels == [logging.WARNING] * 2

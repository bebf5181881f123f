"""A conversation is one row that holds no text, does not grow, and loses nothing that decides."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import SQLAlchemyError

from bot.content.database import LOG_PATIENCE
from bot.dialogue.engine import Engine
from bot.dialogue.record import CURRENT, TurnRecord
from bot.dialogue.speech import INTERNAL_CHANNEL
from bot.dialogue.tracker_store import MinimisedTrackerStore, trackers
from bot.dialogue.turns import ScriptCollector
from tests.dialogue.talk import Talk

CANARY = "canary-7f3a-what-a-person-typed"
WALK = (
    "/sextortion",
    '/sextortion{"demand":"money"}',
    "/deepfake",
    "/enticement",
    "/nudify_app",
    "/self_harm",
    "/meet_in_person",
    '/inform_audience{"audience":"teen"}',
    '/inform_audience{"audience":"parent"}',
    '/inform_audience{"age_band":"13_17"}',
    '/affirm{"demand":"money"}',
    '/deny{"paid":"no"}',
    '/unsure{"choice":"skip"}',
    '/repeat{"choice":"why"}',
    '/repeat{"choice":"back"}',
    '/affirm{"choice":"done"}',
    '/affirm{"choice":"next"}',
    '/deny{"choice":"cant"}',
    '/deny{"choice":"no"}',
    '/affirm{"choice":"whole_plan"}',
    '/affirm{"choice":"resume"}',
    '/repeat{"choice":"show:utter_ask_triage_form_audience"}',
    "/affirm",
    "/deny",
    "/unsure",
    "/ask_legal",
    "/feel_scared",
    "/greet",
    "/menu",
    "/start_over",
    "/out_of_scope",
)


@pytest.fixture
def store(engine: Engine, database_url: str) -> Iterator[MinimisedTrackerStore]:
    domain: Domain = engine.agent.domain
    made = MinimisedTrackerStore(domain, database=database_url)
    yield made
    made.engine.dispose()


async def take_turn(
    engine: Engine, tracker: DialogueStateTracker, text: str
) -> list[dict[str, object]]:
    """A turn on a tracker in memory, as Rasa's processor takes it; nothing is stored."""
    processor = engine.agent.processor
    record = TurnRecord("x")
    channel = ScriptCollector(record)
    message = UserMessage(text, channel, tracker.sender_id, input_channel=INTERNAL_CHANNEL)
    await processor._handle_message_with_tracker(message, tracker)
    await processor.run_action_extract_slots(channel, tracker)
    await processor._run_prediction_loop(channel, tracker)
    return record.scripts


async def begun(engine: Engine) -> DialogueStateTracker:
    tracker = DialogueStateTracker.from_events("walk", [], engine.agent.domain.slots)
    await engine.agent.processor._update_tracker_session(tracker, ScriptCollector(TurnRecord("0")))
    return tracker


@settings(max_examples=40)
@given(texts=st.lists(st.sampled_from(WALK), min_size=1, max_size=14))
def test_what_is_kept_decides_like_what_was_said(
    engine: Engine, store: MinimisedTrackerStore, texts: list[str]
) -> None:
    """A walk on the whole tracker and one that is saved and read after every turn are the same."""

    async def walk() -> None:
        whole, kept = await begun(engine), await begun(engine)
        for text in texts:
            assert await take_turn(engine, whole, text) == await take_turn(engine, kept, text)
            await store.save(kept)
            read = await store.retrieve("walk")
            assert read is not None
            kept = read
            assert whole.current_slot_values() == kept.current_slot_values()
            assert whole.active_loop_name == kept.active_loop_name
            assert whole.latest_action_name == kept.latest_action_name

    asyncio.run(walk())


async def test_no_typed_text_is_in_the_database(engine: Engine, tmp_path: Path) -> None:
    talk = Talk(engine)
    for text in (CANARY, f"they said {CANARY} and want money", "/greet"):
        await talk.say(text)
    with engine.store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        row = connection.execute(
            select(trackers.c.events).where(trackers.c.conversation == talk.conversation)
        ).scalar_one()
    database = Path(str(engine.store.engine.url.database))
    stored = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
    assert talk.conversation.encode() in stored
    assert CANARY.encode() not in stored
    for event in json.loads(row):
        assert event.get("text") is None
        assert "metadata" not in event


async def test_a_row_does_not_grow_with_the_talk(engine: Engine) -> None:
    talk = Talk(engine)
    sizes = []
    for number, text in zip(range(100), itertools.cycle(WALK), strict=False):
        await talk.say(text)
        with engine.store.engine.connect() as connection:
            row = connection.execute(
                select(trackers.c.events).where(trackers.c.conversation == talk.conversation)
            ).scalar_one()
        sizes.append(len(row))
        assert len(json.loads(row)) < 150, f"after turn {number}"
    round_of_talk = len(WALK)
    assert max(sizes[-round_of_talk:]) <= 1.1 * max(sizes[round_of_talk : 2 * round_of_talk])


async def test_a_message_that_comes_again_gets_the_same_reply_and_no_second_turn(
    engine: Engine,
) -> None:
    talk = Talk(engine)
    await talk.say("/sextortion", "1")
    first = await talk.say('/inform_audience{"audience":"teen"}', "2")
    reply = talk.reply
    before = await talk.slots()
    for _ in range(3):
        assert await talk.say('/inform_audience{"audience":"teen"}', "2") == first
        assert talk.reply == reply
    assert await talk.slots() == before


async def test_a_message_that_comes_twice_at_once_is_one_turn(engine: Engine) -> None:
    talk = Talk(engine)
    answers = await asyncio.gather(*(talk.say("/sextortion", "1") for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert (await talk.slots())["said"].count("utter_sextortion_open") == 1


async def test_turns_of_one_conversation_are_taken_in_order(engine: Engine) -> None:
    talk = Talk(engine)
    texts = ["/sextortion", '/inform_audience{"audience":"teen"}', '/affirm{"demand":"money"}']
    await asyncio.gather(*(talk.say(text) for text in texts))
    slots = await talk.slots()
    assert (slots["audience"], slots["demand"]) == ("teen", "money")


async def test_conversations_know_nothing_of_each_other(engine: Engine) -> None:
    one, other = Talk(engine), Talk(engine)
    await one.say('/sextortion{"audience":"teen"}')
    assert await other.say("/affirm") == await Talk(engine).say("/affirm")
    assert "situation" not in await other.slots()


async def test_a_forgotten_conversation_begins_anew(engine: Engine) -> None:
    talk = Talk(engine)
    await talk.say("/sextortion", "1")
    await engine.forget(talk.conversation)
    assert await engine.store.retrieve(talk.conversation) is None
    assert engine.store.reply_to(talk.conversation, "1") is None
    await engine.forget(talk.conversation)


async def test_what_is_old_is_purged(engine: Engine, store: MinimisedTrackerStore) -> None:
    await store.save(await begun(engine))
    assert list(await store.keys()) == ["walk"]
    with store.engine.connect() as connection:
        updated = connection.execute(select(trackers.c.updated)).scalar_one()
    assert store.purge(updated) == 0
    assert store.purge(updated + 1) == 1


@pytest.mark.parametrize(("channel", "kept"), [("web", 0), ("telegram", 1), ("sms", 1)])
async def test_what_is_old_on_the_page_may_be_young_in_a_messaging_app(
    engine: Engine, store: MinimisedTrackerStore, channel: str, kept: int
) -> None:
    tracker = await begun(engine)
    tracker.update(SlotSet("channel", channel))
    await store.save(tracker)
    later = time.time() + 3600
    assert store.purge(later, apps_older_than=0) == 1 - kept
    assert store.purge(later, apps_older_than=later) == kept
    assert list(await store.keys()) == []


async def test_a_reply_is_stored_with_its_message_alone(
    engine: Engine, store: MinimisedTrackerStore
) -> None:
    tracker = await begun(engine)
    record = TurnRecord("7")
    token = CURRENT.set(record)
    try:
        channel = ScriptCollector(record)
        message = UserMessage("/greet", channel, "walk", input_channel=INTERNAL_CHANNEL)
        message.message_id = "7"
        await engine.agent.processor._handle_message_with_tracker(message, tracker)
        await engine.agent.processor._run_prediction_loop(channel, tracker)
        await store.save(tracker)
    finally:
        CURRENT.reset(token)
    assert store.reply_to("walk", "7") == record.as_reply()
    assert record.scripts
    assert store.reply_to("walk", "8") is None
    assert store.reply_to("other", "7") is None
    store.forget("walk")
    assert store.reply_to("walk", "7") is None
    assert await store.retrieve("walk") is None


async def test_a_database_that_fails_is_not_hidden(
    engine: Engine, store: MinimisedTrackerStore
) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE tracker")
    with pytest.raises(SQLAlchemyError):
        await store.save(await begun(engine))
    with pytest.raises(SQLAlchemyError):
        await store.retrieve("walk")


def put(store: MinimisedTrackerStore, conversation: str, updated: float) -> None:
    """A row whose id and slots are easily found in a file; it is written over once."""
    for value in ("first", "second"):
        row = {
            "conversation": conversation,
            "events": json.dumps([{"event": "slot", "value": f"{CANARY}-{value}"}]),
            "updated": updated,
        }
        insert = sqlite.insert(trackers).values(**row)
        with store.engine.begin() as connection:
            connection.execute(
                insert.on_conflict_do_update(index_elements=["conversation"], set_=row)
            )


def on_disk(folder: Path) -> bytes:
    """Every byte of the database and of its logs."""
    return b"".join(path.read_bytes() for path in folder.glob("trackers.db*"))


@pytest.mark.parametrize(
    "erase",
    [lambda store: store.forget("conversation-4711"), lambda store: store.purge(2.0)],
    ids=["forgotten", "purged"],
)
def test_what_is_erased_leaves_the_disk_at_once(
    tmp_path: Path, erase: Callable[[MinimisedTrackerStore], object]
) -> None:
    store = MinimisedTrackerStore(Domain.empty(), database=f"sqlite:///{tmp_path / 'trackers.db'}")
    put(store, "conversation-4711", updated=1.0)
    put(store, "conversation-0815", updated=3.0)
    before = on_disk(tmp_path)
    assert b"conversation-4711" in before and f"{CANARY}-first".encode() in before
    erase(store)
    after = on_disk(tmp_path)
    store.engine.dispose()
    assert b"conversation-4711" not in after
    assert f"{CANARY}-first".encode() not in after
    assert b"conversation-0815" in after, "what is not erased stays"


def test_erasing_goes_on_while_somebody_reads(tmp_path: Path) -> None:
    store = MinimisedTrackerStore(Domain.empty(), database=f"sqlite:///{tmp_path / 'trackers.db'}")
    put(store, "conversation-4711", updated=1.0)
    with store.engine.connect() as reader:
        reader.exec_driver_sql("BEGIN")
        reader.execute(select(trackers.c.conversation)).all()
        store.forget("conversation-4711")
    with store.engine.connect() as connection:
        patience = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
    assert patience > LOG_PATIENCE, "a write waits as long as before"
    assert store.purge(0) == 0
    assert b"conversation-4711" not in on_disk(tmp_path)
    store.engine.dispose()


def test_a_database_error_names_no_conversation_and_no_value(database_url: str) -> None:
    store = MinimisedTrackerStore(Domain.empty(), database=database_url)
    row = {"conversation": "conversation-4711", "events": CANARY}
    with pytest.raises(SQLAlchemyError) as raised, store.engine.begin() as connection:
        connection.execute(trackers.insert(), [{**row, "updated": 1.0}])
        connection.exec_driver_sql("DROP TABLE tracker")
        connection.execute(trackers.insert(), [{**row, "updated": 1.0}])
    store.engine.dispose()
    assert "INSERT INTO tracker" in str(raised.value)
    assert "conversation-4711" not in str(raised.value)
    assert CANARY not in str(raised.value)

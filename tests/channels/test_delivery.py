"""Sending: again after a fault, once, in order, and never to the harm of anybody else."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import select, text

from bot.channels.simulator.messenger import MessengerSimulator
from bot.channels.simulator.platform import Answer
from bot.content.models import Base
from tests.channels.apps import CHANNELS, Apps, contact
from tests.gateway.fakes import FakeWorker, scripted

HELLO = "It is good that you are here"
SLOW = "This chat is slow right now"
FAULTS = {
    "too many": Answer(429, b"{}", {"retry-after": "0"}),
    "a fault": Answer(500, b"{}"),
    "away": Answer(503, b"<html>busy</html>", {"content-type": "text/html"}),
    "hung up": Answer(dropped=True),
}
on_every_channel = pytest.mark.parametrize("channel", CHANNELS)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.delivery.FIRST_WAIT", 0.05)


@pytest.mark.parametrize("fault", FAULTS)
async def test_after_a_fault_it_is_sent_again_and_shown_once(apps: Apps, fault: str) -> None:
    for channel in CHANNELS:
        platform = apps.platform(channel)
        platform.faults.append(FAULTS[fault])
        await apps.says(channel, "hello")
        assert not platform.faults, channel
        assert apps.told(channel).count(HELLO) == 1, channel
    assert apps.count("send_again") >= len(CHANNELS)
    assert apps.rows("dead_letter") == 0


async def test_what_is_refused_is_a_dead_letter_and_the_next_answer_goes_out(apps: Apps) -> None:
    platform = apps.platform("messenger")
    platform.faults.append(Answer(400, b'{"error": {"code": 100, "error_subcode": 1}}'))
    await apps.says("messenger", "hello")
    (letter,) = await asyncio.to_thread(apps.service.messaging.posting.dead_letters)
    assert (letter.channel, letter.scripts) == ("messenger", ("utter_greet",))
    assert contact("messenger") not in repr(letter)
    assert HELLO in "\n".join(shown.text for shown in await apps.says("messenger", "again"))


async def test_an_answer_that_was_half_sent_goes_on_with_the_next_piece(
    apps: Apps, worker: FakeWorker
) -> None:
    worker.replies["more"] = scripted("utter_menu", "utter_greet")
    await apps.says("telegram", "hello")
    platform, before = apps.platform("telegram"), len(apps.seen("telegram"))
    platform.faults.append(Answer(503, b"{}"))
    seen = await apps.says("telegram", "more")
    assert len({shown.text for shown in seen}) == len(seen) > 1
    assert len(apps.seen("telegram")) == before + len(seen)


@on_every_channel
async def test_a_platform_that_hangs_holds_up_neither_the_page_nor_the_others(
    apps: Apps, channel: str
) -> None:
    hanging = apps.platform(channel)
    hanging.faults.extend([Answer(503, b"{}", delay=5.0)] * 20)
    for number in range(1, 11):
        await apps.deliver(hanging.says(contact(channel, number), "hello"))
    others = [each for each in CHANNELS if apps.platform(each) is not hanging]
    for other in others:
        await apps.deliver(apps.platform(other).says(contact(other), "hello"))
    while not all(HELLO in apps.told(other) for other in others):  # noqa: ASYNC110 - a thread's
        await asyncio.sleep(0.02)
    started = await apps.client.post("/api/v1/conversations", json={})
    headers = {"authorization": f"Bearer {started.json()['token']}", "idempotency-key": "1"}
    said = await apps.client.post("/api/v1/messages", json={"text": "hi"}, headers=headers)
    assert said.json()["messages"][0]["script"] == "utter_greet"
    assert apps.count("send_again") == 0, "the slow platform has not even answered once"
    hanging.faults.clear()


async def test_while_the_worker_is_away_the_card_goes_out_once_and_the_answer_later(
    apps: Apps, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.service.LONGEST_SECONDS", 0.0)
    worker.down = True
    telegram = apps.platform("telegram")
    for said in ("hello", "are you there"):
        await apps.deliver(telegram.says(contact("telegram"), said))
    while not apps.seen("telegram"):  # noqa: ASYNC110 - what a thread has shown
        await asyncio.sleep(0.02)
    await asyncio.sleep(1.2)  # two more rounds of the upkeep
    (card,) = apps.seen("telegram")
    assert "988" in card.text
    worker.down = False
    await apps.rest()
    late = apps.edge.conversations.speaker.say("utter_late_reply", locale="en", country="US").text
    told = apps.told("telegram")
    assert told.count(late) == 1
    assert told.index("988") < told.index(late) < told.index(HELLO)


async def test_while_the_database_is_away_the_card_goes_out_once_and_the_retry_is_answered(
    apps: Apps,
) -> None:
    delivery = apps.platform("slack").says(contact("slack"), "hello")
    with apps.edge.engine.begin() as connection:
        connection.execute(text("ALTER TABLE session RENAME TO away"))
    for _ in range(3):
        assert (await apps.deliver(delivery)).status_code == 503
    while apps.service.delivery.busy:  # noqa: ASYNC110 - ends by itself
        await asyncio.sleep(0.02)
    assert apps.told("slack").count(SLOW) == 1
    assert "988" in apps.told("slack")
    with apps.edge.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO session"))
    await apps.given(delivery)
    assert apps.told("slack").count(HELLO) == 1


async def test_a_closed_window_ends_quietly(apps: Apps) -> None:
    messenger = apps.platform("messenger")
    assert isinstance(messenger, MessengerSimulator)
    messenger.stays_away(contact("messenger"))
    await apps.says("messenger", "hello")
    outbox = Base.metadata.tables["outbox"]
    with apps.edge.engine.connect() as connection:
        assert connection.execute(select(outbox.c.attempts)).scalars().all() == [0]
    assert apps.rows("dead_letter") == 0

"""However long the worker is away, danger is answered, nobody is left without a word, and what was
said to be erased is."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import text

from bot.channels.simulator.platform import Answer
from tests.channels.apps import Apps, contact
from tests.gateway.fakes import FakeWorker, scripted

CARD, BUSY = "988", "send it again"


async def until_seen(apps: Apps, count: int) -> None:
    limit = time.monotonic() + 8
    while len(apps.seen("telegram")) < count or apps.service.delivery.busy:
        assert time.monotonic() < limit, "nothing more was shown"
        await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.service.LONGEST_SECONDS", 0.0)
    monkeypatch.setattr("bot.channels.delivery.FIRST_WAIT", 0.05)


async def test_danger_gets_a_card_of_its_own_in_an_outage_that_was_told_of(
    apps: Apps, worker: FakeWorker
) -> None:
    worker.down = True
    telegram = apps.platform("telegram")
    await apps.deliver(telegram.says(contact("telegram"), "hello"))
    await until_seen(apps, 1)
    await apps.deliver(telegram.says(contact("telegram"), "i want to kill myself"))
    await until_seen(apps, 2)
    assert all(CARD in shown.text for shown in apps.seen("telegram"))


async def test_a_text_that_waited_too_long_is_not_given_up_in_silence(
    apps: Apps, worker: FakeWorker
) -> None:
    worker.down = True
    await apps.deliver(apps.platform("telegram").says(contact("telegram"), "hello"))
    await until_seen(apps, 1)
    await asyncio.to_thread(apps.edge.conversations.storage.purge, 0.0)
    await until_seen(apps, 2)
    assert BUSY in apps.told("telegram")
    await apps.deliver(apps.platform("telegram").says(contact("telegram"), "hello again"))
    await until_seen(apps, 3)


async def test_a_card_outlives_a_platform_that_asks_to_wait(apps: Apps, worker: FakeWorker) -> None:
    worker.down = True
    apps.platform("telegram").faults.extend([Answer(503, b"{}")] * 5)
    await apps.deliver(apps.platform("telegram").says(contact("telegram"), "hello"))
    await until_seen(apps, 1)


async def test_what_cannot_be_erased_at_the_goodbye_is_not_told_to_be_for_good(
    apps: Apps, worker: FakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gateway.posting.LEASE_SECONDS", 0.5)
    worker.replies["/delete_data"] = scripted("utter_delete_data")
    await apps.says("telegram", "hello")
    with apps.edge.engine.begin() as connection:
        connection.execute(
            text(
                "CREATE TRIGGER held BEFORE DELETE ON session "
                "BEGIN SELECT RAISE(ABORT, 'locked'); END"
            )
        )
    await apps.deliver(apps.platform("telegram").says(contact("telegram"), "FORGET"))
    await asyncio.sleep(1.0)
    assert apps.rows("session") == 1
    with apps.edge.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER held"))
    await apps.rest()
    assert [apps.rows(table) for table in ("session", "inbox", "outbox", "button")] == [0] * 4


async def test_slack_is_not_followed_to_another_host_with_the_bots_token(apps: Apps) -> None:
    elsewhere = apps.platform("telegram")
    with elsewhere.serving() as address:
        moved = Answer(302, b"", {"location": f"{address}/api/chat.postMessage"})
        apps.platform("slack").faults.append(moved)
        await apps.says("slack", "hello")
    assert not [path for path in elsewhere.calls if "chat.postMessage" in path]
    assert apps.count("send_again") == 1

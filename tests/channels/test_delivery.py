"""Sending when platforms, worker, database or we ourselves fail: never lost, in order, apart."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from bot.channels.service import ChannelService
from bot.channels.simulator.platform import Answer, Platform
from bot.channels.simulator.telegram import too_many
from bot.content.models import Base
from bot.edge import Edge, open_edge, secret_of
from bot.gateway.retirement import Retirement
from bot.gateway.worker_client import NamedScript, WorkerReply
from bot.operations.playing import platform_of
from bot.settings import Settings
from tests.channels.apps import CHANNELS, Apps, contact, open_apps
from tests.channels.test_acceptance import cut_off
from tests.gateway.fakes import FakeWorker, scripted

pytestmark = pytest.mark.asyncio(loop_scope="module")
on_every_channel = pytest.mark.parametrize("channel", CHANNELS)
INTRO, LATE = "This is a computer program", "Here is the answer that came late."
ENDED, BUSY = "This service has ended", "This chat is slow right now."
DEADLINE, STORED = 0.3, ("session", "inbox", "outbox", "seen", "button")
session, outbox = Base.metadata.tables["session"], Base.metadata.tables["outbox"]
dead_letter = Base.metadata.tables["dead_letter"]

# Short scripts without buttons, and how each begins.
ONE, TWO = "utter_write_privately", "utter_late_reply"
SHOWN = {ONE: "I only answer in a private chat.", TWO: LATE}
CHOICES = ("deepfake", "sextortion", "impersonation")
THREE = WorkerReply(messages=[NamedScript(script=ONE, choices=[each]) for each in CHOICES])
REPLIES = {"one": scripted(ONE), "two": scripted(TWO), "three": THREE}
HTML = b"<html><body>Service Unavailable</body></html>"


def prepared(patch: pytest.MonkeyPatch) -> None:
    """Short times, so that nobody waits."""
    patch.setattr("bot.gateway.settling.QUIET_SECONDS", 0.02)
    patch.setattr("bot.channels.service.LONGEST_SECONDS", 0.0)
    patch.setattr("bot.channels.service.SENDING_SECONDS", 0.05)
    patch.setattr("bot.gateway.upkeep.TURNS_SECONDS", 0.1)
    patch.setattr("bot.channels.delivery.FIRST_WAIT", 0.05)
    patch.setattr("bot.channels.delivery.LONGEST_WAIT", 0.2)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared(monkeypatch)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> FakeWorker:
    return FakeWorker(replies=dict(REPLIES))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(
    recorded: Path, quick: None, worker: FakeWorker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Apps]:
    """One gateway for all tests; each has people of its own."""
    folder = tmp_path_factory.mktemp("delivery")
    shutil.copy(recorded, folder)
    with pytest.MonkeyPatch.context() as patch:
        prepared(patch)
        config = Settings(_env_file=None, data_folder=folder, answer_deadline=DEADLINE)
        async with open_apps(config, worker) as opened:
            yield opened


async def until(true: Callable[[], object], seconds: float = 5.0) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it never happened"
        await asyncio.sleep(0.01)


async def waiting(town: Apps, worker: FakeWorker, person: int, text: str) -> str:
    """Have an answer of Messenger's wait in the outbox while nobody sends; its conversation."""
    turns = town.edge.conversations.turns
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turns, "answered", lambda session_id: None)
        with pytest.MonkeyPatch.context() as silent:
            silent.setattr(town.service.messaging.posting, "due", lambda: [])
            taken = len(worker.taken)
            sent = town.platform("messenger").says(contact("messenger", person), text)
            assert (await town.deliver(sent)).status_code == 200
            await until(lambda: len(worker.taken) > taken)
            found = str(worker.taken[-1]["conversation"])
            await until(lambda: undelivered(town, found))
            # Whoever sends next is the test.
            await until(lambda: found not in turns._tasks)
            with town.edge.engine.begin() as connection:
                mine = outbox.c.session_id == found
                connection.execute(update(outbox).where(mine).values(due=time.time() + 3600))
    return found


def undelivered(town: Apps, session_id: str) -> int:
    query = select(outbox.c.id).where(
        outbox.c.session_id == session_id, outbox.c.delivered_with.is_(None)
    )
    with town.edge.engine.connect() as connection:
        return len(connection.execute(query).all())


def free(town: Apps, session_id: str) -> None:
    """As at the start of another run, for one conversation."""
    with town.edge.engine.begin() as connection:
        connection.execute(update(outbox).where(outbox.c.session_id == session_id).values(due=0.0))


def beginnings(town: Apps, channel: str, person: int) -> list[str]:
    """The scripts that somebody got to see, in order, by how they begin."""
    told = town.told(channel, person)
    starts = {**{text: name for name, text in SHOWN.items()}, INTRO: "intro"}
    places = []
    for text, name in starts.items():
        place = told.find(text)
        while place >= 0:
            places.append((place, name))
            place = told.find(text, place + 1)
    return [name for _, name in sorted(places)]


def wait_a_second(channel: str) -> Answer:
    """Too much, as each platform says it: come back in a second."""
    after = {"retry-after": "1"}
    return {
        "telegram": too_many(1),
        "twilio": Answer(429, b'{"code": 20429, "status": 429}', after),
        "messenger": Answer(429, b'{"error": {"message": "limit", "code": 613}}', after),
        "slack": Answer(429, b'{"ok": false, "error": "ratelimited"}', after),
    }[platform_of(channel)]


def refusal(channel: str) -> Answer:
    """What no attempt would change."""
    return {
        "telegram": Answer(400, b'{"ok": false, "error_code": 400, "description": "Bad Request"}'),
        "twilio": Answer(400, b'{"code": 21617, "message": "too long", "status": 400}'),
        "messenger": Answer(400, b'{"error": {"message": "no", "code": 100}}'),
        "slack": Answer(body=b'{"ok": false, "error": "msg_too_long"}'),
    }[platform_of(channel)]


REASONS = {
    "telegram": "telegram 400",
    "twilio": "twilio 21617",
    "messenger": "messenger 100",
    "slack": "slack msg_too_long",
}
FAULTS = {
    "429": Answer(429, b""),
    "500": Answer(500, b""),
    "503 with HTML": Answer(503, HTML, {"content-type": "text/html"}),
    "200 with HTML": Answer(200, HTML, {"content-type": "text/html"}),
    "dropped": Answer(dropped=True),
    "slow": Answer(delay=0.5),
}


# One channel.


@on_every_channel
@pytest.mark.parametrize("fault", FAULTS)
async def test_after_a_fault_an_answer_is_sent_again_once_and_in_its_place(
    town: Apps, channel: str, fault: str, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.delivery.LEASE_SECONDS", 0.6)  # a third of it for a call
    platform, who = town.platform(channel), contact(channel, person)
    tried = town.count("send_again")
    platform.faults.extend([FAULTS[fault]] * 2)
    for text in ("one", "two", "one"):
        assert (await town.deliver(platform.says(who, text))).status_code == 200
        await asyncio.sleep(0.05)
    await town.rest()
    assert not platform.faults
    assert town.count("send_again") >= tried + 2
    assert beginnings(town, channel, person) == ["intro", ONE, TWO, ONE]


@on_every_channel
async def test_a_platform_is_left_alone_for_as_long_as_it_asks(
    town: Apps, channel: str, person: int
) -> None:
    platform = town.platform(channel)
    await town.says(channel, "two", person)
    platform.faults.append(wait_a_second(channel))
    calls = len(platform.calls)
    await town.deliver(platform.says(contact(channel, person), "one"))
    await until(lambda: len(platform.calls) == calls + 1)
    asked = time.monotonic()
    await until(lambda: len(platform.calls) > calls + 1)
    assert time.monotonic() - asked >= 0.9, "FIRST_WAIT would be 0.05"
    await town.rest()
    assert beginnings(town, channel, person) == ["intro", TWO, ONE]


@on_every_channel
async def test_what_is_refused_becomes_a_dead_letter_without_text_or_contact(
    town: Apps, channel: str, person: int
) -> None:
    platform, who = town.platform(channel), contact(channel, person)
    await town.says(channel, "two", person)
    before = {letter.created for letter in town.service.messaging.posting.dead_letters()}
    platform.faults.append(refusal(channel))
    await town.given(platform.says(who, "one"))
    await town.given(platform.says(who, "two"))
    assert beginnings(town, channel, person) == ["intro", TWO, TWO], "the next one goes out"
    letters = town.service.messaging.posting.dead_letters()
    (letter,) = [each for each in letters if each.created not in before]
    assert (letter.channel, letter.scripts) == (channel, (ONE,))
    assert letter.reason == REASONS[platform_of(channel)]
    with town.edge.engine.connect() as connection:
        stored = json.dumps([list(row) for row in connection.execute(select(dead_letter))])
    for canary in (who, str(1_000_000 + person), SHOWN[ONE]):
        assert canary not in stored


@on_every_channel
@pytest.mark.parametrize("ends", ["blocked", "window closed"])
async def test_who_cannot_be_reached_any_more_leaves_no_dead_letter(
    town: Apps, channel: str, ends: str, person: int
) -> None:
    platform, who = town.platform(channel), contact(channel, person)
    await town.says(channel, "one", person)
    cut_off(platform, channel, who, ends)
    calls, letters = len(platform.calls), town.rows("dead_letter")
    over = town.count("send_over")
    await town.given(platform.says(who, "two"))
    assert (len(platform.calls), town.rows("dead_letter")) == (calls + 1, letters)
    assert town.count("send_over") == over + 1
    assert TWO not in beginnings(town, channel, person)


@on_every_channel
async def test_what_no_platform_took_for_hours_is_given_up(
    town: Apps, channel: str, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.delivery.GIVE_UP_SECONDS", 0.2)
    platform = town.platform(channel)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform, "answer", lambda *given: Answer(503, HTML))
        await town.given(platform.says(contact(channel, person), "one"))
    letter = town.service.messaging.posting.dead_letters()[0]
    assert (letter.channel, letter.reason, letter.scripts) == (channel, "unreachable", (ONE,))
    assert letter.attempts > 1


# A sender that dies.


async def test_after_a_crash_an_answer_goes_on_at_its_next_piece(
    town: Apps, worker: FakeWorker, person: int
) -> None:
    platform = town.platform("messenger")
    found = await waiting(town, worker, person, "three")
    free(town, found)
    # The intro and the first piece are out; the next hangs when its sender dies.
    show, asked = platform.answer, []

    def hanging(*given):
        asked.append(given)
        return show(*given) if len(asked) < 3 else Answer(delay=0.3)

    delivery = town.service.delivery
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform, "answer", hanging)
        delivery.soon(found)
        await until(lambda: len(asked) == 3)
        delivery._tasks[found].cancel()
        await until(lambda: found not in delivery._tasks)
    assert len(town.seen("messenger", person)) == 2
    await asyncio.sleep(0.3)
    assert len(town.seen("messenger", person)) == 2, "its lease is held"
    free(town, found)
    await town.rest()
    assert beginnings(town, "messenger", person) == ["intro", ONE, ONE, ONE]
    offered = [label for shown in town.seen("messenger", person) for label, _ in shown.choices]
    assert len(offered) == len(set(offered))


async def test_another_run_over_the_same_database_goes_on_where_the_last_one_died(
    recorded: Path, quick: None, tmp_path: Path
) -> None:
    shutil.copy(recorded, tmp_path)
    config = Settings(_env_file=None, data_folder=tmp_path, answer_deadline=30)
    worker = FakeWorker(replies=dict(REPLIES))
    async with open_apps(config, worker) as first:
        platform = first.platform("messenger")
        show, asked = platform.answer, []

        def hanging(*given):
            asked.append(given)
            return show(*given) if len(asked) < 3 else Answer(delay=0.3)

        platform.answer = hanging  # type: ignore[method-assign]
        await first.deliver(platform.says(contact("messenger"), "three"))
        await until(lambda: len(asked) == 3)
        for task in tuple(first.service.delivery._tasks.values()):
            task.cancel()
        await until(lambda: not first.service.delivery.busy)
        before = first.seen("messenger")
    async with open_apps(config, worker) as second:
        await second.rest()
        after = second.seen("messenger")
    assert [len(before), len(after)] == [2, 2]
    labels = [label for shown in (*before, *after) for label, _ in shown.choices]
    assert len(labels) == len(set(labels)), "no piece twice"
    assert not any(shown.text.startswith(INTRO) for shown in after)
    assert worker.texts == ["three"], "no turn twice"


@pytest.mark.parametrize("commit", ["hold", "delivered"])
async def test_a_kill_between_the_platforms_yes_and_our_commit_shows_it_again_rather_than_never(
    town: Apps, worker: FakeWorker, commit: str, person: int
) -> None:
    found = await waiting(town, worker, person, "one" if commit == "delivered" else "three")
    free(town, found)
    posting, killed = town.service.messaging.posting, []

    def kill(*given):
        killed.append(given)
        raise OperationalError("killed", None, Exception())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posting, commit, kill)
        town.service.delivery.soon(found)
        await until(lambda: killed)
        await until(lambda: not town.service.delivery.busy)
    before = town.seen("messenger", person)
    assert before
    free(town, found)
    await town.rest()
    after = town.seen("messenger", person)[len(before) :]
    again = [shown.text for shown in after]
    assert before[-1].text in again, "what may not have arrived comes again"
    assert undelivered(town, found) == 0
    wanted = 1 if commit == "delivered" else 3
    assert beginnings(town, "messenger", person).count(ONE) >= wanted


async def test_a_direct_word_outlives_a_fault(town: Apps, person: int) -> None:
    slack, who = town.platform("slack"), contact("slack", person)
    slack.faults.extend([Answer(500, b""), Answer(dropped=True)])
    await town.given(slack.mentions(who, f"C0{person}", "hello"))
    assert beginnings(town, "slack", person) == [ONE]


# Several channels.


def sick(platform: Platform, how: str, patch: pytest.MonkeyPatch) -> threading.Event:
    """Have a platform fail; where it hangs, until the event is set."""
    released, answer = threading.Event(), platform.answer

    def hanging(*given):
        released.wait(10)
        return answer(*given)

    failing = {
        "429": Answer(429, b"", {"retry-after": "1"}),
        "500": Answer(500, b""),
        "dropped": Answer(dropped=True),
    }
    patch.setattr(platform, "answer", hanging if how == "hanging" else lambda *given: failing[how])
    return released


@pytest.mark.parametrize("how", ["hanging", "429", "500", "dropped"])
@pytest.mark.parametrize("ill", ["telegram", "sms", "messenger", "slack"])
async def test_a_platform_that_fails_holds_up_neither_the_page_nor_another_channel(
    town: Apps, ill: str, how: str, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = town.platform(ill)
    people = [person + 100_000 + number for number in range(10)]  # more than it has threads
    calls = len(platform.calls)
    with pytest.MonkeyPatch.context() as patch:
        released = sick(platform, how, patch)
        for number in people:
            await town.deliver(platform.says(contact(ill, number), "one"))
        await until(lambda: len(platform.calls) >= calls + 8)
        healthy = [name for name in CHANNELS if platform_of(name) != platform_of(ill)]
        for name in healthy:
            await town.deliver(town.platform(name).says(contact(name, person), "one"))
        await on_the_page(town)
        for name in healthy:
            await until(lambda name=name: ONE in beginnings(town, name, person))
        assert not any(town.seen(ill, number) for number in people), "it is still ill"
        released.set()
    monkeypatch.setattr("bot.channels.delivery.LONGEST_WAIT", 0.05)
    await town.rest()
    for number in people:
        assert beginnings(town, ill, number) == ["intro", ONE], "and nothing was lost"


async def on_the_page(town: Apps) -> None:
    """Somebody asks on the page and is answered by the worker, not by the card of a late one."""
    begun = await town.client.post("/api/v1/conversations")
    headers = {
        "authorization": f"Bearer {begun.json()['token']}",
        "idempotency-key": "1",
    }
    answer = await town.client.post("/api/v1/messages", json={"text": "one"}, headers=headers)
    assert answer.status_code == 200
    assert [each["script"] for each in answer.json()["messages"]] == [ONE]


async def test_a_gateway_starts_while_no_platform_can_be_reached(
    recorded: Path, quick: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def nowhere(platform: Platform, port: int = 0) -> Iterator[str]:
        with socket.socket() as closed:  # bound and not listening: refused
            closed.bind(("127.0.0.1", 0))
            yield f"http://127.0.0.1:{closed.getsockname()[1]}"

    shutil.copy(recorded, tmp_path)
    monkeypatch.setattr(Platform, "serving", nowhere)
    config = Settings(_env_file=None, data_folder=tmp_path)
    async with open_apps(config, FakeWorker(replies=dict(REPLIES))) as alone:
        for channel in CHANNELS:
            sent = alone.platform(channel).says(contact(channel), "one")
            assert (await alone.deliver(sent)).status_code == 200
        await on_the_page(alone)
        await until(lambda: alone.count("send_again") >= len(CHANNELS))
        assert alone.rows("outbox") == len(CHANNELS) + 1, "kept until they can be sent"
        assert (await alone.client.get("/healthz")).status_code == 200


# The worker and the database.


@on_every_channel
async def test_while_the_worker_is_down_the_card_goes_out_once_and_then_the_late_answer(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    platform, who = town.platform(channel), contact(channel, person)
    await town.says(channel, "one", person)
    before, cards = len(town.seen(channel, person)), town.count("cards")
    worker.down = True
    try:
        await town.deliver(platform.says(who, "one"))
        assert len(town.seen(channel, person)) == before, "it is not late yet"
        await until(lambda: len(town.seen(channel, person)) > before)
        await asyncio.sleep(DEADLINE + 0.2)
        assert town.count("cards") == cards + 1
        card = town.seen(channel, person)[before:]
        assert "988" in card[0].text
    finally:
        worker.down = False
    await town.rest()
    later = "\n".join(s.text for s in town.seen(channel, person)[before + len(card) :])
    assert later.startswith(LATE)
    assert (later.count(LATE), later.count(SHOWN[ONE])) == (1, 1)
    await town.says(channel, "one", person)
    assert town.told(channel, person).count(LATE) == 1, "only what was late says so"


@contextmanager
def without_database(edge: Edge) -> Iterator[None]:
    def fail(*given, **more):
        raise OperationalError("away", None, Exception())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(edge.engine, "connect", fail)
        patch.setattr(edge.engine, "begin", fail)
        yield


@on_every_channel
async def test_while_the_database_is_away_the_card_goes_out_once_and_the_retry_is_answered(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    platform, other = town.platform(channel), person + 200_000
    first, second = (platform.says(contact(channel, person), text) for text in ("one", "two"))
    taken = len(worker.taken)
    with without_database(town.edge):
        for delivery in (first, first, second, platform.says(contact(channel, other), "one")):
            assert (await town.deliver(delivery)).status_code == 503
        await until(lambda: town.seen(channel, person) and town.seen(channel, other))
        await until(lambda: not town.service.delivery.busy)
        assert town.told(channel, person).count(BUSY) == 1
        assert town.told(channel, other).count(BUSY) == 1
        assert "988" in town.told(channel, person)
        assert len(worker.taken) == taken
    for delivery in (first, first, second):
        await town.given(delivery)
    assert beginnings(town, channel, person) == ["intro", ONE, TWO]
    assert len(worker.taken) == taken + 2


# The end of the service.


@on_every_channel
@pytest.mark.parametrize("text", ["one", "i want to kill myself", "FORGET"])
async def test_after_the_last_day_everybody_is_told_so_and_nothing_is_stored(
    town: Apps,
    channel: str,
    text: str,
    person: int,
) -> None:
    before = {table: town.rows(table) for table in STORED}
    delivery = town.platform(channel).says(contact(channel, person), text)
    over = Retirement(date(2026, 1, 1), lambda: date(2026, 1, 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(town.edge.conversations, "retirement", over)
        for _ in range(2):
            await town.given(delivery)
        told = town.told(channel, person)
        assert told.count(ENDED) == 1, "once for each message"
        assert "988" in told
    assert {table: town.rows(table) for table in STORED} == before


# Two gateways.


@pytest_asyncio.fixture(loop_scope="module")
async def two(
    postgres_url: str, quick: None, tmp_path: Path
) -> AsyncIterator[tuple[Apps, ChannelService]]:
    """Two gateways over one database of PostgreSQL, and the worker of the first."""
    worker = FakeWorker(replies=dict(REPLIES))
    config = Settings(_env_file=None, data_folder=tmp_path, database_url=postgres_url)
    async with open_apps(config, worker) as first:
        edge = open_edge(first.config, worker)
        second = ChannelService.over(
            edge.conversations,
            edge.engine,
            secret_of(first.config),
            first.channels,
            config.body_limit,
        )
        yield first, second
        await second.end()
        edge.engine.dispose()


async def held_back(town: Apps, people: list[int]) -> list[str]:
    """Have an answer for each of them wait in the outbox, as of Messenger."""
    worker = town.edge.conversations.worker
    assert isinstance(worker, FakeWorker)
    return [await waiting(town, worker, each, "one") for each in people]


async def test_two_gateways_never_both_send_one_answer(
    two: tuple[Apps, ChannelService],
) -> None:
    town, second = two
    people = list(range(1, 7))
    found = await held_back(town, people)
    with town.edge.engine.begin() as connection:
        connection.execute(update(outbox).values(due=0.0))
    both: list[Awaitable[None]] = [town.service.delivery.take_up(), second.delivery.take_up()]
    await asyncio.gather(*both)
    await until(lambda: not any(undelivered(town, each) for each in found))
    await until(lambda: not (town.service.delivery.busy or second.delivery.busy))
    for each in people:
        assert beginnings(town, "messenger", each) == ["intro", ONE]


async def test_of_two_claims_at_the_same_moment_one_is_given(
    two: tuple[Apps, ChannelService],
) -> None:
    """Both have read that the answer is free before either takes it."""
    town, second = two
    (found,) = await held_back(town, [1])
    town.service.delivery.lines = {}  # the test alone claims
    both_have_read = threading.Barrier(2, timeout=5)

    def meet(connection, cursor, statement, *rest):
        if statement.startswith("UPDATE outbox"):
            both_have_read.wait()

    postings = [town.service.messaging.posting, second.messaging.posting]
    free(town, found)
    for each in postings:
        event.listen(each._engine, "before_cursor_execute", meet)
    try:
        claims = await asyncio.gather(*(asyncio.to_thread(p.claim, found) for p in postings))
    finally:
        for each in postings:
            event.remove(each._engine, "before_cursor_execute", meet)
    assert sorted(claim is None for claim in claims) == [False, True]


async def test_who_lost_an_answer_to_another_gateway_sends_no_more_of_it(
    two: tuple[Apps, ChannelService], monkeypatch: pytest.MonkeyPatch
) -> None:
    town, second = two
    (found,) = await held_back(town, [1])
    town.service.delivery.lines = {}
    free(town, found)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.gateway.posting.LEASE_SECONDS", -1.0)  # it has run out at once
        slow = town.service.messaging.posting.claim(found)
    assert slow is not None
    other = second.messaging.posting.claim(found)
    assert other is not None
    assert town.service.messaging.posting.hold(slow, 1) is None
    assert second.messaging.posting.hold(other, 1) is not None


async def test_a_gateway_that_starts_takes_nothing_from_another(
    two: tuple[Apps, ChannelService],
) -> None:
    town, second = two
    (found,) = await held_back(town, [1])
    town.service.delivery.lines = {}
    free(town, found)
    assert town.service.messaging.posting.claim(found) is not None
    await second.begin()
    assert second.messaging.posting.claim(found) is None

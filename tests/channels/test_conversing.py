"""Conversations in messaging apps: their order, their buttons, their end, and what is kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import pytest_asyncio
from sqlalchemy import func, select, update

from bot.channels.incoming import Media
from bot.channels.simulator.platform import Answer, Platform
from bot.channels.simulator.slack import SlackSimulator
from bot.channels.simulator.telegram import TelegramSimulator
from bot.content.models import Base
from bot.gateway.buttons import meaning
from bot.gateway.sessions import Session
from bot.gateway.worker_client import NamedScript, WorkerReply
from bot.operations.playing import platform_of
from tests.channels.apps import CHANNELS, Apps, contact, open_copy
from tests.gateway.fakes import FakeWorker, scripted

pytestmark = pytest.mark.asyncio(loop_scope="module")
on_every_channel = pytest.mark.parametrize("channel", CHANNELS)
WITH_BUTTONS = ("telegram", "whatsapp", "messenger", "slack")  # nothing can be pressed by SMS
WITH_ORDER = ("telegram", "messenger", "slack")  # Twilio neither numbers nor dates messages
OF_A_CONVERSATION = ("inbox", "outbox", "button")
INTRO, ERASED = (
    "This is a computer program",
    "Your place in this chat and what you typed are erased",
)
PRIVATELY, TOO_LONG = "I only answer in a private chat", "utter_too_long"
DANGER = "i want to kill myself"
DAY = 86_400.0
session = Base.metadata.tables["session"]

REPLIES = {
    "/delete_data": scripted("utter_delete_data"),
    "/menu": scripted(TOO_LONG),
    "choose": WorkerReply(messages=[NamedScript(script=TOO_LONG, choices=["deepfake"])]),
    DANGER: scripted("utter_crisis_card", crisis="self_harm"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> FakeWorker:
    return FakeWorker(replies=dict(REPLIES))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(
    recorded: Path, quick: None, worker: FakeWorker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Apps]:
    """One gateway for all tests; each has people of its own. Nobody waits long."""
    folder = tmp_path_factory.mktemp("conversing")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.gateway.settling.QUIET_SECONDS", 0.02)
        patch.setattr("bot.channels.service.SENDING_SECONDS", 0.05)
        patch.setattr("bot.gateway.upkeep.TURNS_SECONDS", 0.05)
        patch.setattr("bot.channels.delivery.FIRST_WAIT", 0.05)
        async with open_copy(recorded, folder, worker, answer_deadline=30) as opened:
            yield opened


def conversation(worker: FakeWorker) -> str:
    """Whose turn was taken last."""
    return str(worker.taken[-1]["conversation"])


def rows_of(town: Apps, session_id: str) -> dict[str, int]:
    """What is stored of one conversation."""
    counted = {}
    with town.edge.engine.connect() as connection:
        for name in OF_A_CONVERSATION:
            table = Base.metadata.tables[name]
            query = select(func.count()).where(table.c.session_id == session_id)
            counted[name] = int(connection.execute(query).scalar_one())
        query = select(func.count()).where(session.c.id == session_id)
        counted["session"] = int(connection.execute(query).scalar_one())
    return counted


def nothing_of(town: Apps, session_id: str) -> bool:
    return not any(rows_of(town, session_id).values())


def tokens(town: Apps, session_id: str) -> dict[str, str]:
    """Payload -> token of the buttons of a conversation."""
    button = Base.metadata.tables["button"]
    query = select(button.c.payload, button.c.token).where(button.c.session_id == session_id)
    with town.edge.engine.connect() as connection:
        return {row.payload: row.token for row in connection.execute(query)}


def expires(town: Apps, session_id: str, at: float | None = None) -> float:
    """When a conversation ends; moved first where `at` is given (seconds since 1970)."""
    mine = session.c.id == session_id
    with town.edge.engine.begin() as connection:
        if at is not None:
            connection.execute(update(session).where(mine).values(expires=at))
        return float(connection.execute(select(session.c.expires).where(mine)).scalar_one())


async def until(true, seconds: float = 5.0) -> None:
    limit = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < limit, "it never happened"
        await asyncio.sleep(0.02)


def away(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the platform answers everything by 503."""
    monkeypatch.setattr(platform, "answer", lambda *given: Answer(503, b"<html>away</html>"))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in use: a moment is waited for messages that were written before."""
    monkeypatch.setattr("bot.gateway.settling.QUIET_SECONDS", 0.25)


# Order.


@pytest.mark.parametrize("channel", WITH_ORDER)
@pytest.mark.parametrize("arrival", [(2, 1, 0), (1, 2, 0), (2, 0, 1)])
@pytest.mark.usefixtures("patient")
async def test_messages_are_taken_as_the_platform_numbers_them_however_they_arrive(
    town: Apps, worker: FakeWorker, channel: str, arrival: tuple[int, ...], person: int
) -> None:
    platform, who = town.platform(channel), contact(channel, person)
    written = [f"{channel} {person} {number}" for number in range(3)]
    deliveries = [platform.says(who, text) for text in written]
    for place in arrival:
        assert (await town.deliver(deliveries[place])).status_code == 200
    await town.rest()
    assert worker.texts[-3:] == written


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
async def test_where_nothing_is_numbered_messages_are_taken_as_they_arrive(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    platform, who = town.platform(channel), contact(channel, person)
    written = [f"{channel} {person} {number}" for number in range(3)]
    for text in written:
        await town.deliver(platform.says(who, text))
    await town.rest()
    assert worker.texts[-3:] == written


@on_every_channel
async def test_danger_goes_first(
    town: Apps, worker: FakeWorker, channel: str, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.gateway.settling.QUIET_SECONDS", 0.4)
    platform, who = town.platform(channel), contact(channel, person)
    for text in ("my day was long", "and so was my week", DANGER):
        await town.deliver(platform.says(who, text))
    await town.rest()
    assert worker.texts[-3:] == [DANGER, "my day was long", "and so was my week"]
    assert "911" in town.seen(channel, person)[0].text


# Buttons.


@pytest.mark.parametrize("channel", WITH_BUTTONS)
@pytest.mark.parametrize("whose", ["another's", "made up", "erased"])
async def test_a_button_that_is_not_of_this_chat_changes_nothing_and_is_met_by_the_menu(
    town: Apps, worker: FakeWorker, channel: str, whose: str, person: int
) -> None:
    other, token = person + 500_000, "A" * 24
    if whose == "another's":
        await town.says(channel, "choose", other)
        token = tokens(town, conversation(worker))["/deepfake"]
    await town.says(channel, "choose", person)
    if whose == "erased":
        token = tokens(town, conversation(worker))["/deepfake"]
        await town.says(channel, "FORGET", person)
        await town.says(channel, "choose", person)
    mine, taken, counted = conversation(worker), len(worker.taken), town.count("forged_buttons")
    theirs = len(town.seen(channel, other))
    seen = await town.presses(channel, ("A fake image of my child", token), person)
    assert [(each["conversation"], each["text"]) for each in worker.taken[taken:]] == [
        (mine, "/menu")
    ]
    assert seen
    assert len(town.seen(channel, other)) == theirs
    assert town.count("forged_buttons") == counted + 1


@pytest.mark.parametrize("channel", WITH_BUTTONS)
async def test_a_button_that_says_who_it_is_about_means_that_at_any_time(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    await town.says(channel, "choose", person)
    payload = '/inform_audience{"audience":"teen"}'
    found = tokens(town, conversation(worker))
    await town.presses(channel, ("I'm the young person", found[payload]), person)
    assert worker.texts[-1] == payload
    await town.presses(channel, ("I'm the young person", found[payload]), person)
    assert worker.texts[-1] == payload
    await town.presses(channel, ("A fake image of my child", found["/deepfake"]), person)
    assert worker.texts[-1] == "/deepfake", "what chooses nothing in a step stays what it is"


@pytest.mark.parametrize(
    ("turn", "meant"),
    [
        (3, '/affirm{"choice":"done"}'),
        (4, '/repeat{"choice": "show:utter_step_block"}'),
    ],
)
async def test_a_button_of_an_earlier_step_shows_that_step_again(turn: int, meant: str) -> None:
    now = Session("1", "telegram", "en", None, turn)
    assert meaning('/affirm{"choice":"done"}', "utter_step_block", 3, now) == meant


@pytest.mark.parametrize("channel", ["telegram", "messenger", "slack"])
async def test_what_is_shown_on_a_button_is_what_its_press_means(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    seen = await town.says(channel, "choose", person)
    (choice,) = [each for shown in seen for each in shown.choices if "fake" in each[0].lower()]
    await town.presses(channel, choice, person)
    assert worker.texts[-1] == "/deepfake"


# The end.


@on_every_channel
@pytest.mark.parametrize("word", ["FORGET", "BORRAR", "Forget me."])
async def test_forget_erases_everything_at_once(
    town: Apps, worker: FakeWorker, channel: str, word: str, person: int
) -> None:
    await town.says(channel, "choose", person)
    mine = conversation(worker)
    assert all(rows_of(town, mine).values()), "something to erase"
    seen = await town.says(channel, word, person)
    assert ERASED in seen[0].text
    assert nothing_of(town, mine)
    assert mine in worker.forgotten


@on_every_channel
@pytest.mark.parametrize("text", ["how do I delete the photos", "forget it", "olvidalo"])
async def test_words_about_something_else_erase_nothing(
    town: Apps, worker: FakeWorker, channel: str, text: str, person: int
) -> None:
    await town.says(channel, text, person)
    assert worker.texts[-1] == text
    assert rows_of(town, conversation(worker))["session"] == 1


@on_every_channel
async def test_what_is_written_after_forget_begins_anew(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    await town.says(channel, "choose", person)
    before = conversation(worker)
    await town.says(channel, "FORGET", person)
    seen = await town.says(channel, "hello again", person)
    assert seen[0].text.startswith(INTRO)
    assert conversation(worker) != before
    assert nothing_of(town, before)


@on_every_channel
async def test_forget_erases_although_the_platform_is_away(
    town: Apps, worker: FakeWorker, channel: str, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await town.says(channel, "choose", person)
    mine, shown = conversation(worker), len(town.seen(channel, person))
    monkeypatch.setattr("bot.channels.delivery.ERASING_SECONDS", 0.3)
    away(town.platform(channel), monkeypatch)
    await town.deliver(town.platform(channel).says(contact(channel, person), "FORGET"))
    await until(lambda: nothing_of(town, mine))
    assert mine in worker.forgotten
    assert len(town.seen(channel, person)) == shown
    await town.rest()


@on_every_channel
async def test_a_message_that_waits_for_its_turn_outlives_the_goodbye(
    town: Apps, worker: FakeWorker, channel: str, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform shows the goodbye while the worker thinks about what was written after it."""
    platform, who = town.platform(channel), contact(channel, person)
    await town.says(channel, "choose", person)
    later = f"wait, are you there {channel} {person}"
    thinking = True
    monkeypatch.setattr(worker, "held", lambda text: thinking and text == later)
    monkeypatch.setattr("bot.channels.delivery.FIRST_WAIT", 0.4)
    platform.faults.append(Answer(503, b""))
    await town.deliver(platform.says(who, "FORGET"))
    await until(lambda: not platform.faults)
    await town.deliver(platform.says(who, later))
    await until(lambda: ERASED in town.told(channel, person))
    thinking = False
    await town.rest()
    assert worker.texts[-1] == later
    assert town.told(channel, person).count(ERASED) == 1
    assert ERASED not in town.seen(channel, person)[-1].text, "it has an answer of its own"


@pytest.mark.parametrize("platform_is", ["back", "away"])
async def test_an_answer_that_waits_behind_the_goodbye_is_not_lost(
    town: Apps, worker: FakeWorker, platform_is: str, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Danger that is told while a platform is away must be answered when it is back."""
    channel = "messenger"
    platform, who = town.platform(channel), contact(channel, person)
    await town.says(channel, "choose", person)
    before = len(town.seen(channel, person))
    if platform_is == "away":
        monkeypatch.setattr("bot.channels.delivery.ERASING_SECONDS", 0.5)
    with pytest.MonkeyPatch.context() as patch:
        away(platform, patch)
        await town.deliver(platform.says(who, "FORGET"))
        await until(lambda: worker.texts[-1] == "/delete_data")
        await town.deliver(platform.says(who, DANGER))
        await until(lambda: worker.texts[-1] == DANGER)
        await asyncio.sleep(0.8 if platform_is == "away" else 0.1)
    await town.rest()
    seen = [shown.text for shown in town.seen(channel, person)[before:]]
    assert any("988" in text and ERASED not in text for text in seen), seen


# The beginning.


@on_every_channel
async def test_the_intro_comes_first_and_once(town: Apps, channel: str, person: int) -> None:
    first = await town.says(channel, "choose", person)
    assert first[0].text.startswith(INTRO)
    await town.says(channel, "choose", person)
    await town.says(channel, "hello", person)
    assert town.told(channel, person).count(INTRO) == 1


@on_every_channel
async def test_in_a_crisis_the_intro_comes_after_the_answer_and_once(
    town: Apps, channel: str, person: int
) -> None:
    await town.says(channel, DANGER, person)
    told = town.told(channel, person)
    assert 0 <= told.index("911") < told.index(INTRO)
    await town.says(channel, DANGER, person)
    assert town.told(channel, person).count(INTRO) == 1


@pytest.mark.parametrize("left", [-1.0, 0.0])
async def test_a_conversation_that_has_ended_begins_anew(
    town: Apps, worker: FakeWorker, left: float, person: int
) -> None:
    await town.says("telegram", "choose", person)
    before = conversation(worker)
    expires(town, before, at=time.time() + left)
    seen = await town.says("telegram", "hello", person)
    assert seen[0].text.startswith(INTRO)
    assert conversation(worker) != before
    assert nothing_of(town, before)


async def test_what_the_worker_keeps_of_an_ended_conversation_is_erased_with_it(
    town: Apps, worker: FakeWorker, person: int
) -> None:
    await town.says("telegram", "choose", person)
    before = conversation(worker)
    expires(town, before, at=time.time() - 1)
    await town.says("telegram", "hello", person)
    assert before in worker.forgotten


@on_every_channel
async def test_a_conversation_lives_for_channel_days_after_its_last_message(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    lifetime = town.config.channel_days * DAY
    for _ in range(2):
        begun = time.time()
        await town.says(channel, "choose", person)
        mine = conversation(worker)
        assert begun + lifetime <= expires(town, mine) <= time.time() + lifetime
        expires(town, mine, at=time.time() + 60)  # almost over: the next one prolongs it
    assert len({each["conversation"] for each in worker.taken[-2:]}) == 1
    expires(town, mine, at=time.time() - 1)
    assert mine in await asyncio.to_thread(town.edge.conversations.storage.purge, 900.0)
    assert nothing_of(town, mine)


# What is kept.


@on_every_channel
async def test_neither_text_nor_number_nor_id_is_stored_or_logged_in_plain(
    town: Apps,
    worker: FakeWorker,
    channel: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    number = 9_876_543_210
    platform, who = town.platform(channel), contact(channel, number)
    canary = f"the parrot of {channel} eats Zwetschgen"
    waiting = True
    monkeypatch.setattr(worker, "held", lambda text: waiting and text == canary)
    delivery = platform.says(who, canary)
    await town.deliver(delivery)
    await until(lambda: worker.texts[-1:] == [canary])
    stored = files(town)
    waiting = False
    platform.faults.extend([Answer(500, b""), Answer(429, b"{}"), Answer(dropped=True)])
    await town.rest()
    stored += files(town)
    await town.sends(channel, Media.IMAGE, f"{canary} too", number)
    platform.faults.append(refusal(channel))
    await town.says(channel, f"{canary} again", number)
    stored += files(town)
    known = [canary, "Zwetschgen", who.removeprefix("whatsapp:+").removeprefix("+")]
    assert town.seen(channel, number), "it was the address after all"
    for each in (*known, str(number), str(number + 1_000_000)):
        assert each not in caplog.text
        assert each.encode() not in stored
    for secret in secrets_of(platform):
        assert secret not in caplog.text
        assert secret.encode() not in stored


def files(town: Apps) -> bytes:
    """The database as it lies on the disk, with its log."""
    folder = town.config.data_folder
    found = [path.read_bytes() for path in folder.rglob("*.db*")]
    assert found
    return b"".join(found)


def refusal(channel: str) -> Answer:
    """What no attempt would change."""
    return {
        "telegram": Answer(400, b'{"ok": false, "error_code": 400, "description": "Bad Request"}'),
        "twilio": Answer(400, b'{"code": 21617, "message": "too long", "status": 400}'),
        "messenger": Answer(400, b'{"error": {"message": "no", "code": 100}}'),
        "slack": Answer(body=b'{"ok": false, "error": "msg_too_long"}'),
    }[platform_of(channel)]


def secrets_of(platform: Platform) -> list[str]:
    names = (
        *("token", "secret", "auth_token", "page_token", "app_secret"),
        *("verify_token", "bot_token", "signing_secret"),
    )
    return [str(getattr(platform, name)) for name in names if hasattr(platform, name)]


# Where others read along.


async def test_a_group_is_answered_once_an_hour(
    town: Apps, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram, who = town.platform("telegram"), contact("telegram", person)
    assert isinstance(telegram, TelegramSimulator)
    group, stored = f"-100{person:06}", town.rows("inbox")
    assert town.service.reception.groups.seconds == 3600
    for text in ("hello all", "@handrail_bot help", DANGER):
        await town.given(telegram.says_in_group(group, who, text))
    assert [PRIVATELY in shown.text for shown in telegram.seen_by(group)] == [True]
    later = SimpleNamespace(time=time.time, monotonic=lambda: time.monotonic() + 3601)
    monkeypatch.setattr("bot.channels.reception.time", later)
    await town.given(telegram.says_in_group(group, who, "an hour later"))
    monkeypatch.undo()
    assert len(telegram.seen_by(group)) == 2
    assert town.rows("inbox") == stored


async def test_one_group_does_not_silence_another(town: Apps, person: int) -> None:
    slack, who = town.platform("slack"), contact("slack", person)
    assert isinstance(slack, SlackSimulator)
    for place in (f"C0{person}a", f"C0{person}b", f"C0{person}a"):
        await town.given(slack.mentions(who, place, "he is blackmailing me"))
    assert [PRIVATELY in shown.text for shown in slack.seen_by(who)] == [True, True]

"""Counts by week: once for each conversation, in the transaction of the answer, and of nobody."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, Engine, select, update

from bot.content import models
from bot.content.database import open_database
from bot.content.migrations import upgrade
from bot.content.release import Release
from bot.content.unclear.redaction import Redaction
from bot.gateway import counting
from bot.gateway.counting import FORGOTTEN, Counted, week_of
from bot.gateway.noticing import load_policy
from bot.gateway.storage import Session, Storage, session
from bot.gateway.worker_client import NamedScript, WorkerReply
from bot.settings import ROOT
from tests.gateway.fakes import FakeWorker, Gateway, scripted

tally = models.Base.metadata.tables["tally"]
unclear = models.Base.metadata.tables["unclear"]
REPLY = {"messages": [{"script": "utter_greet"}]}
NOW = datetime(2026, 11, 25, 12, tzinfo=timezone.utc).timestamp()
CANARY = "canary zanzibar"
Rows = dict[tuple[str, str], int]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    opened = open_database(database_url)
    upgrade(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def storage(engine: Engine) -> Storage:
    return Storage(engine, 24 * 3600, b"pepper")


def counts(engine: Engine) -> Rows:
    """Measure and name -> conversations."""
    query = select(tally.c.measure, tally.c.name, tally.c.conversations)
    with engine.connect() as connection:
        return {(row.measure, row.name): row.conversations for row in connection.execute(query)}


def turn(storage: Storage, found: Session, *names: tuple[str, str], **more: Any) -> int:
    """A turn that counts for `names`; the number of its message."""
    number = storage.accept(found, uuid.uuid4().hex, "body", sealed=b"x", payload=None).id
    given = Counted(frozenset(names), more.pop("last_script", None))
    storage.finish(found.id, number, REPLY, counted=given, **more)
    return number


# In the database


@pytest.mark.parametrize(
    ("day", "monday"),
    [
        ("2026-11-23T00:00:00", "2026-11-23"),
        ("2026-11-29T23:59:59", "2026-11-23"),
        ("2026-11-30T00:00:00", "2026-11-30"),
        ("2027-01-01T12:00:00", "2026-12-28"),
    ],
)
def test_a_week_is_named_by_its_monday_in_utc(day: str, monday: str) -> None:
    assert week_of(datetime.fromisoformat(f"{day}+00:00").timestamp()) == monday


def test_a_conversation_counts_once_for_each_measure_and_name(
    storage: Storage, engine: Engine
) -> None:
    one = storage.open_session("web", "en", "US")[1]
    other = storage.open_session("web", "en", "US")[1]
    for found in (one, one, other):
        turn(storage, found, ("conversation", "all"), ("situation", "sextortion"))
    turn(storage, one, ("situation", "deepfake"))
    assert counts(engine) == {
        ("conversation", "all"): 2,
        ("situation", "sextortion"): 2,
        ("situation", "deepfake"): 1,
    }


def test_a_count_says_week_channel_and_language_and_no_more(
    storage: Storage, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: NOW)
    found = storage.open_session("telegram", None, None)[1]
    turn(storage, found, ("conversation", "all"))
    turn(storage, found, ("situation", "deepfake"), locale="es")
    with engine.connect() as connection:
        rows = {tuple(row) for row in connection.execute(select(tally))}
    assert rows == {
        ("2026-11-23", "telegram", "und", "conversation", "all", 1),
        ("2026-11-23", "telegram", "es", "situation", "deepfake", 1),
    }


def test_it_is_not_counted_anew_in_another_week(
    storage: Storage, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = storage.open_session("web", "en", "US")[1]
    for later in (0, 8 * 86_400):
        monkeypatch.setattr(time, "time", lambda later=later: NOW + later)
        turn(storage, found, ("conversation", "all"))
    assert counts(engine) == {("conversation", "all"): 1}


def test_a_message_that_two_gateways_took_counts_once(storage: Storage, engine: Engine) -> None:
    found = storage.open_session("web", "en", "US")[1]
    number = turn(storage, found, ("situation", "deepfake"))
    late = Counted(frozenset({("situation", "sextortion")}), "utter_other")
    storage.finish(found.id, number, REPLY, counted=late)
    assert counts(engine) == {("situation", "deepfake"): 1}


def test_an_answer_that_is_not_stored_is_not_counted(
    storage: Storage, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = storage.open_session("web", "en", "US")[1]

    def dies(*_: Any) -> None:
        raise RuntimeError("killed before the commit")

    counted = Storage.note
    with monkeypatch.context() as patch:
        patch.setattr(Storage, "note", lambda *given: (counted(*given), dies()))
        with pytest.raises(RuntimeError):
            turn(storage, found, ("situation", "deepfake"))
    assert counts(engine) == {}
    (waiting,) = storage.waiting(found.id)
    given = Counted(frozenset({("situation", "deepfake")}))
    storage.finish(found.id, waiting.id, REPLY, counted=given)
    assert counts(engine) == {("situation", "deepfake"): 1}


def test_many_at_once_lose_no_count(storage: Storage, engine: Engine) -> None:
    found = [storage.open_session("web", "en", "US")[1] for _ in range(24)]
    names = [("conversation", "all"), ("situation", "a"), ("situation", "b"), ("step", "c")]
    with ThreadPoolExecutor(6) as several:
        list(several.map(lambda one: turn(storage, one, *names, last_script="utter_x"), found))
    assert counts(engine) == dict.fromkeys(names, 24)


@pytest.mark.parametrize("fault", ["before", "in the database"])
def test_a_fault_in_counting_stops_no_answer_and_is_logged_by_its_type(
    *,
    storage: Storage,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    found = storage.open_session("web", "en", "US")[1]

    def fails(connection: Connection, *_: Any) -> None:
        if fault == "in the database":
            connection.exec_driver_sql(f"select '{CANARY}' from nowhere")  # noqa: S608
        raise ValueError(CANARY)

    monkeypatch.setattr(counting, "_add", fails)
    number = turn(storage, found, ("situation", "deepfake"), last_script="utter_greet")
    assert storage.answered(number)
    assert storage.waiting(found.id) == []
    assert counts(engine) == {}
    assert "not counted: " in caplog.text
    assert "canary" not in caplog.text
    storage.forget(found.id)
    assert storage.session_by_id(found.id) is None


@pytest.mark.parametrize("name", ["what a person typed", "a" * 81, "", "x\ny", "+15550100"])
def test_only_an_id_of_ours_is_a_name(storage: Storage, engine: Engine, name: str) -> None:
    found = storage.open_session("web", "en", "US")[1]
    turn(storage, found, ("situation", name), ("conversation", "all"), last_script=name)
    assert counts(engine) == {("conversation", "all"): 1}
    storage.forget(found.id)
    assert counts(engine) == {("conversation", "all"): 1}


# Where people leave


def expire(engine: Engine, *found: Session) -> None:
    with engine.begin() as connection:
        ids = [each.id for each in found]
        connection.execute(update(session).where(session.c.id.in_(ids)).values(expires=0))


def test_where_a_conversation_ended_is_counted_when_it_is_erased(
    storage: Storage, engine: Engine
) -> None:
    found = storage.open_session("web", "en", "US")[1]
    turn(storage, found, last_script="utter_first")
    turn(storage, found, last_script="utter_last")
    assert counts(engine) == {}
    storage.forget(found.id)
    storage.forget(found.id)
    assert counts(engine) == {("left", "utter_last"): 1}


def test_several_that_are_purged_at_once_are_each_counted(storage: Storage, engine: Engine) -> None:
    ended = [storage.open_session("web", "en", "US")[1] for _ in range(5)]
    kept = storage.open_session("web", "en", "US")[1]
    for number, found in enumerate((*ended, kept)):
        turn(storage, found, last_script=f"utter_{number % 2}")
    silent = storage.open_session("web", "en", "US")[1]
    expire(engine, *ended, silent)
    assert len(storage.purge(900)) == 6
    assert storage.purge(900) == []
    assert counts(engine) == {("left", "utter_0"): 3, ("left", "utter_1"): 2}


def test_two_gateways_that_purge_at_once_count_each_once(engine: Engine, storage: Storage) -> None:
    found = [storage.open_session("web", "en", "US")[1] for _ in range(6)]
    for each in found:
        turn(storage, each, last_script="utter_x")
    with ThreadPoolExecutor(2) as both:
        for each in found:
            list(both.map(storage.forget, (each.id, each.id)))
    assert counts(engine) == {("left", "utter_x"): 6}


def test_a_chat_whose_time_is_over_is_counted_before_it_begins_anew(
    storage: Storage, engine: Engine
) -> None:
    found = storage.open_chat("telegram", "7", "en", "US")
    turn(storage, found, last_script="utter_x")
    expire(engine, found)
    assert storage.end_if_over("telegram", "7") == found.id
    assert counts(engine) == {("left", "utter_x"): 1}


def test_who_asks_to_be_forgotten_is_counted_no_more(storage: Storage, engine: Engine) -> None:
    found = storage.open_session("web", "en", "US")[1]
    turn(storage, found, ("situation", "deepfake"), last_script="utter_x", unclear="some words")
    turn(storage, found, ("situation", "sextortion"), last_script="utter_bye", alone=True)
    turn(storage, found, ("situation", "deepfake"), last_script="utter_y", unclear="more words")
    with engine.connect() as connection:
        row = connection.execute(select(session.c.counted, session.c.last_script)).one()
        assert (row.counted, row.last_script) == (FORGOTTEN, None)
        assert connection.execute(select(unclear)).all() == []
    storage.forget(found.id)
    assert counts(engine) == {("situation", "deepfake"): 1}


# Retention


def test_counts_are_kept_for_two_years(
    storage: Storage, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    common = {"channel": "web", "locale": "en", "measure": "left", "conversations": 1}
    weeks = ("2024-11-18", "2024-11-25", "2026-11-23")
    with engine.begin() as connection:
        for week in weeks:
            connection.execute(tally.insert().values(week=week, name=week, **common))
    monkeypatch.setattr(time, "time", lambda: NOW)
    storage.purge(900)
    assert {name for _, name in counts(engine)} == set(weeks[1:])


# Sentences that were not understood


def kept(engine: Engine) -> list[tuple[str, str, str]]:
    query = select(unclear.c.locale, unclear.c.words, unclear.c.voice).order_by(unclear.c.id)
    with engine.connect() as connection:
        return [(row.locale, row.words, row.voice) for row in connection.execute(query)]


def test_of_one_conversation_five_sentences_are_kept_at_most(
    storage: Storage, engine: Engine
) -> None:
    one, other = (storage.open_session("web", "es", "US")[1] for _ in range(2))
    for number in range(7):
        turn(storage, one, unclear=f"words {number}")
    turn(storage, other, unclear="words")
    rows = kept(engine)
    assert [words for _, words, _ in rows] == [*(f"words {n}" for n in range(5)), "words"]
    voices = {voice for *_, voice in rows}
    assert len(voices) == 2
    assert all(len(voice) == 16 and voice not in one.id + other.id for voice in voices)


def test_sentences_are_kept_for_thirty_days_and_outlive_their_conversation(
    storage: Storage, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = storage.open_session("web", "en", "US")[1]
    now = time.time()
    turn(storage, found, unclear="some words")
    storage.forget(found.id)
    for days, left in ((29, 1), (31, 0)):
        monkeypatch.setattr(time, "time", lambda days=days: now + days * 86_400)
        storage.purge(900)
        assert len(kept(engine)) == left


UNCLEAR = scripted("utter_unclear_menu")
IN_CRISIS = UNCLEAR.model_copy(update={"crisis_open": True})
A_CRISIS = scripted("utter_unclear_menu", crisis="self_harm")


@pytest.fixture(scope="module")
def redaction() -> Redaction:
    return Redaction.of(ROOT, ("en", "es"))


def learn(gateway: Gateway, redaction: Redaction) -> None:
    """As with HANDRAIL_LEARN_UNCLEAR=true."""
    turns = gateway.edge.conversations.turns
    turns.noticing = replace(turns.noticing, policy=load_policy(ROOT), redaction=redaction)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (UNCLEAR, ["my friend ▢ sent me ▢ pictures"]),
        (scripted("utter_greet"), []),
        (IN_CRISIS, []),
        (A_CRISIS, []),
    ],
)
async def test_redacted_words_are_kept_of_what_was_not_understood_alone(
    *,
    gateway: Gateway,
    worker: FakeWorker,
    redaction: Redaction,
    reply: WorkerReply,
    words: list[str],
) -> None:
    learn(gateway, redaction)
    text = "My friend Kowalski sent me 13 pictures"
    worker.replies[text] = reply
    found, _ = await gateway.begin("US")
    await gateway.say(found, text)
    rows = kept(gateway.edge.engine)
    assert [(locale, text) for locale, text, _ in rows] == [("en", each) for each in words]


async def test_nothing_is_kept_where_danger_was_heard(
    gateway: Gateway, worker: FakeWorker, redaction: Redaction
) -> None:
    learn(gateway, redaction)
    text = "i want to kill myself and my friend knows"
    worker.replies[text] = UNCLEAR
    found, _ = await gateway.begin("US")
    await gateway.say(found, text)
    assert kept(gateway.edge.engine) == []


async def test_a_pressed_button_is_no_sentence(
    gateway: Gateway, worker: FakeWorker, redaction: Redaction
) -> None:
    learn(gateway, redaction)
    found, welcome = await gateway.begin("US")
    label = welcome.messages[-1].buttons[0]
    for payload in ("/sextortion", "/image_shared", "/deepfake"):
        worker.replies[payload] = UNCLEAR
    await gateway.press(found, label.token)
    assert worker.texts
    assert kept(gateway.edge.engine) == []


async def test_unless_it_is_switched_on_no_word_is_kept(
    gateway: Gateway, worker: FakeWorker
) -> None:
    assert gateway.config.learn_unclear is False
    worker.replies["my friend sent me pictures"] = UNCLEAR
    found, _ = await gateway.begin("US")
    await gateway.say(found, "my friend sent me pictures")
    assert kept(gateway.edge.engine) == []
    assert ("fallback", "utter_unclear_menu") in counts(gateway.edge.engine)


async def test_a_fault_in_redacting_stops_no_answer_and_logs_no_word(
    gateway: Gateway,
    worker: FakeWorker,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(*_: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(Redaction, "words", fails)
    learn(gateway, Redaction({}))
    worker.replies[CANARY] = UNCLEAR
    found, _ = await gateway.begin("US")
    assert (await gateway.say(found, CANARY)).messages
    assert kept(gateway.edge.engine) == []
    assert "not redacted: ValueError" in caplog.text
    assert "canary" not in caplog.text


# Through the gateway


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=gateway.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://test") as opened:
        yield opened


SEXTORTION = {"situation": "sextortion"}
MEASURED = {
    "a situation": (
        WorkerReply(messages=[NamedScript(script="utter_sextortion_open")], context=SEXTORTION),
        {("situation", "sextortion")},
    ),
    "a step": (
        WorkerReply(messages=[NamedScript(script="utter_step_block", progress=(2, 7))]),
        {("step", "utter_step_block")},
    ),
    "a step of a whole plan, which is only named": (
        WorkerReply(messages=[NamedScript(script="utter_step_block", progress=(2, 7), part=True)]),
        set(),
    ),
    "a fallback": (scripted("utter_unclear_menu"), {("fallback", "utter_unclear_menu")}),
    "a crisis": (
        scripted("utter_self_harm_open", crisis="self_harm", crisis_open=True),
        {("crisis", "self_harm"), ("situation", "self_harm"), ("handoff", "crisis")},
    ),
    "a crisis whose card is added": (
        scripted("utter_greet", crisis="self_harm"),
        {("crisis", "self_harm"), ("situation", "self_harm"), ("crisis", "card")},
    ),
    "the crisis card": (scripted("utter_crisis_card"), {("crisis", "card")}),
    "a script that is in no release": (scripted("utter_greet", "utter_nowhere"), set()),
}


@pytest.mark.parametrize(("reply", "expected"), MEASURED.values(), ids=MEASURED)
async def test_what_an_answer_counts_for(
    gateway: Gateway, worker: FakeWorker, reply: WorkerReply, expected: set[tuple[str, str]]
) -> None:
    found, _ = await gateway.begin("US")
    worker.replies["hm"] = reply
    await gateway.say(found, "hm")
    counted = counts(gateway.edge.engine)
    # Which handoffs an edition has is the scripts' own affair.
    found_names = {key for key in counted if key[0] != "handoff" or key in expected}
    assert found_names == {("conversation", "all")} | expected
    assert set(counted.values()) == {1}


async def test_the_handoffs_of_what_was_said_are_counted(
    gateway: Gateway, worker: FakeWorker, release: Release
) -> None:
    found, _ = await gateway.begin("US")
    worker.replies["hm"] = scripted("utter_crisis_card")
    await gateway.say(found, "hm")
    (edition,) = release.editions_of("utter_crisis_card", "en")
    named = {name for measure, name in counts(gateway.edge.engine) if measure == "handoff"}
    assert named == set(edition.handoffs) and named


async def test_nothing_that_was_typed_is_in_a_count(gateway: Gateway, worker: FakeWorker) -> None:
    found, _ = await gateway.begin("US")
    await gateway.say(found, f"i want to tell {CANARY}")
    await gateway.edge.conversations.forget(found)
    with gateway.edge.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(select(tally))]
    assert len(rows) == 2
    assert "canary" not in str(rows) and found.id not in str(rows)


async def test_what_cannot_be_looked_at_is_answered_and_counted_as_a_conversation(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr("bot.gateway.noticing.compose", fails)
    found, _ = await gateway.begin("US")
    reply = await gateway.say(found, "hello")
    assert [each.message.script for each in reply.messages] == ["utter_greet"]
    assert counts(gateway.edge.engine) == {("conversation", "all"): 1}
    assert "canary" not in caplog.text


def test_every_script_of_the_policy_is_in_the_release(release: Release) -> None:
    policy = load_policy(ROOT)
    assert policy.fallback_scripts | policy.crisis_cards <= release.scripts
    unclear_scripts = {name for name in release.scripts if name.startswith("utter_unclear_")}
    assert unclear_scripts <= policy.fallback_scripts


@pytest.mark.parametrize("content", ["fallback_scripts: 7", "nonsense: []", "a: [", "[]"])
def test_a_policy_that_cannot_be_read_stops_nothing(
    tmp_path: Any, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "counting.yml").write_text(content)
    caplog.set_level(logging.ERROR)
    assert load_policy(tmp_path).fallback_scripts == frozenset()


# Helpers that are opened


async def begin(client: httpx.AsyncClient) -> dict[str, str]:
    answer = await client.post("/api/v1/conversations", json={"locale": "en", "country": "US"})
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def test_a_helper_that_is_opened_counts_once(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    bearer = await begin(client)
    for _ in range(3):
        answer = await client.post("/api/v1/opened", json={"resource": "us_911"}, headers=bearer)
        assert (answer.status_code, answer.content) == (204, b"")
    assert counts(gateway.edge.engine) == {("opened", "us_911"): 1}


@pytest.mark.parametrize("body", [{"resource": "nobody"}, {"resource": 7}, {}, {"resource": None}])
async def test_a_helper_that_is_not_in_the_directory_is_refused(
    client: httpx.AsyncClient, gateway: Gateway, body: dict[str, Any]
) -> None:
    answer = await client.post("/api/v1/opened", json=body, headers=await begin(client))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["messages"][0]["script"] == "utter_problem_bad_request"
    assert counts(gateway.edge.engine) == {}


async def test_without_a_conversation_nothing_is_counted(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    for headers in ({}, {"authorization": "Bearer nobody"}):
        answer = await client.post("/api/v1/opened", json={"resource": "us_911"}, headers=headers)
        assert answer.status_code == 401
    assert counts(gateway.edge.engine) == {}

"""Every forgery at every webhook: none is accepted, and none leaves a row behind."""

from __future__ import annotations

import copy
import re
import shutil
import time
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from bot.channels.configured import configured
from bot.channels.service import ChannelService
from bot.channels.simulator.messenger import MessengerSimulator
from bot.channels.simulator.platform import Delivery, Platform
from bot.channels.simulator.telegram import TelegramSimulator
from bot.channels.simulator.twilio import TwilioPlatform
from bot.edge import open_edge
from bot.gateway.app import build_gateway
from bot.gateway.sealing import secret_of
from bot.operations.playing import PUBLIC, all_platforms, platform_of
from bot.settings import Settings
from tests.channels.apps import CHANNELS, Apps, contact, open_copy
from tests.channels.forging import messenger, slack, telegram, twilio
from tests.gateway.fakes import FakeWorker, scripted

pytestmark = pytest.mark.asyncio(loop_scope="module")
on_every_channel = pytest.mark.parametrize("channel", CHANNELS)
on_every_webhook = pytest.mark.parametrize("name", ["telegram", "twilio", "messenger", "slack"])
TABLES = ("session", "inbox", "outbox", "seen", "button", "dead_letter")
Lines = list[tuple[str, str]]
Forgeries = dict[str, tuple[Lines, bytes]]

# What the issue names. A replay is no forgery by what stands in it: it has tests of its own below.
NAMED = frozenset(
    (
        *("none", "wrong", "truncated", "other_algorithm", "changed_body", "old_time"),
        *("future_time", "upper_case_hex", "doubled_header", "empty_secret", "non_ascii"),
    )
)
_UNSIGNED = "Telegram repeats a secret and signs nothing: who has it may say whatever they like"
NOT_POSSIBLE: Mapping[tuple[str, str], str] = {
    ("telegram", "changed_body"): _UNSIGNED,
    ("telegram", "old_time"): _UNSIGNED,
    ("telegram", "future_time"): _UNSIGNED,
}


def forged_on_whatsapp(platform: TwilioPlatform) -> Forgeries:
    """The forgeries of an SMS, made of a message of WhatsApp's."""
    other = copy.copy(platform)
    other.says = lambda who, text: platform.says(f"whatsapp:{who}", text)  # type: ignore[method-assign]
    return twilio.forgeries(other)


FORGING: Mapping[str, Callable[..., Forgeries]] = {
    "telegram": telegram.forgeries,
    "whatsapp": forged_on_whatsapp,
    "sms": twilio.forgeries,
    "messenger": messenger.forgeries,
    "slack": slack.forgeries,
}


def forged(channel: str, platforms: Mapping[str, Platform]) -> Forgeries:
    return FORGING[channel](platforms[platform_of(channel)])


NAMES = {channel: tuple(forged(channel, all_platforms())) for channel in CHANNELS}
MATRIX = [(channel, name) for channel, names in NAMES.items() for name in names]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> FakeWorker:
    return FakeWorker(replies={"/delete_data": scripted("utter_delete_data")})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(
    recorded: Path, quick: None, worker: FakeWorker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Apps]:
    """One gateway for all tests: a forgery leaves nothing behind in it."""
    folder = tmp_path_factory.mktemp("forgeries")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.gateway.settling.QUIET_SECONDS", 0.02)
        async with open_copy(recorded, folder, worker) as opened:
            yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def closed(
    recorded: Path, quick: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway with none of the channels set up, as `handrail run` builds it then."""
    folder = tmp_path_factory.mktemp("closed")
    shutil.copy(recorded, folder)
    config = Settings(_env_file=None, data_folder=folder, public_url=PUBLIC)
    edge = open_edge(config, FakeWorker())
    secret = secret_of(config)
    service = ChannelService.over(
        edge.conversations, edge.engine, secret, configured(config, secret), config.body_limit
    )
    app = build_gateway(edge.conversations, config, edge.releases.load, channels=service)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=PUBLIC) as client:
        yield client
    edge.engine.dispose()


def address(channel: str) -> str:
    return f"/webhooks/{platform_of(channel)}"


def in_bytes(value: str) -> bytes:
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


async def post(
    client: httpx.AsyncClient, path: str, lines: Lines, body: bytes, method: str = "POST"
) -> httpx.Response:
    """With the header lines as they are: twice, empty, in other letters."""
    raw = [(name.encode(), in_bytes(value)) for name, value in lines]
    return await client.request(method, path, headers=raw, content=body)


async def again(town: Apps, delivery: Delivery) -> httpx.Response:
    lines = list(delivery.headers.items())
    return await post(town.client, delivery.path, lines, delivery.body)


def rows(town: Apps) -> dict[str, int]:
    return {table: town.rows(table) for table in TABLES}


@on_every_channel
async def test_every_forgery_that_the_issue_names_is_tried_or_explained(channel: str) -> None:
    missing = NAMED - set(NAMES[channel])
    assert missing == {name for where, name in NOT_POSSIBLE if where == channel}
    assert all(NOT_POSSIBLE.values())


@on_every_channel
async def test_the_same_request_with_its_proof_is_accepted(
    town: Apps, channel: str, person: int
) -> None:
    """Or the tests below could pass for another reason than the proof."""
    before = rows(town)
    delivery = town.platform(channel).says(contact(channel, person), "they want money")
    assert (await again(town, delivery)).status_code == 200
    await town.rest()
    after = rows(town)
    assert {table for table in TABLES if after[table] > before[table]} >= {"session", "seen"}
    assert town.seen(channel, person)


@pytest.mark.parametrize(("channel", "name"), MATRIX)
async def test_a_forgery_is_refused_and_counted_and_leaves_no_row(
    town: Apps, worker: FakeWorker, channel: str, name: str
) -> None:
    lines, body = forged(channel, town.platforms)[name]
    before, taken = rows(town), len(worker.taken)
    counter = f"forged_{platform_of(channel)}"
    counted, received = town.count(counter), town.count(f"received_{channel}")
    answer = await post(town.client, address(channel), lines, body)
    assert answer.status_code == 403
    assert town.count(counter) == counted + 1
    assert rows(town) == before
    assert (town.count(f"received_{channel}"), len(worker.taken)) == (received, taken)


@on_every_webhook
async def test_a_forgery_is_told_nothing_of_what_is_wrong_and_where_help_is(
    town: Apps, name: str
) -> None:
    forgeries = forged("sms" if name == "twilio" else name, town.platforms)
    answers = [
        await post(town.client, f"/webhooks/{name}", lines, body)
        for lines, body in forgeries.values()
    ]
    told = {re.sub(r'"id":"[0-9a-f]{32}"', "", answer.text) for answer in answers}
    assert len(told) == 1
    assert "988" in answers[0].text, "the crisis card"


@on_every_webhook
@pytest.mark.parametrize("query", ["", "?hub.mode=subscribe&hub.challenge=1&hub.verify_token="])
async def test_a_get_without_a_proof_is_refused(town: Apps, name: str, query: str) -> None:
    before, counted = rows(town), town.count(f"forged_{name}")
    answer = await post(town.client, f"/webhooks/{name}{query}", [], b"", "GET")
    assert answer.status_code == 403
    assert town.count(f"forged_{name}") == counted + 1
    assert rows(town) == before


@on_every_channel
async def test_a_proof_of_another_channel_is_none(town: Apps, channel: str) -> None:
    counter = f"forged_{platform_of(channel)}"
    others = [other for other in CHANNELS if platform_of(other) != platform_of(channel)]
    for other in others:
        before, counted = rows(town), town.count(counter)
        sent = town.platform(other).says(contact(other, 1), "they want money")
        answer = await post(town.client, address(channel), list(sent.headers.items()), sent.body)
        assert (answer.status_code, town.count(counter)) == (403, counted + 1), other
        assert rows(town) == before


@on_every_channel
async def test_a_replay_is_the_retry_of_a_platform_and_writes_nothing(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    platform = town.platform(channel)
    delivery = platform.says(contact(channel, person), "they want money")
    await town.given(delivery)
    before, shown, taken = rows(town), len(platform.shown), len(worker.taken)
    for _ in range(3):
        assert (await again(town, delivery)).status_code == 200
        await town.rest()
    assert rows(town) == before
    assert (len(platform.shown), len(worker.taken)) == (shown, taken)


@on_every_channel
async def test_a_replay_of_what_was_erased_brings_nothing_back(
    town: Apps, worker: FakeWorker, channel: str, person: int
) -> None:
    platform, who = town.platform(channel), contact(channel, person)
    stored = ("session", "inbox", "outbox", "button")
    nobody = {table: town.rows(table) for table in stored}
    deliveries = [platform.says(who, text) for text in ("they want money", "FORGET")]
    for delivery in deliveries:
        await town.given(delivery)
    assert {table: town.rows(table) for table in stored} == nobody, "erased"
    before, shown, taken = rows(town), len(platform.shown), len(worker.taken)
    for delivery in deliveries:
        assert (await again(town, delivery)).status_code == 200
        await town.rest()
    assert rows(town) == before
    assert (len(platform.shown), len(worker.taken)) == (shown, taken)


@pytest.mark.parametrize(("days", "accepted"), [(8, False), (7.01, False), (6.9, True)])
async def test_an_update_of_telegram_is_too_old_once_its_repetition_would_be_unknown(
    town: Apps, person: int, days: float, accepted: bool
) -> None:
    platform, who = town.platform("telegram"), contact("telegram", person)
    assert isinstance(platform, TelegramSimulator)
    message = platform.message(who, text="they want money")
    message["date"] = int(time.time() - days * 86_400)
    before, old = rows(town), town.count("too_old")
    await town.given(platform.updates(message=message))
    assert (rows(town) != before) is accepted
    assert town.count("too_old") - old == (not accepted)


async def test_an_event_of_messenger_that_is_eight_days_old_writes_nothing(
    town: Apps, person: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform, who = town.platform("messenger"), contact("messenger", person)
    assert isinstance(platform, MessengerSimulator)
    before, old = rows(town), town.count("too_old")
    monkeypatch.setattr(platform, "now", lambda: time.time() - 8 * 86_400)
    await town.given(platform.says(who, "they want money"))
    assert (rows(town), town.count("too_old")) == (before, old + 1)


@pytest.mark.parametrize(("channel", "name"), MATRIX)
async def test_a_channel_that_is_not_set_up_refuses_every_forgery(
    closed: httpx.AsyncClient, channel: str, name: str
) -> None:
    lines, body = forged(channel, all_platforms())[name]
    assert (await post(closed, address(channel), lines, body)).status_code == 403


@on_every_webhook
@pytest.mark.parametrize("query", ["", "?hub.mode=subscribe&hub.challenge=1&hub.verify_token="])
async def test_a_channel_that_is_not_set_up_refuses_a_get(
    closed: httpx.AsyncClient, name: str, query: str
) -> None:
    assert (await closed.get(f"/webhooks/{name}{query}")).status_code == 403

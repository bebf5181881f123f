"""From its last day on the service gives everybody one answer, whatever else is broken."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from bot.content.release import Release
from bot.content.render import UnknownScript
from bot.edge import open_edge
from bot.gateway.answers import inbox, outbox
from bot.gateway.errors import StorageDown, TokenUnknown
from bot.gateway.retirement import Retirement, utc_today
from bot.gateway.storage import session as session_table
from tests.gateway.fakes import FakeWorker, Gateway

DAY = date(2027, 6, 30)
FAREWELL = ["utter_retired", "utter_crisis_card"]
TEXTS = ["hello", "", "/restart", "someone threatens me", "forget", "\x00", "x" * 100_000]
CRISES = ["i want to kill myself", "quiero matarme", "he has a knife and is outside my door"]


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(gateway.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://handrail.test") as client:
        yield client


@pytest.fixture
def over(gateway: Gateway) -> Gateway:
    """The gateway on its last day."""
    set_clock(gateway, DAY)
    return gateway


def set_clock(gateway: Gateway, today: date) -> None:
    gateway.edge.conversations.retirement = Retirement(DAY, lambda: today)


async def begin(client: httpx.AsyncClient, **body: str) -> dict[str, Any]:
    answer = await client.post("/api/v1/conversations", json=body)
    assert answer.status_code == 201
    return dict(answer.json())


async def send(client: httpx.AsyncClient, token: str, **body: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}", "idempotency-key": uuid.uuid4().hex}
    return await client.post("/api/v1/messages", json=body, headers=headers)


def told(body: dict[str, Any]) -> list[str]:
    return [message["script"] for message in body["messages"]]


def dialled(body: dict[str, Any]) -> list[str]:
    """Every number to call that an answer shows, once for each time that it is shown."""
    helpers = [one for message in body["messages"] for one in message["resources"]]
    return [one["phone"]["dial"] for one in helpers if one["phone"]]


def rows(gateway: Gateway) -> list[str]:
    with gateway.edge.engine.connect() as connection:
        return [
            str(row)
            for table in (session_table, inbox, outbox)
            for row in connection.execute(select(table))
        ]


def break_database(gateway: Gateway) -> None:
    with gateway.edge.engine.begin() as connection:
        for table in ("outbox", "inbox", "session"):
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO away_{table}")


async def test_the_service_ends_when_its_day_begins_without_a_restart(
    client: httpx.AsyncClient, gateway: Gateway, worker: FakeWorker
) -> None:
    set_clock(gateway, date(2027, 6, 1))
    token = (await begin(client))["token"]
    for today, ended in (
        (date(2027, 6, 29), False),
        (date(2027, 6, 30), True),
        (date(2027, 7, 1), True),
        (date(2031, 1, 1), True),
    ):
        set_clock(gateway, today)
        answer = (await send(client, token, text=f"it is {today}")).json()
        assert gateway.edge.conversations.retired is ended
        assert told(answer) == (FAREWELL if ended else ["utter_greet"])
        assert told(await begin(client)) == (FAREWELL if ended else ["utter_welcome"])
    assert worker.texts == ["it is 2027-06-29"]


def test_without_a_day_it_never_ends() -> None:
    assert not Retirement(None, lambda: date.max).begun


@pytest.mark.parametrize(("day", "ended"), [(date(2000, 1, 1), True), (date(2999, 1, 1), False)])
def test_the_day_is_that_of_the_settings_by_the_real_clock(
    gateway: Gateway, day: date, ended: bool
) -> None:
    edge = open_edge(gateway.config.model_copy(update={"retirement_date": day}), FakeWorker())
    assert edge.conversations.retired is ended
    edge.engine.dispose()


def test_the_day_is_counted_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        for hours in (14, -12):  # 26 hours apart: it is another day in one of them
            monkeypatch.setenv("TZ", f"XXX{-hours}")
            time.tzset()
            assert utc_today().isoformat() == time.strftime("%Y-%m-%d", time.gmtime())
    finally:
        monkeypatch.undo()
        time.tzset()


async def test_a_text_is_answered_by_the_farewell_and_neither_stored_nor_passed_on(
    client: httpx.AsyncClient, gateway: Gateway, worker: FakeWorker
) -> None:
    token = (await begin(client))["token"]
    before = rows(gateway)
    assert len(before) == 1
    set_clock(gateway, DAY)
    for text in (*TEXTS, *CRISES):
        answer = await send(client, token, text=text)
        assert answer.status_code == 200, text
        assert told(answer.json()) == FAREWELL, text
        assert answer.json()["crisis"] is (text in CRISES), text
    assert rows(gateway) == before
    assert worker.taken == []


async def test_a_button_of_before_is_answered_by_the_farewell(
    client: httpx.AsyncClient, gateway: Gateway, worker: FakeWorker
) -> None:
    started = await begin(client)
    set_clock(gateway, DAY)
    pressed = started["messages"][0]["buttons"][0]["token"]
    answer = await send(client, started["token"], button=pressed)
    assert (told(answer.json()), answer.json()["crisis"]) == (FAREWELL, False)
    assert worker.taken == []


async def test_no_token_and_no_button_needs_to_be_valid(
    client: httpx.AsyncClient, over: Gateway
) -> None:
    bodies: tuple[dict[str, str], ...] = ({"text": "hello"}, {"button": "forged"}, {})
    for token in ("forged", "", "0" * 5000):
        for body in bodies:
            answer = await send(client, token, **body)
            assert answer.status_code == 200, (token, body)
            assert told(answer.json()) == FAREWELL, (token, body)
    assert rows(over) == []


async def test_a_conversation_that_begins_gets_a_token_that_nobody_keeps(
    client: httpx.AsyncClient, over: Gateway
) -> None:
    first, second = await begin(client), await begin(client)
    assert set(first) == {"token", "messages", "expires_in"}
    assert len(first["token"]) >= 22  # 128 bits and more
    assert first["token"] != second["token"]
    assert rows(over) == []
    assert told((await send(client, first["token"], text="hello")).json()) == FAREWELL


PLACES = [
    ("en", "US", "This service has ended", "911", "999"),
    ("en", "GB", "This service has ended", "999", "911"),
    ("es", "MX", "Este servicio terminó", "911", "999"),
    ("es", "ES", "Este servicio terminó", "112", "911"),
    ("es-MX", "us", "Este servicio terminó", "911", "112"),
    ("fr", None, "This service has ended", "911", "112"),
]


async def test_the_farewell_has_the_language_and_the_helplines_of_the_person(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    for locale, country, opening, emergency, foreign in PLACES:
        wanted = {"locale": locale} | ({"country": country} if country else {})
        set_clock(gateway, date(2027, 6, 29))
        token = (await begin(client, **wanted))["token"]
        set_clock(gateway, DAY)
        for body in (await begin(client, **wanted), (await send(client, token, text="hm")).json()):
            over, card = body["messages"]
            assert over["text"].startswith(opening)
            assert emergency in over["text"]
            assert foreign not in dialled(body)
            assert dialled(body).count(emergency) == 1
            assert card["locale"] == over["locale"] == locale[:2].replace("fr", "en")
            assert over["buttons"] == card["buttons"] == []


async def test_a_country_that_is_no_code_gets_the_default_ones_helplines(over: Gateway) -> None:
    _, card = over.edge.conversations.farewell("en", "Atlantis")
    assert "us_911" in [helper.id for helper in card.message.resources]


async def test_the_farewell_needs_neither_database_nor_worker(
    client: httpx.AsyncClient, over: Gateway, worker: FakeWorker
) -> None:
    worker.down = True
    break_database(over)
    body = await begin(client, locale="es", country="ES")
    assert told(body) == FAREWELL
    for text in ("hello", *CRISES):
        answer = await send(client, body["token"], text=text)
        assert (answer.status_code, told(answer.json())) == (200, FAREWELL)
        assert answer.json()["crisis"] is (text in CRISES)
        assert dialled(answer.json())


async def test_a_release_that_has_no_farewell_still_shows_the_helplines(
    client: httpx.AsyncClient, over: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker = over.edge.conversations.speaker
    before = speaker.release
    index = {key: value for key, value in before._index.items() if key[0] != "utter_retired"}
    older = Release(**{**before.__dict__, "_index": index})
    monkeypatch.setattr(speaker, "_release", lambda: older)
    with pytest.raises(UnknownScript):
        speaker.say("utter_retired", locale="en", country=None)
    body = await begin(client)
    assert told(body) == FAREWELL[1:]
    assert dialled(body)


async def test_an_event_stream_carries_the_farewell(
    client: httpx.AsyncClient, over: Gateway
) -> None:
    headers = {"authorization": "Bearer x", "idempotency-key": "k", "accept": "text/event-stream"}
    answer = await client.post("/api/v1/messages", json={"text": CRISES[0]}, headers=headers)
    events = [line.split(": ", 1)[1] for line in answer.text.splitlines() if "event: " in line]
    assert events == ["message", "message", "done"]
    assert '"crisis": true' in answer.text.splitlines()[-2]


async def test_a_conversation_of_before_can_still_be_erased(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    bearer = {"authorization": f"Bearer {(await begin(client))['token']}"}
    set_clock(gateway, DAY)
    first, second = [await client.delete("/api/v1/conversation", headers=bearer) for _ in range(2)]
    assert (first.status_code, second.status_code) == (204, 401)
    assert rows(gateway) == []


async def test_it_is_never_said_that_something_was_erased_when_it_was_not(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    bearer = {"authorization": f"Bearer {(await begin(client))['token']}"}
    set_clock(gateway, DAY)
    break_database(gateway)
    answer = await client.delete("/api/v1/conversation", headers=bearer)
    assert answer.status_code == 503
    conversations = gateway.edge.conversations
    with pytest.raises(StorageDown):
        await conversations.forget(await conversations.find("x"))


async def test_before_its_day_a_stranger_is_told_so(gateway: Gateway) -> None:
    set_clock(gateway, date(2027, 6, 29))
    with pytest.raises(TokenUnknown):
        await gateway.edge.conversations.find("forged")


async def test_the_help_card_and_the_health_of_the_service_stay(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    async def shown() -> Any:
        body = (await client.get("/api/v1/help", params={"country": "GB"})).json()
        return [{**message, "id": None} for message in body["messages"]]

    before = await shown()
    set_clock(gateway, DAY)
    assert await shown() == before
    assert (await client.get("/healthz")).status_code == 200

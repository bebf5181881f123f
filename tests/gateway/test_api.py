"""The web API keeps every line of its contract."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from bot.headers import HEADERS
from tests.gateway.fakes import FakeWorker, Gateway, scripted

PROBLEM = "application/problem+json"
MESSAGE_FIELDS = {"id", "script", "edition", "locale", "says", "text", "buttons", "resources"}
CARD_FIELDS = {"id", "name", "what", "url", "phone", "sms", "hours", "cost", "anonymous"}


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(gateway.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://handrail.test") as client:
        yield client


async def begin(client: httpx.AsyncClient, **body: str) -> str:
    answer = await client.post("/api/v1/conversations", json=body)
    assert answer.status_code == 201
    return str(answer.json()["token"])


async def send(
    client: httpx.AsyncClient, token: str, body: Any, key: str | None = None, **headers: str
) -> httpx.Response:
    headers |= {"authorization": f"Bearer {token}", "idempotency-key": key or uuid.uuid4().hex}
    return await client.post("/api/v1/messages", json=body, headers=headers)


def assert_problem(answer: httpx.Response, status: int) -> None:
    """A problem that a program and a person can read, and that repeats nothing that was sent."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    body = answer.json()
    assert body["status"] == status
    assert body["title"]
    assert body["messages"]
    for message in body["messages"]:
        assert set(message) == MESSAGE_FIELDS
        assert len(message["text"]) > 20
    # Somebody may have typed a cry for help into a conversation that was over.
    card = body["messages"][-1]
    assert card["script"] == "utter_crisis_card"
    assert "us_911" in {helper["id"] for helper in card["resources"]}
    assert "canary" not in answer.text


async def test_a_conversation_begins_with_a_token_and_the_welcome(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/api/v1/conversations", json={"locale": "en", "country": "US"})
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == {"token", "messages", "expires_in"}
    assert body["expires_in"] == 24 * 3600
    assert len(body["token"]) >= 22  # 128 bits and more
    (welcome,) = body["messages"]
    assert set(welcome) == MESSAGE_FIELDS
    assert welcome["script"] == "utter_welcome"
    assert all(set(button) == {"label", "token"} for button in welcome["buttons"])


async def test_the_body_of_the_first_request_may_be_absent(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/v1/conversations")).status_code == 201
    assert (await client.post("/api/v1/conversations", json={})).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"country": "USA"},
        {"country": "ß"},
        {"country": 1},
        {"locale": ["en"]},
        ["canary"],
        "canary",
    ],
    ids=str,
)
async def test_a_wrong_beginning_is_a_problem(client: httpx.AsyncClient, body: Any) -> None:
    assert_problem(await client.post("/api/v1/conversations", json=body), 422)


@pytest.mark.parametrize("locale", ["xx", "x" * 9, "", "zh-Hant-TW", "-", "en-US", "EN_gb"])
async def test_a_language_that_is_not_offered_is_answered_in_the_first_one(
    client: httpx.AsyncClient, locale: str
) -> None:
    answer = await client.post("/api/v1/conversations", json={"locale": locale})
    assert answer.json()["messages"][0]["locale"] == "en"


async def test_a_browsers_locale_and_a_country_in_small_letters_are_understood(
    client: httpx.AsyncClient, worker: FakeWorker
) -> None:
    token = await begin(client, locale="en-US", country="gb")
    worker.replies["help"] = scripted("utter_step_stop_contact")
    await send(client, token, {"text": "help"})
    await send(client, token, {"text": "i did it"})
    metadata = worker.taken[0]["metadata"]
    assert (metadata["locale"], metadata["country"]) == ("en", "GB")
    assert worker.texts[1] == '/affirm{"choice":"done"}', "a typed synonym"


async def test_a_message_is_answered(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    worker.replies["they want money"] = scripted("utter_sextortion_handoff")
    answer = await send(client, await begin(client), {"text": "they want money"})
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"messages", "crisis"}
    assert body["crisis"] is False
    (message,) = body["messages"]
    assert set(message) == MESSAGE_FIELDS
    assert re.fullmatch(r"utter_sextortion_handoff@[0-9a-f]{12}", message["edition"])
    assert message["resources"]
    assert all(set(card) == CARD_FIELDS for card in message["resources"])


async def test_a_step_says_which_of_how_many_it_is_and_other_messages_lack_the_field(
    client: httpx.AsyncClient, worker: FakeWorker
) -> None:
    named = scripted("utter_step_stop_contact", "utter_unclear_choices")
    named.messages[0].progress = (2, 3)
    worker.replies["help"] = named
    answer = await send(client, await begin(client), {"text": "help"})
    step, other = answer.json()["messages"]
    assert set(step) == MESSAGE_FIELDS | {"progress"}
    assert step["progress"] == {"step": 2, "of": 3}
    assert set(other) == MESSAGE_FIELDS


async def test_a_button_is_a_message(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    started = (await client.post("/api/v1/conversations")).json()
    token = started["messages"][0]["buttons"][0]["token"]
    assert (await send(client, started["token"], {"button": token})).status_code == 200
    assert worker.texts == ["/sextortion"]


async def test_no_answer_names_a_payload(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    worker.replies["help"] = scripted("utter_step_stop_contact")
    started = await client.post("/api/v1/conversations")
    answer = await send(client, started.json()["token"], {"text": "help"})
    for text in (started.text, answer.text):
        assert "payload" not in text
        assert "/affirm" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": "Bearer wrong"},
        {"authorization": "Basic dXNlcjpwYXNz"},
        {"authorization": "Bearer " + "x" * 5000},
    ],
    ids=lambda headers: str(headers)[:40],
)
async def test_a_wrong_token_is_refused(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    keyed = {**headers, "idempotency-key": "k"}
    answer = await client.post("/api/v1/messages", json={"text": "canary"}, headers=keyed)
    assert_problem(answer, 401)
    assert_problem(await client.delete("/api/v1/conversation", headers=headers), 401)


@pytest.mark.parametrize("key", [None, ""])
async def test_a_message_without_a_key_is_refused(
    client: httpx.AsyncClient, key: str | None
) -> None:
    headers = {"authorization": f"Bearer {await begin(client)}"}
    if key is not None:
        headers["idempotency-key"] = key
    answer = await client.post("/api/v1/messages", json={"text": "canary"}, headers=headers)
    assert_problem(answer, 400)


async def test_the_same_key_gives_the_same_answer(
    client: httpx.AsyncClient, worker: FakeWorker
) -> None:
    token = await begin(client)
    first = (await send(client, token, {"text": "help"}, "k")).json()
    again = (await send(client, token, {"text": "help"}, "k")).json()
    for answer in (first, again):
        for message in answer["messages"]:
            message["buttons"] = [button["label"] for button in message["buttons"]]
    assert first == again
    assert worker.texts == ["help"]


async def test_the_same_key_with_another_body_is_refused(client: httpx.AsyncClient) -> None:
    token = await begin(client)
    await send(client, token, {"text": "help"}, "k")
    assert_problem(await send(client, token, {"text": "canary"}, "k"), 422)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "canary", "button": "canary"},
        {"text": 1},
        {"text": ["canary"]},
        {"text": {"canary": 1}},
        {"text": None},
        {"button": 5},
        ["canary"],
        "canary",
        None,
        7,
    ],
    ids=json.dumps,
)
async def test_a_wrong_message_is_a_problem(
    client: httpx.AsyncClient, worker: FakeWorker, body: Any
) -> None:
    assert_problem(await send(client, await begin(client), body), 422)
    assert worker.texts == []


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"text":"canary"', b"NaN"],
    ids=lambda r: str(r)[:20],
)
async def test_what_is_no_json_is_a_problem(client: httpx.AsyncClient, raw: bytes) -> None:
    headers = {"authorization": f"Bearer {await begin(client)}", "idempotency-key": "k"}
    answer = await client.post("/api/v1/messages", content=raw, headers=headers)
    assert_problem(answer, 422)


async def test_a_body_that_is_too_large_is_not_read_to_its_end(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 10_000
            yield b"x" * 10_000

    headers = {"authorization": f"Bearer {await begin(client)}", "idempotency-key": "k"}
    answer = await client.post("/api/v1/messages", content=endless(), headers=headers)
    assert_problem(answer, 413)
    assert sent <= gateway.config.body_limit + 20_000


async def test_a_hundred_thousand_letters_are_a_message(
    client: httpx.AsyncClient, worker: FakeWorker, gateway: Gateway
) -> None:
    answer = await send(client, await begin(client), {"text": "help " * 20_000})
    assert answer.status_code == 200
    assert len(worker.texts[0]) <= gateway.config.text_limit


@pytest.mark.parametrize(
    "button", ["A" * 80, "", "\ud800", "x" * 10_000], ids=lambda b: repr(b)[:12]
)
async def test_a_forged_button_is_refused(
    client: httpx.AsyncClient, worker: FakeWorker, button: str
) -> None:
    token = await begin(client)
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "k"}
    body = json.dumps({"button": button})
    assert_problem(await client.post("/api/v1/messages", content=body, headers=headers), 400)
    assert worker.texts == []


async def test_a_deleted_conversation_is_gone(client: httpx.AsyncClient) -> None:
    token = await begin(client)
    headers = {"authorization": f"Bearer {token}"}
    answer = await client.delete("/api/v1/conversation", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_problem(await send(client, token, {"text": "canary"}), 401)
    assert_problem(await client.delete("/api/v1/conversation", headers=headers), 401)


EMERGENCY = {"US": "us_911", "us": "us_911", "GB": "gb_999", "CA": "ca_911", "AU": "au_000"}


@pytest.mark.parametrize(("country", "first"), EMERGENCY.items(), ids=list(EMERGENCY))
async def test_help_is_that_of_the_country(
    client: httpx.AsyncClient, release: Any, country: str, first: str
) -> None:
    answer = await client.get("/api/v1/help", params={"country": country, "locale": "en"})
    assert answer.status_code == 200
    (message,) = answer.json()["messages"]
    cards = {card["id"] for card in message["resources"]}
    known = {resource.id for resource in release.directory.resources.values()}
    assert cards <= known
    emergency = [
        name for name in cards if name.startswith(country.lower()) or name.endswith("emergency")
    ]
    assert emergency, f"no helper of {country} among {sorted(cards)}"
    if first in known:
        assert first in cards


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"country": "ZZ"},
        {"locale": "xx"},
        {"country": ""},
        {"country": "usa"},
        {"country": "U1"},
        {"country": "ß"},
        {"country": "x" * 5000},
        {"locale": "en-US"},
        {"locale": "x" * 5000},
    ],
    ids=lambda query: str(query)[:30],
)
async def test_help_is_always_there(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    answer = await client.get("/api/v1/help", params=query)
    assert answer.status_code == 200
    helpers = {card["id"] for card in answer.json()["messages"][0]["resources"]}
    assert "us_911" in helpers or query == {"country": "ZZ"}
    assert helpers


async def test_an_event_stream_carries_the_same_messages(
    client: httpx.AsyncClient, worker: FakeWorker
) -> None:
    worker.replies["help"] = scripted("utter_thank", "utter_goodbye")
    token = await begin(client)
    answer = await send(client, token, {"text": "help"}, accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    assert [event[0] for event in events] == ["event: message", "event: message", "event: done"]
    read = [json.loads(event[1].removeprefix("data: ")) for event in events]
    assert [message["script"] for message in read[:2]] == ["utter_thank", "utter_goodbye"]
    assert read[2] == {"crisis": False}


async def test_a_crisis_is_a_flag_of_the_answer(client: httpx.AsyncClient) -> None:
    answer = await send(client, await begin(client), {"text": "i want to kill myself"})
    assert answer.json()["crisis"] is True
    assert answer.json()["messages"][0]["resources"]


async def test_the_description_names_every_route_and_every_problem(
    client: httpx.AsyncClient,
) -> None:
    described = (await client.get("/api/v1/openapi.json")).json()
    paths = described["paths"]
    assert {
        ("/api/v1/conversations", "post"),
        ("/api/v1/messages", "post"),
        ("/api/v1/opened", "post"),
        ("/api/v1/conversation", "delete"),
        ("/api/v1/help", "get"),
    } <= {(path, method) for path, methods in paths.items() for method in methods}
    send_answers = paths["/api/v1/messages"]["post"]["responses"]
    assert {"200", "400", "401", "413", "422", "503"} <= set(send_answers)
    assert PROBLEM in send_answers["401"]["content"]


def routes_of(routes: list[BaseRoute]) -> Iterator[APIRoute]:
    """Every route, also those of routers that FastAPI keeps whole."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes_of(inner.routes)


def test_every_route_says_who_may_call_it(gateway: Gateway) -> None:
    routes = list(routes_of(gateway.app.routes))
    assert {"/api/v1/messages", "/healthz", "/chat"} <= {route.path for route in routes}
    for route in routes:
        declared = (route.openapi_extra or {}).get("x-may-call")
        assert declared in ("everybody", "bearer of the conversation's token"), (
            f"{route.path} does not say who may call it. Add "
            'openapi_extra={"x-may-call": EVERYBODY} or BEARER_OF_TOKEN (bot/gateway/api.py) '
            "to its decorator, and check the token in the second case."
        )


async def test_what_a_bearer_alone_may_call_refuses_everybody_else(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    for route in routes_of(gateway.app.routes):
        if (route.openapi_extra or {}).get("x-may-call") == "everybody":
            continue
        for method in route.methods:
            answer = await client.request(method, route.path, json={"text": "canary"})
            assert_problem(answer, 401)


PLACES = {
    "a page": ("GET", "/"),
    "about": ("GET", "/about"),
    "leave": ("GET", "/leave"),
    "help": ("GET", "/api/v1/help"),
    "health": ("GET", "/healthz"),
    "readiness": ("GET", "/readyz"),
    "the description": ("GET", "/api/v1/openapi.json"),
    "a new conversation": ("POST", "/api/v1/conversations"),
    "a refused message": ("POST", "/api/v1/messages"),
    "nothing there": ("GET", "/nothing/there"),
    "a wrong method": ("PUT", "/api/v1/messages"),
}


@pytest.mark.parametrize(("method", "path"), PLACES.values(), ids=PLACES)
async def test_every_answer_carries_the_security_headers(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path)
    missing = [name for name in HEADERS if name not in answer.headers]
    assert not missing
    assert "set-cookie" not in answer.headers
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing/there", 404), ("PUT", "/api/v1/messages", 405)],
)
async def test_what_is_not_there_is_a_readable_problem(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    assert_problem(await client.request(method, path), status)


async def test_a_fault_of_ours_is_answered_and_says_nothing_of_it(
    client: httpx.AsyncClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await begin(client)

    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("canary")

    monkeypatch.setattr(gateway.edge.conversations, "send", broken)
    answer = await send(client, token, {"text": "help"})
    assert_problem(answer, 503)
    assert gateway.edge.conversations.counters["unexpected"] == 1
    missing = [name for name in HEADERS if name not in answer.headers]
    assert not missing


async def test_a_database_that_is_down_is_a_problem_that_a_person_can_read(
    client: httpx.AsyncClient, gateway: Gateway
) -> None:
    token = await begin(client)
    with gateway.edge.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE inbox RENAME TO away")
    assert_problem(await send(client, token, {"text": "canary"}), 503)
    with gateway.edge.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE session RENAME TO gone")
    assert_problem(await send(client, token, {"text": "canary"}), 503)
    assert_problem(await client.post("/api/v1/conversations"), 503)
    assert (await client.get("/api/v1/help")).json()["messages"][0]["resources"]
    assert (await client.get("/healthz")).status_code == 200


async def test_health_is_that_of_the_card_and_readiness_that_of_the_worker(
    client: httpx.AsyncClient, worker: FakeWorker
) -> None:
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200
    worker.down = True
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 503


async def test_without_a_card_it_is_not_healthy(
    client: httpx.AsyncClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = gateway.edge.conversations
    empty = conversations.help(None, None).model_copy(update={"resources": []})
    monkeypatch.setattr(conversations, "help", lambda locale, country: empty)
    assert (await client.get("/healthz")).status_code == 503


@pytest.mark.parametrize("channel", ["telegram", "twilio", "messenger", "slack"])
async def test_a_webhook_that_is_not_configured_lets_nothing_in(
    client: httpx.AsyncClient, worker: FakeWorker, channel: str
) -> None:
    answer = await client.post(f"/webhooks/{channel}", json={"message": {"text": "help"}})
    assert answer.status_code in (403, 404)
    assert worker.texts == []


@pytest.mark.parametrize("channel", ["telegram", "twilio", "messenger", "slack"])
async def test_a_webhook_that_nobody_set_up_is_refused(
    client: httpx.AsyncClient, channel: str
) -> None:
    assert_problem(await client.post(f"/webhooks/{channel}", json={"text": "hi"}), 403)


@pytest.mark.parametrize("path", ["/about/", "/api/v1/help/"])
async def test_no_redirect_leads_where_the_host_header_says(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path, headers={"host": "evil.example"})
    assert_problem(answer, 404)
    assert "evil.example" not in str(answer.headers)


async def test_a_method_that_is_not_served_names_those_that_are(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.put("/api/v1/help")
    assert_problem(answer, 405)
    assert answer.headers["allow"] == "GET"


async def test_only_a_page_that_was_opened_leads_home(client: httpx.AsyncClient) -> None:
    html = {"accept": "text/html"}
    assert (await client.get("/nothing", headers=html)).headers["location"] == "/"
    assert_problem(await client.post("/nothing", headers=html), 404)

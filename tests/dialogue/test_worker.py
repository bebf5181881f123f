"""The worker answers with ids, and only to who knows its token."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from sanic import Sanic
from sqlalchemy.exc import OperationalError

from bot.dialogue.channel import InternalInput
from bot.dialogue.engine import GOLDEN_SENTENCES, Engine, ModelRefused
from bot.dialogue.tracker_store import trackers
from bot.dialogue.worker import build_worker, purge_regularly, serve
from bot.gateway.worker_client import HttpWorker, WorkerReply
from bot.settings import Settings

TOKEN = "a token of the tests"


@pytest.fixture
async def client(engine: Engine) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_worker(engine, TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker.test") as client:
        yield client


def body(text: str, conversation: str | None = None) -> dict[str, Any]:
    return {
        "conversation": conversation or uuid.uuid4().hex,
        "message_id": "1",
        "text": text,
        "metadata": {"locale": "en"},
    }


GOOD = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": ""},
        {"authorization": "Bearer "},
        {"authorization": f"bearer {TOKEN}"},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": TOKEN},
        {"authorization": f"Bearer {TOKEN}\u00e9".encode()},
        {"authorization": b"Bearer \xff\xfe"},
    ],
    ids=str,
)
async def test_without_the_token_nothing_is_done(
    client: httpx.AsyncClient, engine: Engine, headers: dict[str, Any]
) -> None:
    given = body("/greet")
    assert (await client.post("/turn", json=given, headers=headers)).status_code == 401
    away = await client.delete(f"/conversations/{given['conversation']}", headers=headers)
    assert away.status_code == 401
    assert await engine.store.retrieve(given["conversation"]) is None


async def test_a_turn_is_answered_with_ids_for_the_gateway(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post("/turn", json=body("/sextortion"), headers=GOOD)
    assert answer.status_code == 200
    reply = WorkerReply.model_validate_json(answer.content)
    assert reply.intent == "sextortion"
    assert reply.messages[0].script == "utter_sextortion_open"
    assert reply.context["situation"] == "sextortion"
    assert "text" not in answer.json()


async def test_a_conversation_is_forgotten(client: httpx.AsyncClient, engine: Engine) -> None:
    given = body("/sextortion")
    await client.post("/turn", json=given, headers=GOOD)
    path = f"/conversations/{given['conversation']}"
    assert (await client.delete(path, headers=GOOD)).status_code == 204
    assert (await client.delete(path, headers=GOOD)).status_code == 204
    assert await engine.store.retrieve(given["conversation"]) is None


async def test_its_health_says_which_model_it_has(
    client: httpx.AsyncClient, engine: Engine
) -> None:
    answer = await client.get("/health")
    assert answer.json() == {"status": "ready", "model": engine.model_name}


async def test_the_gateways_client_and_the_worker_understand_each_other(engine: Engine) -> None:
    worker = HttpWorker("http://worker.test", TOKEN)
    await worker.close()
    worker._client = httpx.AsyncClient(
        transport=httpx.ASGITransport(build_worker(engine, TOKEN)),
        base_url="http://worker.test",
        headers={"authorization": f"Bearer {TOKEN}"},
    )
    given = body("/greet")
    assert (await worker.turn(given)).messages[0].script == "utter_greet"
    assert await worker.ready()
    await worker.forget(given["conversation"])
    await worker.close()


SECRET = "what the database would not say"


@dataclass
class FailingEngine:
    """Every call fails with a message that must not be logged."""

    failed: int = 0
    model_name: str = "none"

    @property
    def store(self) -> FailingEngine:
        return self

    async def take_turn(self, body: dict[str, Any]) -> dict[str, Any]:
        self.failed += 1
        raise KeyError(SECRET)

    async def forget(self, conversation: str) -> None:
        await self.take_turn({})

    def purge(self, older_than: float, apps_older_than: float) -> int:
        self.failed += 1
        raise OperationalError(SECRET, {}, Exception(SECRET))


@asynccontextmanager
async def failing() -> AsyncIterator[httpx.AsyncClient]:
    # The transport raises what the application lets out: nothing may get there.
    transport = httpx.ASGITransport(build_worker(cast("Engine", FailingEngine()), TOKEN))
    async with httpx.AsyncClient(transport=transport, base_url="http://worker.test") as client:
        yield client


async def test_a_turn_that_fails_is_500_and_the_log_names_the_type_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with failing() as client:
        turn = await client.post("/turn", json=body(SECRET), headers=GOOD)
        away = await client.delete("/conversations/conversation-4711", headers=GOOD)
    assert (turn.status_code, turn.json()) == (500, {"title": "the turn failed"})
    assert (away.status_code, away.json()) == (500, {"title": "the erasing failed"})
    assert "turn failed: KeyError" in caplog.text
    assert SECRET not in caplog.text
    assert not [record for record in caplog.records if record.exc_info]


@pytest.mark.parametrize("sent", [b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000])
async def test_what_is_no_turn_is_refused_before_the_engine(sent: bytes) -> None:
    async with failing() as client:
        answer = await client.post("/turn", content=sent, headers=GOOD)
    assert answer.status_code == 400


@pytest.mark.parametrize("given", [b"Bearer \xff", f"Bearer {TOKEN}\u00e9".encode(), b"\xc3\xa9"])
async def test_a_token_that_is_no_ascii_is_a_wrong_one(given: bytes) -> None:
    async with failing() as client:
        answer = await client.post("/turn", json={}, headers={b"authorization": given})
    assert answer.status_code == 401


async def test_a_purge_that_fails_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.dialogue.worker.PURGE_SECONDS", 0)
    engine = FailingEngine()
    purging = asyncio.create_task(purge_regularly(cast("Engine", engine), hours=24))
    for _ in range(20):
        await asyncio.sleep(0)
    purging.cancel()
    assert engine.failed > 1
    assert "purge failed: OperationalError" in caplog.text
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    ("token", "given", "status"),
    [
        (None, "Bearer None", 403),
        (TOKEN, "", 401),
        (TOKEN, "Bearer x", 401),
        (TOKEN, f"Bearer {TOKEN}\u00e9", 401),
        (TOKEN, "Bearer \udcff", 401),  # as Sanic reads a byte that is no UTF-8
        (TOKEN, f"Bearer {TOKEN}", 200),
    ],
)
async def test_the_channel_of_rasa_run_asks_for_the_token(
    token: str | None, given: str, status: int
) -> None:
    async def handle(message: object) -> None:
        """Says nothing."""

    app = Sanic(f"channel_{uuid.uuid4().hex}")
    app.blueprint(InternalInput(token).blueprint(handle))
    app.finalize()
    turn = next(route.handler for route in app.router.routes if route.methods == {"POST"})
    request = SimpleNamespace(headers={"authorization": given}, json=body("hi"))
    assert (await turn(request)).status == status


def test_a_worker_without_a_token_does_not_start(model: Any, tmp_path: Any) -> None:
    with pytest.raises(SystemExit, match="HANDRAIL_WORKER_TOKEN"):
        serve(Settings(_env_file=None, data_folder=tmp_path), model)


def test_the_channel_of_rasa_run_is_closed_without_a_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("HANDRAIL_WORKER_TOKEN", raising=False)
    assert InternalInput.from_credentials(None).token is None


async def test_the_golden_sentences_are_understood(engine: Engine) -> None:
    await engine.check_golden_sentences()
    assert len(GOLDEN_SENTENCES) >= 3


async def test_a_model_that_misreads_a_golden_sentence_is_refused(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GOLDEN_SENTENCES, "hello", "sextortion")
    with pytest.raises(ModelRefused, match="hello"):
        await engine.check_golden_sentences()


async def test_the_worker_erases_what_is_over_by_itself(engine: Engine) -> None:
    old, recent = uuid.uuid4().hex, uuid.uuid4().hex
    with engine.store.engine.begin() as connection:
        for conversation, hours in ((old, 25), (recent, 1)):
            updated = time.time() - hours * 3600
            row = {"conversation": conversation, "events": "[]", "updated": updated}
            connection.execute(trackers.insert().values(**row))
    purging = asyncio.create_task(purge_regularly(engine, hours=24))
    await asyncio.sleep(0.1)
    purging.cancel()
    left = set(await engine.store.keys())
    assert old not in left
    assert recent in left
    engine.store.forget(recent)

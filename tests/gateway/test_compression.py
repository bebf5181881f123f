"""What is read is compressed; what carries a token beside typed words is not (BREACH)."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.gateway.fakes import Gateway

ZIPPED = {"accept-encoding": "gzip"}
READ = ["/", "/about", "/keep", "/static/chat.js", "/static/page.css", "/embed.js"]


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(gateway.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://page.test", headers=ZIPPED
    ) as opened:
        yield opened


@pytest.mark.parametrize("path", READ)
async def test_what_is_read_is_compressed(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()


@pytest.mark.parametrize("path", READ)
async def test_who_cannot_unzip_gets_it_plain(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert answer.content


async def test_an_answer_beside_a_token_is_not_compressed(client: httpx.AsyncClient) -> None:
    begun = await client.post("/api/v1/conversations", json={})
    headers = {"authorization": f"Bearer {begun.json()['token']}", "idempotency-key": "1"}
    said = await client.post("/api/v1/messages", json={"text": "help"}, headers=headers)
    for answer in (begun, said):
        assert answer.is_success
        assert len(answer.content) > 500
        assert "content-encoding" not in answer.headers

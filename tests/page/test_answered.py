"""A form is answered by the way to a page, which lives as long as its conversation."""

from __future__ import annotations

import httpx
import pytest

from bot.page.answered import MOST, AnsweredPages
from bot.page.views import View
from tests.page.service import Service

VIEW = View("en", token="token")


def test_a_page_is_read_as_often_as_wanted_and_keeps_its_key() -> None:
    pages = AnsweredPages(60)
    name = pages.put(VIEW)
    first, again = pages.get(name), pages.get(name)
    assert first is not None
    assert first == again
    assert first.key


def test_a_page_is_gone_after_its_time() -> None:
    now = [0.0]
    pages = AnsweredPages(60, lambda: now[0])
    name = pages.put(VIEW)
    now[0] = 59.9
    assert pages.get(name)
    now[0] = 60.0
    assert pages.get(name) is None


def test_the_pages_of_a_conversation_are_forgotten_with_it() -> None:
    pages = AnsweredPages(60)
    mine, other = pages.put(VIEW), pages.put(View("en", token="other"))
    pages.forget("token")
    assert pages.get(mine) is None
    assert pages.get(other)


def test_there_are_never_more_than_the_memory_allows() -> None:
    pages = AnsweredPages(60)
    names = [pages.put(VIEW) for _ in range(MOST + 1)]
    assert pages.get(names[0]) is None
    assert pages.get(names[1])


async def test_the_form_leads_to_its_page_and_leaving_ends_it(
    client: httpx.AsyncClient, service: Service
) -> None:
    shown = await client.post("/chat", data={"key": "k", "text": "hm"})
    assert shown.request.method == "GET"
    assert "utter_unclear_choices" in shown.text
    token = shown.text.split('name="token" value="')[1].split('"')[0]
    assert (await client.get(shown.url)).text == shown.text
    await client.post("/forget", data={"token": token})
    gone = await client.get(shown.url)
    assert (gone.status_code, gone.headers["location"]) == (303, "/")


async def test_a_page_ends_with_its_conversation_however_that_was_erased(
    client: httpx.AsyncClient,
) -> None:
    shown = await client.post("/chat", data={"key": "k", "text": "hm"})
    token = shown.text.split('name="token" value="')[1].split('"')[0]
    headers = {"authorization": f"Bearer {token}"}
    assert (await client.delete("/api/v1/conversation", headers=headers)).status_code == 204
    assert (await client.get(shown.url)).headers["location"] == "/"


@pytest.mark.parametrize("at", ["", "unknown", "../leave", "<b>"])
async def test_a_name_of_no_page_leads_to_the_beginning(client: httpx.AsyncClient, at: str) -> None:
    answer = await client.get("/chat", params={"at": at})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")

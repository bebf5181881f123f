"""A whole conversation by forms alone: the answers of the API, and nothing in addresses."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser

from bot.page.form import new_key
from tests.page.looking import sessions, visit
from tests.page.places import LOCALES, WORDS, choices, each_language, press, two_places
from tests.page.reading import Page
from tests.page.reading import press as choose
from tests.page.reading import write as say
from tests.page.service import STEPS, Service

browser_test = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TALK = (
    "hm",
    "a threat",
    "show:" + STEPS[0],
    "the whole plan",
    "i want to kill myself",
    "/restart",
    "x" * 3000,
    "?",
)
HONEST = {
    "en": ("computer program", "not a person", "kept until it is answered", "To talk to a person"),
    "es": ("es un programa", "no una persona", "se guarda hasta", "Para hablar con alguien"),
}
NUMBERS = {
    None: {"tel:911", "tel:988", "sms:988"},
    "GB": {"tel:999"},
    "MX": {"tel:911"},
    "ES": {"tel:112"},
}


@each_language
@pytest.mark.parametrize("country", NUMBERS)
async def test_before_the_first_message_it_says_what_it_is_what_it_keeps_and_where_a_human_is(
    client: httpx.AsyncClient, locale: str, country: str | None
) -> None:
    asked = {"locale": locale} | ({"country": country} if country else {})
    html = (await client.get("/", params=asked)).text
    page = Page(html)
    start = page.words.index(HONEST[locale][0])
    places = [page.words.index(words, start) for words in HONEST[locale]]
    assert places == sorted(places)
    assert places[-1] < page.words.index(WORDS[locale]["input_label"])
    assert NUMBERS[country] <= set(page.links)
    assert page.words.strip().startswith({"en": "Notes", "es": "Notas"}[locale])
    assert '<link rel="icon" href="/static/icon.svg"' in html
    icon = (await client.get("/static/icon.svg")).text
    assert "<text" not in icon and "<title" not in icon


async def _by_the_api(client: httpx.AsyncClient, locale: str) -> list[list[Any]]:
    begun = await client.post("/api/v1/conversations", json={"locale": locale})
    token = begun.json()["token"]
    answers = []
    for text in TALK:
        headers = {"authorization": f"Bearer {token}", "idempotency-key": uuid.uuid4().hex}
        answer = await client.post("/api/v1/messages", json={"text": text}, headers=headers)
        told = answer.json()["messages"]
        answers.append([(one["script"], [b["label"] for b in one["buttons"]]) for one in told])
    return answers


@each_language
async def test_the_same_words_get_the_same_answers_as_over_the_api(
    client: httpx.AsyncClient, locale: str
) -> None:
    page = Page((await client.get("/", params={"locale": locale})).text)
    for text, told in zip(TALK, await _by_the_api(client, locale), strict=True):
        page = Page((await say(client, page, text)).text)
        scripts = [script for script, _ in told]
        assert page.scripts[: len(scripts)] == scripts
        offered = [button for form in page.forms for button in form["buttons"]]
        buttons = [name for name, _ in offered if name == "button"]
        assert len(buttons) == sum(len(labels) for _, labels in told)
        for _, labels in told:
            assert all(label in page.words for label in labels)


async def test_the_token_is_in_hidden_fields_and_in_no_address(
    client: httpx.AsyncClient,
) -> None:
    first = Page((await client.get("/?country=GB")).text)
    answer = await say(client, first, "hm")
    page = Page(answer.text)
    token = page.form("writing")["fields"]["token"]
    for form in page.forms:
        if form["id"] != "":
            assert form["fields"].get("token") == token, form["id"]
            assert form["method"] == "post"
        assert token not in form["action"]
    assert not [link for link in page.links if token in link]
    assert answer.text.count(token) == sum("token" in form["fields"] for form in page.forms)
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("by", ["words", "a button"])
async def test_after_a_fault_the_retry_has_the_same_key_and_takes_one_turn(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    page = Page((await say(client, Page((await client.get("/")).text), "hm")).text)
    turns = len(service.worker.turns)
    deliver = service.edge.conversations.storage.accept

    def lost(*given: Any, **more: Any) -> Any:
        # It is taken, but what should be told of it gets lost.
        deliver(*given, **more)
        raise RuntimeError("zanzibar")

    monkeypatch.setattr(service.edge.conversations.storage, "accept", lost)
    failed = await (say(client, page, "a threat") if by == "words" else choose(client, page))
    monkeypatch.undo()
    assert failed.status_code == 503
    again = Page(failed.text)
    fields = again.form("writing")["fields"]
    assert fields["key"] == page.form("writing")["fields"]["key"]
    assert fields["token"] == page.form("writing")["fields"]["token"]
    assert ("Try again" in again.words) is (by == "a button")
    assert ("a threat" in again.words) is (by == "words")
    for _ in range(2):
        answer = await (say(client, again, "a threat") if by == "words" else choose(client, again))
        assert answer.status_code == 200
        assert "utter_sextortion_open" in Page(answer.text).scripts
    assert len(service.worker.turns) == turns + 1


@pytest.mark.parametrize("locale", [*LOCALES, "xx"])
async def test_every_answer_of_a_form_speaks_the_language_of_the_form(
    client: httpx.AsyncClient, locale: str
) -> None:
    spoken = locale if locale in LOCALES else "en"
    for body in ({"key": new_key(), "text": "hm"}, {"text": "hm"}, {"key": "k", "button": "x"}):
        answer = await client.post("/chat", data={**body, "locale": locale})
        assert answer.headers["content-language"] == spoken
        assert f'<html lang="{spoken}"' in answer.text


class TestInABrowser:
    """The forms as somebody uses them whose browser runs no script."""

    pytestmark = browser_test

    @two_places
    async def test_a_whole_conversation(
        self, browser: Browser, served: Service, locale: str, viewport: dict[str, int]
    ) -> None:
        async with visit(browser, served, viewport=viewport, java_script_enabled=False) as seen:
            before = sessions(served)
            await seen.open(f"/?locale={locale}")
            assert len(await choices(seen)) == 6
            await press(seen, 0)
            await seen.answered("utter_sextortion_open")
            await seen.page.fill("#text", "hm")
            await seen.page.click("#send")
            await seen.answered("utter_unclear_choices")
            await seen.page.click("#country-other")
            await seen.page.select_option("#country-code", "GB")
            await seen.page.click("#country button")
            await seen.page.wait_for_selector("#quick a[href='tel:999']")
            await seen.page.fill("#text", "i want to kill myself")
            await seen.page.click("#send")
            await seen.answered("utter_self_harm_open")
            assert await seen.page.locator("#quick a[href='tel:999']").count() == 1
            wide = await seen.page.locator("html").bounding_box()
            assert wide is not None and wide["width"] <= viewport["width"]
            assert await seen.page.get_attribute("html", "lang") == locale
            assert seen.page.url.startswith(f"{served.address}/chat?at=")
            assert sessions(served) == before + 1
            await seen.page.click("#again button")
            await seen.answered("utter_welcome")
            assert seen.page.url == f"{served.address}/?locale={locale}&country=GB"
            assert sessions(served) == before
            await press(seen, 0)
            await seen.answered("utter_sextortion_open")
            await seen.page.click("#leaving button")
            await seen.has_left()
            assert sessions(served) == before
            assert seen.strangers() == []

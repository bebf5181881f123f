"""When the server is slow, refuses or is gone: the card, and a retry that repeats nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Route
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from tests.page.looking import LEAVE, Visit, visit
from tests.page.places import choices, press, scripts, status, told, two_places
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MESSAGES = "**/api/v1/messages"
HTML = "<html><title>429 Too Many Requests</title></html>"


@asynccontextmanager
async def _held(seen: Visit) -> AsyncIterator[asyncio.Event]:
    """Messages wait until the event is set; the page's clock is the test's."""
    go = asyncio.Event()

    async def hold(route: Route) -> None:
        await go.wait()
        try:
            await route.continue_()
        except Exception:  # noqa: BLE001 - the page has given it up
            return

    await seen.page.clock.install()
    await seen.page.route(MESSAGES, hold)
    try:
        yield go
    finally:
        go.set()


async def test_a_worker_that_is_down_means_the_card_within_three_seconds(
    browser: Browser, served: Service
) -> None:
    served.worker.down = True
    try:
        async with visit(browser, served) as seen:
            await seen.open()
            began = time.monotonic()
            await seen.tell("someone threatens me", "utter_crisis_card")
            assert time.monotonic() - began < 3
            assert await seen.page.locator("#log a[href='tel:911']").is_visible()
    finally:
        served.worker.down = False


@two_places
async def test_a_slow_answer_comes_once_and_after_the_numbers(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen, _held(seen) as go:
        await seen.open(f"/?locale={locale}")
        async with seen.page.expect_request(MESSAGES):
            await seen.write("a threat")
        assert await status(seen) == told(locale, "wait")
        await seen.page.clock.fast_forward(3000)
        passing = seen.page.locator("#log .passing")
        assert await passing.count() == 0
        await seen.page.clock.fast_forward(1500)
        await passing.wait_for()
        assert told(locale, "slow") in await passing.inner_text()
        assert await passing.locator("a[href='tel:988']").is_visible()
        box = await passing.bounding_box()
        assert box is not None and box["y"] + box["height"] <= viewport["height"]
        # What is written meanwhile stays in its box, whatever key is pressed.
        await seen.page.fill("#text", "and more")
        await seen.page.keyboard.press("Enter")
        await seen.page.click("#send")
        assert await seen.page.input_value("#text") == "and more"
        go.set()
        await seen.answered("utter_sextortion_open")
        assert await scripts(seen) == ["utter_welcome", "utter_sextortion_open"]
        assert await passing.count() == 0
        assert await status(seen) == ""
        assert await seen.page.locator(".mine").count() == 1
        assert await seen.page.input_value("#text") == "and more"


@two_places
async def test_after_fifteen_seconds_the_page_gives_up_and_can_try_again(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen, _held(seen) as go:
        await seen.open(f"/?locale={locale}")
        async with seen.page.expect_request(MESSAGES):
            await seen.write("a threat")
        await seen.page.clock.fast_forward(14_000)
        assert "utter_problem_busy" not in await scripts(seen)
        await seen.page.clock.fast_forward(1500)
        await seen.answered("utter_problem_busy")
        assert await status(seen) == told(locale, "failed")
        assert (await choices(seen))[0] == told(locale, "retry")
        go.set()
        await press(seen, 0)
        await seen.answered("utter_sextortion_open")
        assert await seen.page.locator(".mine").count() == 1


async def _refuse(route: Route, status: int, kind: str, body: str) -> None:
    await route.fulfill(status=status, content_type=kind, body=body)


FAULTS: dict[str, Any] = {
    "the connection breaks": lambda route: route.abort(),
    "a proxy refuses in its own words": lambda route: _refuse(route, 429, "text/html", HTML),
    "a refusal says nothing": lambda route: _refuse(route, 503, "application/problem+json", "{}"),
    "an answer is no JSON": lambda route: _refuse(route, 200, "application/json", "<html>"),
}


@pytest.mark.parametrize(
    ("locale", "fault"),
    [
        *(("en", fault) for fault in FAULTS),
        ("en", "there is no network"),
        ("es", "the connection breaks"),
        ("es", "there is no network"),
    ],
)
async def test_whatever_fails_there_is_the_card_a_retry_and_what_could_be_chosen_before(
    browser: Browser, served: Service, locale: str, fault: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.tell("hm", "utter_unclear_choices")
        before = await choices(seen)
        bodies: list[Any] = []
        turns = len(served.worker.turns)
        for times in (1, 2):
            if fault in FAULTS:
                await seen.page.route(MESSAGES, FAULTS[fault])
            await seen.page.context.set_offline(fault not in FAULTS)
            async with seen.page.expect_request(MESSAGES) as asked:
                await (seen.write("a threat") if times == 1 else press(seen, 0))
            request = await asked.value
            key = await request.header_value("idempotency-key")
            bodies.append((key, request.post_data))
            cards = seen.page.locator("#log [data-script=utter_problem_busy]")
            await seen.page.locator("[name=retry]").wait_for()
            assert await cards.count() == 1, "the card of the failure before stands there still"
            assert await cards.last.locator("a[href='tel:988']").is_visible() or (
                await seen.page.locator("#quick a[href='tel:988']").is_visible()
            )
            assert await status(seen) == told(locale, "failed")
            assert await choices(seen) == [told(locale, "retry"), *before]
        await seen.page.unroute(MESSAGES)
        await seen.page.context.set_offline(False)
        async with seen.page.expect_request(MESSAGES) as asked:
            await press(seen, 0)
        request = await asked.value
        bodies.append((await request.header_value("idempotency-key"), request.post_data))
        await seen.answered("utter_sextortion_open")
        assert len(set(bodies)) == 1
        assert len(served.worker.turns) == turns + 1
        assert await status(seen) == ""
        assert await seen.page.locator(".mine").count() == 2


async def test_a_refusal_of_ours_says_it_in_its_own_words_and_an_earlier_choice_still_works(
    browser: Browser, served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise SQLAlchemyError

    async with visit(browser, served) as seen:
        await seen.open()
        await seen.tell("hm", "utter_unclear_choices")
        before = await choices(seen)
        monkeypatch.setattr(served.edge.conversations.storage, "accept", broken)
        await seen.tell("a threat", "utter_problem_busy")
        assert (await scripts(seen))[-2:] == ["utter_problem_busy", "utter_crisis_card"]
        assert await choices(seen) == ["Try again", *before]
        monkeypatch.undo()
        await seen.choose(before[0])
        await seen.answered("utter_sextortion_open")
        assert "Try again" not in await choices(seen)


@pytest.mark.parametrize("by", ["words", "a button"])
async def test_an_answer_that_was_lost_on_its_way_comes_again_and_no_turn_is_taken_twice(
    browser: Browser, served: Service, by: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.tell("hm", "utter_unclear_choices")
        keys: list[str | None] = []

        async def lost(route: Route) -> None:
            # It is taken, but the answer gets lost on the way.
            keys.append(await route.request.header_value("idempotency-key"))
            await route.fetch()
            await route.abort()

        await seen.page.route(MESSAGES, lost)
        turns = len(served.worker.turns)
        await (seen.write("a threat") if by == "words" else press(seen, 0))
        await seen.answered("utter_problem_busy")
        assert await seen.page.locator("#log a[href='tel:988']").is_visible()
        await seen.page.unroute(MESSAGES)
        async with seen.page.expect_request(MESSAGES) as again:
            await seen.choose("Try again")
        await seen.answered("utter_sextortion_open")
        assert await (await again.value).header_value("idempotency-key") == keys[0]
        assert len(served.worker.turns) == turns + 1
        assert await seen.page.locator("#log [data-script=utter_sextortion_open]").count() == 1


async def test_a_first_message_that_failed_begins_one_conversation_by_its_button(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        first = await choices(seen)
        await seen.page.route("**/api/v1/conversations", lambda route: route.abort())
        await press(seen, 0)
        await seen.answered("utter_problem_busy")
        assert await choices(seen) == ["Try again", *first]
        await seen.page.unroute("**/api/v1/conversations")
        await seen.choose("Try again")
        await seen.answered("utter_sextortion_open")
        assert served.worker.turns[-1]["text"] == "/sextortion"
        assert await seen.page.locator(".mine").count() == 1


@pytest.mark.parametrize("by", ["words", "a button"])
async def test_a_conversation_that_has_ended_can_begin_anew(
    browser: Browser, served: Service, by: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.tell("hm", "utter_unclear_choices")
        with served.edge.engine.begin() as connection:
            connection.execute(text("update session set expires = 0"))
        await (seen.write("a threat") if by == "words" else press(seen, 0))
        await seen.answered("utter_problem_expired")
        if by == "words":
            await seen.choose("Try again")
        else:
            # A button of the old conversation means nothing to a new one: it begins anew.
            assert "Try again" not in await choices(seen)
            await seen.choose("Someone is threatening me")
        await seen.answered("utter_sextortion_open")


PRESS_TWICE = """() => {
  const one = document.querySelector("#choices .choice");
  one.click();
  one.click();
}"""


async def test_a_button_that_is_pressed_twice_is_sent_once(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        turns = len(served.worker.turns)
        await seen.page.evaluate(PRESS_TWICE)
        await seen.answered("utter_sextortion_open")
        await seen.tell("hm", "utter_unclear_choices")
        await seen.page.evaluate(PRESS_TWICE)
        opened = seen.page.locator("#log [data-script=utter_sextortion_open]")
        await opened.nth(1).wait_for()
        assert len(served.worker.turns) == turns + 3
        assert await seen.page.locator(".mine").count() == 3


async def test_leaving_while_an_answer_is_awaited_shows_nothing_of_it(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.context.set_offline(True)
        await seen.write("please help")
        assert await seen.page.evaluate(LEAVE) == [0, ""]
        # Without the network the browser ends on its own page, which knows nothing of ours.
        await seen.page.wait_for_timeout(100)
        assert "please help" not in await seen.page.inner_text("html")

"""Clear and start again: in place, without the network, and whatever was under way."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.page.looking import sessions, until_sessions, visit
from tests.page.places import (
    MARK,
    choices,
    each_language,
    is_same_page,
    press,
    scripts,
    status,
    told,
    two_places,
)
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@two_places
async def test_everything_is_cleared_in_place_and_the_server_forgets(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen:
        before = sessions(served)
        await seen.open(f"/?locale={locale}&country=GB")
        await seen.page.evaluate(MARK)
        first = await choices(seen), await scripts(seen), await seen.page.inner_text("#log")
        await seen.tell("hm", "utter_unclear_choices")
        await seen.page.fill("#text", "not yet sent")
        await seen.page.locator("#sheets summary").first.click()
        await seen.page.locator("#sheets input[type=checkbox]").first.check()
        await seen.page.click("#again")
        assert (await choices(seen), await scripts(seen)) == first[:2]
        assert await seen.page.inner_text("#log") == first[2]
        assert await seen.page.input_value("#text") == ""
        assert await seen.page.locator("#sheets :checked").count() == 0
        assert await seen.page.evaluate("scrollY") == 0
        assert await seen.page.locator("#quick a[href='tel:999']").count() == 1
        assert await status(seen) == told(locale, "cleared")
        await until_sessions(seen, before)
        # A new conversation begins from here, by a button of the welcome.
        await press(seen, 0)
        await seen.answered("utter_sextortion_open")
        assert sessions(served) == before + 1
        assert await is_same_page(seen)


@each_language
async def test_it_clears_without_the_network_too(
    browser: Browser, served: Service, locale: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.tell("zanzibar", "utter_unclear_choices")
        await seen.page.evaluate(MARK)
        await seen.page.context.set_offline(True)
        await seen.page.click("#again")
        assert await scripts(seen) == ["utter_welcome"]
        assert "zanzibar" not in await seen.page.inner_text("body")
        assert await is_same_page(seen)


@pytest.mark.parametrize("under_way", ["the first message", "a later one"])
async def test_what_was_under_way_is_dropped_and_its_conversation_erased(
    browser: Browser, served: Service, under_way: str
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.open()
        if under_way == "a later one":
            await seen.tell("hm", "utter_unclear_choices")
        served.worker.delay = 0.4
        try:
            async with seen.page.expect_request("**/api/v1/messages"):
                await seen.write("a threat about zanzibar")
            await seen.page.click("#again")
            assert await scripts(seen) == ["utter_welcome"]
            await until_sessions(seen, before)
            await seen.page.wait_for_timeout(600)
        finally:
            served.worker.delay = 0.0
        assert await scripts(seen) == ["utter_welcome"]
        assert await seen.page.locator(".mine").count() == 0
        assert await status(seen) == told("en", "cleared")
        assert sessions(served) == before


async def test_a_conversation_that_begins_while_it_is_cleared_is_erased_as_well(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.open()
        routes = []

        async def hold(route: object) -> None:
            routes.append(route)

        await seen.page.route("**/api/v1/conversations", hold)
        async with seen.page.expect_request("**/api/v1/conversations"):
            await seen.write("a threat about zanzibar")
        await seen.page.click("#again")
        async with seen.page.expect_request("**/api/v1/conversation") as erasing:
            await routes[0].continue_()  # type: ignore[attr-defined]
        assert (await erasing.value).method == "DELETE"
        await until_sessions(seen, before)
        assert await scripts(seen) == ["utter_welcome"]


async def test_a_page_that_came_in_mid_chat_starts_again_by_a_fresh_page(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.page.route("**/static/chat.js", lambda route: route.abort())
        await seen.open("/?locale=es&country=GB")
        await press(seen, 0)
        await seen.answered("utter_sextortion_open")
        await seen.page.unroute("**/static/chat.js")
        await seen.page.fill("#text", "hm")
        await seen.page.click("#send")
        await seen.answered("utter_unclear_choices")
        await seen.page.click("#again button")
        await seen.answered("utter_welcome")
        assert seen.page.url == f"{served.address}/?locale=es&country=GB"
        assert await seen.page.locator(".mine").count() == 0
        await until_sessions(seen, before)

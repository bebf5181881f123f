"""Nothing comes after leaving, and who comes back finds a fresh page."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from playwright.async_api import Browser, Error, Page, Route, async_playwright

from tests.page.conftest import ARGUMENTS, EXIT_URL
from tests.page.leaving import (
    CANARY,
    back,
    held,
    shown_after_leaving,
    talk,
)
from tests.page.looking import Visit, sessions, until_sessions, visit
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_nothing_is_shown_when_an_answer_comes_after_leaving(
    browser: Browser, served: Service, slow_worker: None
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.page.goto("about:blank")
        await seen.open()
        # The neutral page takes its time: until it comes, ours is blank and stays so.
        await seen.page.route(EXIT_URL, held(1.8))
        await seen.write(f"a threat about {CANARY}")
        await until_sessions(seen, before + 1)
        await seen.page.wait_for_timeout(100)
        shown = await shown_after_leaving(seen)
        assert len(shown) > 20
        assert set(shown) == {"0"}
        await until_sessions(seen, before)
        assert CANARY not in await back(seen)


async def test_nothing_is_shown_when_a_language_comes_after_leaving(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.route(EXIT_URL, held(1.2))
        await seen.page.route("**/?locale=es*", held(0.4))
        await seen.page.get_by_role("link", name="Español").click()
        shown = await shown_after_leaving(seen)
        assert len(shown) > 10
        assert set(shown) == {"0"}


async def test_a_conversation_that_is_just_beginning_is_erased_too(
    browser: Browser, served: Service
) -> None:
    async def late(route: Route) -> None:
        answer = await route.fetch()
        await asyncio.sleep(0.4)
        with contextlib.suppress(Error):
            await route.fulfill(response=answer)

    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.open()
        await seen.page.route("**/api/v1/conversations", late)
        await seen.page.route(EXIT_URL, held(1.2))
        await seen.write("a threat")
        await until_sessions(seen, before + 1)
        assert set(await shown_after_leaving(seen)) == {"0"}
        await until_sessions(seen, before)


async def test_closing_the_page_erases_the_conversation(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await talk(seen)
        other = await seen.page.context.new_page()
        await seen.page.close(run_before_unload=True)
        await until_sessions(Visit(other, served), before)


async def test_who_went_on_by_an_address_finds_a_fresh_page_on_return(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await talk(seen)
        await seen.page.fill("#text", f"and {CANARY} again")
        await seen.open("/about")
        await until_sessions(seen, before)
        await seen.page.go_back()
        assert await seen.page.locator(".mine").count() == 0
        assert await seen.page.input_value("#text") == ""
        assert CANARY not in await seen.page.content()


async def test_a_page_from_the_memory_of_the_browser_is_loaded_anew(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        for path in ("/", "/keep"):
            await seen.open(path)
            await seen.page.evaluate("window.stale = true")
            async with seen.page.expect_navigation():
                await seen.page.evaluate(
                    "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
                )
            assert await seen.page.evaluate("window.stale === undefined")


async def test_a_browser_that_keeps_pages_in_memory_keeps_nothing_of_ours(
    chromium: str, served: Service, host: str
) -> None:
    async with async_playwright() as playwright:
        keeping = await playwright.chromium.launch(
            executable_path=chromium,
            args=[*ARGUMENTS, "--host-resolver-rules=MAP localhost 127.0.0.1"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        async with visit(keeping, served) as seen:
            before = sessions(served)
            # The other site's page comes back as it was; otherwise this test says nothing.
            await seen.page.goto(host + "/#a")
            await seen.page.evaluate(
                "window.stale = true; for (const one of document.querySelectorAll('iframe'))"
                " one.remove()"
            )
            await talk(seen)
            await seen.page.evaluate("window.stale = true")
            await seen.open("/about")
            await until_sessions(seen, before)
            await _step_back(seen.page)
            await seen.page.wait_for_selector("#log")
            assert await seen.page.evaluate("window.stale === undefined")
            assert CANARY not in await seen.page.content()
            for _ in range(2):
                await _step_back(seen.page)
            assert seen.page.url.startswith(host)
            assert await seen.page.evaluate("window.stale === true")
        await keeping.close()


async def _step_back(page: Page) -> None:
    """Back, also while the browser is still changing the page that it kept for another."""
    for _ in range(30):
        try:
            await page.go_back(wait_until="commit")
            return
        except Error as error:
            if "active page" not in str(error):
                raise
            await asyncio.sleep(0.1)
    raise AssertionError("the browser went back no more")

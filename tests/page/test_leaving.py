"""Leaving: at once, by every way there is, and with nothing to go back to."""

from __future__ import annotations

import contextlib

import httpx
import pytest
from playwright.async_api import Browser, Error

from tests.page.conftest import EXIT_URL
from tests.page.leaving import (
    BLANK,
    CANARY,
    SHIFTS,
    back,
    gone,
    press,
    talk,
)
from tests.page.looking import LEAVE, sessions, until_sessions, visit
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize("way", ["link", "shift"])
async def test_leaving_erases_and_back_shows_nothing(
    browser: Browser, served: Service, way: str
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await talk(seen)
        if way == "link":
            await seen.page.get_by_role("link", name="Leave", exact=True).click()
        else:
            await press(seen, "Shift", "Shift", "Shift")
        await seen.has_left()
        await until_sessions(seen, before)
        assert CANARY not in await back(seen)
        assert seen.page.url == "about:blank"
        await seen.page.go_forward()
        assert seen.page.url == EXIT_URL
        assert seen.strangers() == []
        assert seen.complaints == []


@pytest.mark.parametrize("way", ["link", "shift"])
async def test_leaving_without_a_network_blanks_at_once(
    browser: Browser, served: Service, way: str
) -> None:
    async with visit(browser, served) as seen:
        await talk(seen)
        await seen.page.context.set_offline(True)
        if way == "link":
            assert await seen.page.evaluate(LEAVE) == BLANK
        else:
            assert await seen.page.evaluate(SHIFTS, [0, 1, 2]) == BLANK
        await gone(seen)
        assert seen.page.url in ("chrome-error://chromewebdata/", EXIT_URL)
        assert CANARY not in await seen.page.content()
        assert CANARY not in await back(seen)
        assert seen.page.url == "about:blank"
        await seen.page.context.set_offline(False)
        with contextlib.suppress(Error):
            await seen.page.go_forward()
        assert not seen.page.url.startswith(served.address)
        assert CANARY not in await seen.page.content()


async def test_leaving_blanks_the_page_in_the_same_task_on_every_page(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        for path in ("/", "/keep", "/about"):
            await seen.open(path)
            assert await seen.page.evaluate(LEAVE) == BLANK
            await seen.has_left()


@pytest.mark.parametrize("path", ["/", "/keep", "/about"])
async def test_the_link_leaves_without_a_script(
    browser: Browser, served: Service, path: str
) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open(path)
        await seen.page.get_by_role("link", name="Leave", exact=True).click()
        await seen.has_left()


async def test_the_form_leaves_without_a_script_and_back_shows_nothing(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        before = sessions(served)
        await seen.open()
        await seen.page.fill("#text", f"a threat about {CANARY}")
        await seen.choose("Send")
        await seen.answered("utter_sextortion_open")
        assert CANARY in await seen.page.content()
        await seen.page.keyboard.press("Tab")
        assert await seen.page.evaluate("document.activeElement.className") == "leave"
        await seen.page.keyboard.press("Enter")
        await seen.has_left()
        assert sessions(served) == before
        # The browser would have to send the form again, and asks; the first page says nothing.
        for _ in range(2):
            assert CANARY not in await back(seen)
        assert seen.strangers() == []


async def test_the_address_of_leaving_empties_what_the_browser_holds(served: Service) -> None:
    async with httpx.AsyncClient(base_url=served.address) as client:
        for ask in (client.get, client.head):
            answer = await ask("/leave")
            assert answer.status_code == 303
            assert answer.headers["location"] == EXIT_URL
            assert answer.headers["clear-site-data"] == '"cookies","storage"'
            assert answer.headers["cache-control"] == "no-store"

"""The exit comes first, is large, and stays in view on every page and screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.page.leaving import (
    SEEN,
)
from tests.page.looking import Visit, visit
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


IN_VIEW = {"large": True, "inside": True, "free": True}


SIZES = [(320, 568), (360, 740), (740, 320), (1280, 800)]


async def test_leave_comes_first_and_stays_in_view_on_every_page_and_size(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        for path in ("/", "/about", "/keep"):
            await seen.open(path)
            await seen.page.keyboard.press("Tab")
            assert await seen.page.evaluate("document.activeElement.className") == "leave"
            found = await _at_every_size(seen)
            assert found == dict.fromkeys(found, IN_VIEW), path


async def test_leave_stays_in_view_above_a_long_conversation(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.tell("the whole plan", "utter_plan_whole_end")
        for summary in await seen.page.locator("summary").all():
            await summary.click()
        await seen.page.fill("#text", "a long text\n" * 30)
        found = await _at_every_size(seen)
        assert found == dict.fromkeys(found, IN_VIEW)


async def test_leave_stays_in_view_without_a_script(browser: Browser, served: Service) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open()
        await seen.choose("Someone is threatening me")
        await seen.answered("utter_sextortion_open")
        found = await _at_every_size(seen)
        assert found == dict.fromkeys(found, IN_VIEW)


@pytest.mark.parametrize(
    ("width", "height"),
    [(390, 740), (740, 320)],
)
async def test_leave_stays_in_view_where_a_keyboard_covers_the_page(
    browser: Browser, served: Service, width: int, height: int
) -> None:
    async with visit(browser, served, viewport={"width": width, "height": height}) as seen:
        await seen.open()
        # As on an iPhone: the page keeps its size, and what is seen of it begins further down.
        await seen.page.evaluate(
            """() => {
              scrollTo(0, 400);
              Object.defineProperty(visualViewport, "offsetTop", { get: () => 100 });
              visualViewport.dispatchEvent(new Event("scroll"));
            }"""
        )
        assert await seen.page.evaluate(SEEN) == IN_VIEW
        assert await seen.page.evaluate(
            "document.querySelector('.leave').getBoundingClientRect().top >= 100"
        )


async def _at_every_size(seen: Visit) -> dict[tuple[int, int, str], Any]:
    found = {}
    for width, height in SIZES:
        await seen.page.set_viewport_size({"width": width, "height": height})
        for place, top in (("start", "0"), ("end", "1e6")):
            await seen.page.evaluate(f"scrollTo({{ top: {top}, behavior: 'instant' }})")
            found[width, height, place] = await seen.page.evaluate(SEEN)
    return found

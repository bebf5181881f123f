"""Shift three times leaves, and no other keys do."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.page.leaving import (
    BLANK,
    SHIFTS,
    is_here,
    press,
)
from tests.page.looking import visit
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.mark.parametrize(
    ("path", "focus"),
    [
        ("/", None),
        ("/", "#text"),
        ("/", "#country-other"),
        ("/keep", None),
        ("/keep", "#situation"),
        ("/about", None),
        ("/?locale=es", "#text"),
    ],
)
async def test_shift_three_times_leaves_from_everywhere(
    browser: Browser, served: Service, path: str, focus: str | None
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.goto("about:blank")
        await seen.open(path)
        if focus:
            await seen.page.focus(focus)
        await press(seen, "Shift", "Shift", "Shift")
        await seen.has_left()
        await seen.page.go_back()
        assert seen.page.url == "about:blank"


NOT_LEAVING = {
    "capitals": ["Shift+A", "Shift+B", "Shift+C", "Shift+D"],
    "a capital and two presses": ["Shift+A", "Shift", "Shift"],
    "two presses and a capital": ["Shift", "Shift", "Shift+A"],
    "a shortcut with Control": ["Control+Shift", "Control+Shift", "Control+Shift"],
    "Control pressed after Shift": ["Shift+Control", "Shift+Control", "Shift+Control"],
    "a shortcut with Alt": ["Alt+Shift", "Alt+Shift", "Alt+Shift"],
    "a shortcut with Meta": ["Meta+Shift", "Meta+Shift", "Meta+Shift"],
    "a letter in between": ["Shift", "Shift", "e", "Shift"],
    "an arrow in between": ["Shift", "ArrowLeft", "Shift", "Shift"],
    "a tabulator in between": ["Shift", "Shift", "Tab", "Shift", "Shift+Tab"],
    "a tap in between": ["Shift", "Shift", "tap", "Shift"],
    "Escape": ["Escape", "Escape", "Escape", "Escape"],
    "Escape in between": ["Shift", "Shift", "Escape", "Shift"],
    "two presses": ["Shift", "Shift"],
}


@pytest.mark.parametrize("path", ["/", "/keep", "/about"])
async def test_other_keys_never_leave(browser: Browser, served: Service, path: str) -> None:
    async with visit(browser, served) as seen:
        await seen.open(path)
        box = {"/": "#text", "/keep": "#situation", "/about": ".leave"}[path]
        left = []
        for name, keys in NOT_LEAVING.items():
            await seen.page.focus(box)
            for key in keys:
                if key == "tap":
                    await seen.page.locator("h1").click()
                else:
                    await seen.page.keyboard.press(key)
            if not await is_here(seen):
                left.append(name)
                await seen.open(path)
            await seen.page.keyboard.press("Home")
        assert left == []
        await press(seen, "Shift", "Shift", "Shift")
        await seen.has_left()


@pytest.mark.parametrize(
    ("milliseconds", "leaves"),
    [
        ([0, 100, 4900], True),
        ([0, 100, 5100], False),
        ([0, 2600, 5200], False),
        ([0, 4000, 6000, 8000], True),
        ([0, 4000, 8000, 12000, 16000], False),
    ],
)
async def test_the_three_presses_are_within_five_seconds(
    browser: Browser, served: Service, milliseconds: list[int], leaves: bool
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        assert (await seen.page.evaluate(SHIFTS, milliseconds) == BLANK) is leaves


async def test_three_really_slow_presses_do_not_leave(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await press(seen, "Shift", "Shift")
        await seen.page.wait_for_timeout(5100)
        await press(seen, "Shift")
        assert await is_here(seen)


async def test_screen_readers_hear_how_many_presses_are_left(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        told = seen.page.locator("#presses")
        for path in ("/", "/keep", "/about"):
            await seen.open(path)
            assert await told.get_attribute("role") == "status"
            await press(seen, "Shift")
            assert await told.inner_text() == "Press Shift two more times to leave."
            await press(seen, "Shift")
            assert await told.inner_text() == "Press Shift once more to leave."


async def test_they_are_heard_after_a_change_of_the_language_too(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        wanted = await (await seen.page.request.get(served.address + "/?locale=es")).text()
        await seen.page.get_by_role("link", name="Español").click()
        await seen.page.wait_for_selector("html[lang=es]")
        await press(seen, "Shift")
        told = await seen.page.locator("#presses").inner_text()
        assert told and f'data-two="{told}"' in wanted
        await press(seen, "Shift", "Shift")
        await seen.has_left()


async def test_the_hint_for_keyboards_outlives_a_change_of_the_language(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        assert await seen.page.locator("#hint").is_visible()
        await seen.page.get_by_role("link", name="Español").click()
        await seen.page.wait_for_selector("html[lang=es]")
        assert await seen.page.locator("#hint").is_visible()

"""A page that was left open asks once, and then clears itself, unless a crisis was told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Route

from tests.page.looking import Visit, sessions, until_sessions, visit
from tests.page.places import MARK, each_language, is_same_page, scripts, status, told
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

MINUTE = 60_000


async def _question(seen: Visit) -> str:
    return await seen.page.inner_text("#idle")


async def _pass(seen: Visit, minutes: float) -> None:
    await seen.page.clock.fast_forward(int(minutes * MINUTE))


@each_language
async def test_it_asks_after_ten_minutes_and_clears_a_minute_later(
    browser: Browser, served: Service, locale: str
) -> None:
    async with visit(browser, served, viewport={"width": 320, "height": 640}) as seen:
        before = sessions(served)
        await seen.page.clock.install()
        await seen.open(f"/?locale={locale}")
        await seen.tell("a threat about zanzibar", "utter_sextortion_open")
        await seen.page.evaluate(MARK)
        await _pass(seen, 9.9)
        assert await _question(seen) == ""
        await _pass(seen, 0.2)
        asked = f"{told(locale, 'idle')} {told(locale, 'idle_stay')}"
        assert (await _question(seen)).split() == asked.split()
        stay = seen.page.locator("#idle button")
        assert await stay.is_visible()
        assert await seen.barriers() == []
        await _pass(seen, 0.9)
        assert "utter_sextortion_open" in await scripts(seen)
        await _pass(seen, 0.2)
        assert await scripts(seen) == ["utter_welcome"]
        assert "zanzibar" not in await seen.page.inner_text("body")
        assert await _question(seen) == ""
        assert await status(seen) == told(locale, "idle_cleared")
        assert await is_same_page(seen)
        await until_sessions(seen, before)


SHOWN_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


@pytest.mark.parametrize(("minutes", "cleared"), [(12, True), (10, False)])
async def test_a_phone_that_was_put_away_is_cleared_as_soon_as_it_is_taken_out(
    browser: Browser, served: Service, minutes: int, *, cleared: bool
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.clock.install()
        await seen.open()
        await seen.tell("a threat about zanzibar", "utter_sextortion_open")
        # The time goes on and no timer runs, as in a pocket.
        now = float(await seen.page.evaluate("Date.now()"))
        await seen.page.clock.set_system_time(now / 1000 + minutes * 60)
        await seen.page.evaluate(SHOWN_AGAIN)
        assert ("zanzibar" in await seen.page.inner_text("body")) is not cleared


SIGNS: dict[str, Any] = {
    "a key": lambda seen: seen.page.keyboard.press("ArrowDown"),
    "the button": lambda seen: seen.page.click("#idle button"),
    "the button, by a screen reader": lambda seen: seen.page.evaluate(
        "document.querySelector('#idle button').click()"
    ),
    "a tap": lambda seen: seen.page.mouse.click(300, 500),
    "scrolling": lambda seen: seen.page.mouse.wheel(0, 40),
}


@pytest.mark.parametrize("sign", SIGNS)
async def test_any_sign_of_somebody_keeps_the_page(
    browser: Browser, served: Service, sign: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.clock.install()
        await seen.open()
        await seen.tell("a threat", "utter_sextortion_open")
        await _pass(seen, 10.1)
        assert await _question(seen) != ""
        await SIGNS[sign](seen)
        await seen.page.wait_for_selector("#idle:empty", state="attached")
        await _pass(seen, 1.1)
        assert "utter_sextortion_open" in await scripts(seen)
        # From then on it waits anew.
        await _pass(seen, 9.5)
        assert await _question(seen) != ""


USES: dict[str, Any] = {
    "a draft": lambda seen: seen.page.fill("#text", "i am scared"),
    "a ticked line": lambda seen: seen.page.evaluate(
        "document.querySelector('.sheet input').click()"
    ),
}


@pytest.mark.parametrize("use", USES)
async def test_what_was_not_sent_is_cleared_too(
    browser: Browser, served: Service, use: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.clock.install()
        await seen.open()
        await USES[use](seen)
        await _pass(seen, 10.1)
        assert await _question(seen) != ""
        await _pass(seen, 1.1)
        assert await seen.page.input_value("#text") == ""
        assert await seen.page.locator(".sheet :checked").count() == 0


async def test_where_there_is_nothing_to_clear_it_never_asks(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.clock.install()
        await seen.open()
        for _ in range(3):
            await _pass(seen, 10.1)
            assert await _question(seen) == ""


async def test_after_a_crisis_it_neither_asks_nor_clears(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.page.clock.install()
        await seen.open()
        await seen.tell("i want to kill myself", "utter_self_harm_open")
        await seen.tell("hm", "utter_unclear_choices")
        for _ in range(4):
            await _pass(seen, 10.1)
            assert await _question(seen) == ""
        assert "utter_self_harm_open" in await scripts(seen)
        # Started again, it is a page as any other.
        await seen.page.click("#again")
        await seen.tell("hm", "utter_unclear_choices")
        await _pass(seen, 10.1)
        assert await _question(seen) != ""


@pytest.mark.parametrize(("minutes", "asks"), [("0", False), ("0.5", True), ("", False)])
async def test_the_settings_say_after_how_many_minutes_and_none_is_never(
    browser: Browser, served: Service, minutes: str, asks: bool
) -> None:
    async def changed(route: Route) -> None:
        answer = await route.fetch()
        body, times = re.subn('data-idle="10"', f'data-idle="{minutes}"', await answer.text())
        assert times == 1
        await route.fulfill(response=answer, body=body)

    async with visit(browser, served) as seen:
        await seen.page.clock.install()
        await seen.page.route(served.address + "/", changed)
        await seen.open()
        await seen.page.fill("#text", "hm")
        await _pass(seen, 0.6)
        assert (await _question(seen) != "") is asks
        await _pass(seen, 30)
        assert (await seen.page.input_value("#text") == "") is asks

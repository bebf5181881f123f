"""The host page and ours: one message, and nothing else gets across."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.page.conftest import EXIT_URL
from tests.page.looking import EMPTY, STORED, sessions, visit
from tests.page.service import Service
from tests.page.sites import (
    CANARY,
    KEYS,
    STRICT,
    TOLD,
    Site,
    ask,
    browsing,
    framed,
    held,
    is_here,
    shown,
)


class TestTogether:
    """What the two pages say to each other, see of each other, and leave behind."""

    pytestmark = browsing

    async def test_only_the_frame_itself_can_ask_the_host_page_to_leave(
        self, browser: Browser, served: Service, partner: Site, stranger: Site, copied: str
    ) -> None:
        away = "parent.postMessage('handrail:leave', '*')"
        other = stranger.add("/other", "<!doctype html><title>Other</title><p>Other")
        twin = f"{served.address}/?host={partner.address}"
        more = framed(other, twin, partner.add("/own", "<!doctype html><title>Own</title><p>Own"))
        address = partner.add("/messages", copied + more.split("</h1>")[1])
        async with visit(browser, served) as seen:
            await seen.page.goto(address)
            ours, *others = await shown(seen.page, 4)
            assert await ours.locator("#log").count() == 1
            for one in ("window", "parent", "frames[0].parent"):
                await seen.page.evaluate(f"{one}.postMessage('handrail:leave', '*')")
            for frame in others:
                await frame.evaluate(away)
            for data in ("'handrail:stay'", "{ data: 'handrail:leave' }", "['handrail:leave']"):
                await ours.evaluate(f"parent.postMessage({data}, '*')")
            assert await is_here(seen.page)
            # The right frame, but somebody else's page in it.
            await seen.page.evaluate(f"document.querySelector('iframe').src = {other!r}")
            await ours.wait_for_url(other)
            await ours.evaluate(away)
            assert await is_here(seen.page)
            await seen.page.goto(address)
            ours, *_ = await shown(seen.page, 4)
            await ours.evaluate(away)
            await seen.has_left()

    @pytest.mark.parametrize("named", [True, False])
    async def test_the_page_tells_nobody_but_the_host_it_named_that_it_leaves(
        self, browser: Browser, served: Service, partner: Site, named: bool
    ) -> None:
        page = framed(f"{served.address}/?host={partner.address}")
        async with visit(browser, served) as seen:
            await seen.page.goto(partner.add("/listening", page))
            (frame,) = await shown(seen.page)
            # The neutral page takes its time, so that a message is heard before it comes.
            await seen.page.route(EXIT_URL, held)
            await seen.page.evaluate(
                "() => { onmessage = (event) => console.log(`told ${event.data}`) }"
            )
            if not named:
                await frame.evaluate("document.body.dataset.host = 'http://localhost:1'")
            await frame.locator(".leave").click()
            await seen.has_left()
            assert ("told handrail:leave" in seen.complaints) is named

    async def test_a_host_with_the_strictest_policy_can_show_it(
        self, browser: Browser, served: Service, partner: Site, copied: str
    ) -> None:
        address = partner.add("/strict", copied, STRICT.format(served.address))
        async with visit(browser, served) as seen:
            await seen.page.context.add_init_script(TOLD)
            await seen.page.goto(address)
            frame = seen.page.frame_locator("iframe")
            await ask(frame)
            style = await seen.page.evaluate(
                "[getComputedStyle(document.body.firstChild).position,"
                " document.querySelector('iframe').getBoundingClientRect().height / innerHeight]"
            )
            assert style == ["fixed", pytest.approx(0.9, abs=0.01)]
            assert await seen.page.evaluate("window.seen") == []
            assert await seen.page.frames[1].evaluate("window.seen") == []
            assert seen.complaints == []
            await frame.get_by_role("link", name="Leave").click()
            await seen.has_left()
            assert seen.complaints == []

    async def test_the_host_page_sees_no_key_and_keeps_nothing(
        self, browser: Browser, served: Service, host: str
    ) -> None:
        async with visit(browser, served) as seen:
            await seen.page.goto(host)
            await seen.page.evaluate(KEYS)
            await seen.page.focus("#search")
            await seen.page.keyboard.type("a")
            # The listeners hear what is typed into the host's own box.
            assert set(await seen.page.evaluate("keys.splice(0)")) >= {"keydown", "input", "keyup"}
            frame = seen.page.frame_locator("iframe")
            await frame.locator("#text").click()
            await seen.page.keyboard.type(f"a threat about {CANARY}")
            await seen.page.keyboard.press("Enter")
            await frame.locator("[data-script=utter_sextortion_open]").wait_for()
            assert await seen.page.evaluate("keys") == []
            assert CANARY not in await seen.page.content()
            assert await seen.page.title() == "Example school"
            assert await seen.page.evaluate(STORED) == EMPTY
            assert await seen.page.context.cookies() == []
            assert set(seen.strangers()) <= {host + "/"}
            assert seen.complaints == []

    async def test_a_conversation_without_a_script_stays_in_the_frame(
        self, browser: Browser, served: Service, partner: Site
    ) -> None:
        bare = framed(f"{served.address}/?host={partner.address}")
        async with visit(browser, served, java_script_enabled=False) as seen:
            before = sessions(served)
            await seen.page.goto(partner.add("/bare", bare))
            frame = seen.page.frame_locator("iframe")
            # Before and after the first message: the country, the language, the beginning anew.
            for _ in range(2):
                await frame.locator("#country-other").click()
                await frame.locator("#country-code").select_option("GB")
                await frame.get_by_role("button", name="Show its numbers").click()
                await frame.locator("#country-code option[value=GB][selected]").wait_for(
                    state="attached"
                )
                assert await frame.locator("body").get_attribute("data-host") == partner.address
                if not await frame.locator("form#leaving").count():
                    await frame.get_by_role("button", name="Someone is threatening me").click()
                    await frame.locator("[data-script=utter_sextortion_open]").wait_for()
            await frame.get_by_role("button", name="Español").click()
            await frame.locator("[data-script=utter_switch_language]").wait_for()
            assert sessions(served) == before + 1
            await frame.locator("#again button").click()
            await frame.locator("a#leaving").wait_for()
            assert await frame.locator("body").get_attribute("data-host") == partner.address
            assert sessions(served) == before
            assert seen.complaints == []

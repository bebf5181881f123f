"""Leaving from inside a page of another site: the whole host page is blank."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.page.conftest import EXIT_URL
from tests.page.looking import sessions, until_sessions, visit
from tests.page.service import Service
from tests.page.sites import (
    CANARY,
    Site,
    ask,
    back_to,
    browsing,
    framed,
)


class TestLeaving:
    """Of the whole page, from within and from without."""

    pytestmark = browsing

    @pytest.mark.parametrize(
        "way", ["bar", "shift in the page", "link in the frame", "shift in the frame"]
    )
    async def test_the_whole_page_leaves_and_back_skips_it(
        self, browser: Browser, served: Service, host: str, way: str
    ) -> None:
        async with visit(browser, served) as seen:
            before = sessions(served)
            await seen.page.goto("about:blank")
            await seen.page.goto(host)
            frame = seen.page.frame_locator("iframe")
            await ask(frame)
            if way == "bar":
                await seen.page.get_by_role("link", name="Leave").first.click()
            elif way == "link in the frame":
                await frame.get_by_role("link", name="Leave").click()
            else:
                within = "frame" in way
                await (frame.locator("#text") if within else seen.page.locator("#search")).focus()
                for _ in range(3):
                    await seen.page.keyboard.press("Shift")
            await seen.has_left()
            await until_sessions(seen, before)
            assert (await back_to(seen))[0] == "about:blank"
            await seen.page.go_forward()
            assert seen.page.url == EXIT_URL

    @pytest.mark.parametrize("way", ["link", "shift"])
    async def test_without_the_loader_the_frame_takes_the_whole_page_away(
        self, browser: Browser, served: Service, partner: Site, way: str
    ) -> None:
        bare = framed(f"{served.address}/?host={partner.address}")
        async with visit(browser, served) as seen:
            before = sessions(served)
            await seen.page.goto("about:blank")
            await seen.page.goto(partner.add("/bare", bare))
            frame = seen.page.frame_locator("iframe")
            await ask(frame)
            if way == "link":
                await frame.get_by_role("link", name="Leave").click()
            else:
                for _ in range(3):
                    await seen.page.keyboard.press("Shift")
            await seen.has_left()
            await until_sessions(seen, before)
            address, text = await back_to(seen)
            assert address == "about:blank"
            assert CANARY not in text

    @pytest.mark.parametrize("way", ["link", "form"])
    async def test_without_a_script_the_frame_takes_the_whole_page_away(
        self, browser: Browser, served: Service, partner: Site, way: str
    ) -> None:
        bare = framed(f"{served.address}/?host={partner.address}")
        async with visit(browser, served, java_script_enabled=False) as seen:
            before = sessions(served)
            await seen.page.goto(partner.add("/bare", bare))
            frame = seen.page.frame_locator("iframe")
            if way == "form":
                await ask(frame)
                await frame.get_by_role("button", name="Leave", exact=True).click()
            else:
                await frame.get_by_role("link", name="Leave", exact=True).click()
            await seen.has_left()
            assert sessions(served) == before
            for _ in range(2):
                assert CANARY not in (await back_to(seen))[1]

    @pytest.mark.parametrize("way", ["bar", "shift"])
    async def test_the_page_of_the_host_is_blank_at_once_and_without_a_network(
        self, browser: Browser, served: Service, host: str, way: str
    ) -> None:
        press = """() => { for (let at = 0; at < 3; at++) for (const kind of ["keydown", "keyup"])
          document.body.dispatchEvent(new KeyboardEvent(kind, { key: "Shift", bubbles: true })) }"""
        click = "() => document.querySelector('a').click()"
        async with visit(browser, served) as seen:
            await seen.page.goto("about:blank")
            await seen.page.goto(host)
            await ask(seen.page.frame_locator("iframe"))
            await seen.page.context.set_offline(True)
            left = await seen.page.evaluate(
                f"() => {{ ({click if way == 'bar' else press})();"
                " return [document.body.childNodes.length, document.title]; }"
            )
            assert left == [0, ""]
            assert CANARY not in (await back_to(seen))[1]

    async def test_the_exit_of_the_host_page_comes_first_and_stays_in_view(
        self, browser: Browser, served: Service, host: str
    ) -> None:
        async with visit(browser, served) as seen:
            await seen.page.goto(host)
            await seen.page.keyboard.press("Tab")
            first = await seen.page.evaluate("document.activeElement === document.body.firstChild")
            assert first
            assert await seen.page.evaluate("document.activeElement.href") == EXIT_URL
            for width, height in ((320, 568), (740, 320), (1280, 800)):
                await seen.page.set_viewport_size({"width": width, "height": height})
                await seen.page.evaluate("scrollTo(0, 1e6)")
                assert await seen.page.evaluate(
                    """() => {
                      const bar = document.body.firstChild;
                      const { top, height, width } = bar.getBoundingClientRect();
                      const free = document.elementFromPoint(width / 2, top + height / 2) === bar;
                      return [top, height >= 44, free];
                    }"""
                ) == [height - 44, True, True]

    CLUMSY = (
        "html, body { height: 100% }",
        "html, body { overflow-x: hidden }",
        "body { display: flex }",
        "body { transform: none; margin: 40px }",
    )

    @pytest.mark.parametrize("style", CLUMSY)
    async def test_the_bar_is_in_view_whatever_the_style_of_the_host(
        self, browser: Browser, served: Service, partner: Site, copied: str, style: str
    ) -> None:
        tall = "<p style='height: 3000px; width: 1px'></p></main>"
        html = copied.replace("</main>", tall).replace("</head>", f"<style>{style}</style></head>")
        async with visit(browser, served, viewport={"width": 390, "height": 740}) as seen:
            await seen.page.goto(partner.add("/clumsy", html))
            bar = seen.page.get_by_role("link", name="Leave", exact=True).first
            await bar.wait_for()
            await seen.page.evaluate("scrollTo(0, document.body.scrollHeight)")
            box = await bar.bounding_box()
            assert box is not None
            assert box["height"] >= 44 and box["width"] >= 44
            assert box["y"] >= 0 and box["y"] + box["height"] <= 740

    @pytest.mark.parametrize("way", ["bar", "frame"])
    async def test_a_host_that_asks_whether_to_stay_does_not_hold_it_up(
        self, browser: Browser, served: Service, partner: Site, copied: str, way: str
    ) -> None:
        asks = "<script>onbeforeunload = (event) => event.preventDefault()</script></main>"
        asked: list[str] = []
        async with visit(browser, served) as seen:
            seen.page.on("dialog", lambda dialog: asked.append(dialog.type))
            seen.page.on("request", lambda request: came.append(request.headers.get("referer")))
            came: list[str | None] = []
            await seen.page.goto(partner.add("/asks", copied.replace("</main>", asks)))
            await seen.page.fill("#search", "something typed")
            where = seen.page if way == "bar" else seen.page.frame_locator("iframe")
            await where.get_by_role("link", name="Leave", exact=True).first.click()
            await seen.has_left()
            assert asked == []
            assert came[-1] is None, "the neutral page learns where somebody came from"

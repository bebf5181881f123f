"""Who may show the page inside theirs, by header and in the browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urlencode

import httpx
import pytest
from playwright.async_api import Browser

from tests.page.looking import visit
from tests.page.service import Service
from tests.page.sites import (
    Site,
    browsing,
    framed,
    shown,
)


class TestWhoMayShowIt:
    """One site at a time, and nobody else."""

    pytestmark = browsing

    @pytest.fixture
    async def client(self, served: Service) -> AsyncIterator[httpx.AsyncClient]:
        async with httpx.AsyncClient(base_url=served.address) as client:
            yield client

    async def test_the_policy_names_the_one_site_that_asks(
        self, client: httpx.AsyncClient, host: str, partner: Site
    ) -> None:
        for site, other in ((host, partner.address), (partner.address, host)):
            for given in (site, site + "/", site.upper()):
                answer = await client.get("/", params={"host": given})
                policy = answer.headers["content-security-policy"].split("; ")
                assert [one for one in policy if one.startswith("frame-ancestors")] == [
                    f"frame-ancestors {site}"
                ]
                assert "x-frame-options" not in answer.headers
                assert other not in answer.text + str(answer.headers)

    async def test_nobody_else_is_named(self, client: httpx.AsyncClient, partner: Site) -> None:
        own = partner.address
        falsely = [
            *("", "*", "null", "http://stranger.test", "http://localhost", own + ".evil.test"),
            *(own + "; frame-ancestors *", own + " *", own.replace("http:", "https:"), "a\r\nb"),
        ]
        paths = [f"/?{urlencode({'host': one})}" for one in falsely]
        paths += ["/", f"/about?host={own}", f"/keep?host={own}", f"/leave?host={own}"]
        paths += ["/static/chat.js", "/embed.js", "/nothing-here", "/?host=a&host="]
        for path in paths:
            answer = await client.get(path)
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
            assert answer.headers["x-frame-options"] == "DENY", path
            assert "data-host" not in answer.text

    async def test_a_site_that_is_not_allowed_shows_nothing_but_its_exit(
        self, browser: Browser, served: Service, stranger: Site, copied: str
    ) -> None:
        async with visit(browser, served) as seen:
            for way in ("bar", "shift"):
                await seen.page.goto(stranger.add("/", copied))
                (frame,) = await shown(seen.page)
                assert frame.url == "chrome-error://chromewebdata/"
                assert await frame.locator("#log, #text, .leave").count() == 0
                if way == "bar":
                    await seen.page.get_by_role("link", name="Leave").click()
                else:
                    await seen.page.focus("#search")
                    for _ in range(3):
                        await seen.page.keyboard.press("Shift")
                await seen.has_left()
            assert [one for one in seen.complaints if "frame-ancestors" not in one] == []
            assert len(seen.complaints) == 2

    async def test_a_false_name_shows_nothing(
        self, browser: Browser, served: Service, partner: Site, stranger: Site
    ) -> None:
        def page(host: str | None) -> str:
            return f"{served.address}/" + (f"?{urlencode({'host': host})}" if host else "")

        hosts = (partner.address, stranger.address, "*", None, f"{partner.address} *")
        async with visit(browser, served) as seen:
            await seen.page.goto(stranger.add("/false", framed(*map(page, hosts))))
            frames = await shown(seen.page, len(hosts))
            assert {frame.url for frame in frames} == {"chrome-error://chromewebdata/"}
            # The same frames on a site that is allowed: the true name alone shows the page.
            await seen.page.goto(partner.add("/true", framed(*map(page, hosts))))
            frames = await shown(seen.page, len(hosts))
            assert [await frame.locator("#log").count() for frame in frames] == [1, 0, 0, 0, 0]

    async def test_the_page_stays_in_a_site_within_a_site_only_if_both_are_allowed(
        self, browser: Browser, served: Service, partner: Site, stranger: Site
    ) -> None:
        inner = partner.add("/inner", framed(f"{served.address}/?host={partner.address}"))
        async with visit(browser, served) as seen:
            await seen.page.goto(stranger.add("/outer", framed(inner)))
            frames = await shown(seen.page, 2)
            assert frames[1].url == "chrome-error://chromewebdata/"
            assert await frames[0].locator("h1").inner_text() == "School"

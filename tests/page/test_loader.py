"""The loader and the command that prints what another site copies."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re

import httpx
import pytest
from playwright.async_api import Browser
from typer.testing import CliRunner

from bot.cli import app
from bot.page.embedding import host_page, snippet
from bot.settings import ROOT
from tests.page.conftest import EXIT_URL
from tests.page.looking import visit
from tests.page.service import Service
from tests.page.sites import (
    Site,
    browsing,
)


class TestLoader:
    """The file that other sites run, which they can check."""

    pytestmark = browsing

    async def test_it_is_small_and_what_its_hash_says(self, served: Service) -> None:
        async with httpx.AsyncClient() as client:
            answer = await client.get(served.address + "/embed.js")
        digest = base64.b64encode(hashlib.sha384(answer.content).digest()).decode()
        assert f'integrity="sha384-{digest}"' in snippet(served.address, EXIT_URL, "en")
        assert len(gzip.compress(answer.content, mtime=0)) <= 1000
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_only_the_loader_is_for_others(self, served: Service) -> None:
        async with httpx.AsyncClient(base_url=served.address) as client:
            for path in ("/", "/static/chat.js", "/static/page.css", "/about", "/keep"):
                headers = (await client.get(path)).headers
                assert "access-control-allow-origin" not in headers
                assert headers["cross-origin-resource-policy"] == "same-origin"

    async def test_another_file_than_the_hash_says_never_runs_and_the_link_still_works(
        self, browser: Browser, served: Service, partner: Site, copied: str
    ) -> None:
        wrong = re.sub(r"sha384-[^\"]+", "sha384-" + "A" * 64, copied)
        assert wrong != copied
        async with visit(browser, served) as seen:
            await seen.page.goto(partner.add("/wrong", wrong))
            assert await seen.page.locator("iframe").count() == 0
            assert await seen.page.get_by_role("link", name="Leave").count() == 0
            assert any("integrity" in one for one in seen.complaints)
            await seen.page.get_by_role("link", name="Help, one step at a time").click()
            await seen.page.wait_for_selector("#log")
            assert seen.page.url == f"{served.address}/?locale=en"

    async def test_a_host_page_in_spanish_shows_the_page_in_spanish(
        self, browser: Browser, served: Service, partner: Site
    ) -> None:
        page = host_page(snippet(served.address, EXIT_URL, "es"))
        async with visit(browser, served) as seen:
            await seen.page.goto(partner.add("/es", page))
            assert await seen.page.frame_locator("iframe").locator("html[lang=es]").count() == 1
            title = await seen.page.frame_locator("iframe").locator("h1").inner_text()
            assert await seen.page.locator("iframe").get_attribute("title") == title


class TestCommand:
    """`handrail embed`."""

    @pytest.fixture(autouse=True)
    def settings(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HANDRAIL_EXIT_URL", "https://weather.example/")
        monkeypatch.setenv("HANDRAIL_EMBED_ORIGINS", "https://school.example")
        monkeypatch.setenv("HANDRAIL_LOCALES", "en,es")

    def test_it_prints_the_snippet_with_the_hash_of_the_file(self) -> None:
        ran = CliRunner().invoke(app, ["embed", "--address", "https://help.example/"])
        content = (ROOT / "bot" / "page" / "static" / "embed.js").read_bytes()
        digest = base64.b64encode(hashlib.sha384(content).digest()).decode()
        assert ran.exit_code == 0
        assert f'src="https://help.example/embed.js" integrity="sha384-{digest}"' in ran.stdout
        assert 'data-exit="https://weather.example/"' in ran.stdout
        assert 'href="https://help.example/?locale=en"' in ran.stdout
        assert ran.stderr == ""

    def test_it_speaks_the_language_that_is_asked_for(self) -> None:
        ran = CliRunner().invoke(app, ["embed", "--locale", "es"])
        assert ran.exit_code == 0
        assert 'lang="es"' in ran.stdout
        assert "?locale=es" in ran.stdout

    def test_a_language_that_is_not_offered_is_refused(self) -> None:
        ran = CliRunner().invoke(app, ["embed", "--locale", "xx"])
        assert ran.exit_code == 1
        assert ran.stdout == ""
        assert "xx is not offered: en, es" in ran.stderr

    def test_it_says_when_no_site_may_show_the_page(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HANDRAIL_EMBED_ORIGINS", "")
        ran = CliRunner().invoke(app, ["embed"])
        assert ran.exit_code == 0
        assert "<script" in ran.stdout
        assert "HANDRAIL_EMBED_ORIGINS" in ran.stderr

    def test_the_demonstration_says_what_to_set_when_it_is_not_allowed(self) -> None:
        ran = CliRunner().invoke(app, ["embed", "--demo", "--port", "8123"])
        assert ran.exit_code == 1
        assert "HANDRAIL_EMBED_ORIGINS=http://127.0.0.1:8123" in ran.stderr

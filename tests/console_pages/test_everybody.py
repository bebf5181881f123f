"""For everybody who works here: no barrier, nothing scrolls sideways, keys suffice."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from tests.console_pages.conftest import DESKTOP, PHONE, Town, desk_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SCRIPT = "utter_step_keep_evidence"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def places(town: Town) -> list[str]:
    """Every kind of page that somebody with three roles sees."""
    live = town.house.live(SCRIPT)
    return [
        "/scripts", "/scripts?overdue=1&words=step", f"/scripts/{SCRIPT}", f"/editions/{live}",
        f"/editions/{live}/preview", "/queue", "/releases", "/releases/1",
        f"/scripts/{SCRIPT}/withdraw", "/helpers", "/helpers/us_988_lifeline", "/helpers/new",
        "/helpers/health", "/exchange", "/audit", "/insight", "/unclear", "/account", "/confirm",
    ]  # fmt: skip


@pytest.mark.parametrize("size", ["phone", "desktop"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_no_barrier_on_any_page(
    browser: Browser, town: Town, theme: str, size: str
) -> None:
    found: dict[str, list[str]] = {}
    viewport = PHONE if size == "phone" else DESKTOP
    options = {"color_scheme": theme, "viewport": viewport}
    async with desk_of(browser, town, "alex", **options) as (_, page):
        for path in places(town):
            answer = await page.goto(town.console + path)
            assert answer is not None
            assert (path, answer.status) == (path, 200)
            result = await Axe().run(page)
            rules = [
                f"{rule['id']}: {node['target']}"
                for rule in result.response["violations"]
                for node in rule["nodes"][:3]
            ]
            if await page.evaluate(WIDER) > 0:
                rules.append("it scrolls sideways")
            if rules:
                found[path] = rules
    assert found == {}


async def test_a_text_is_found_and_edited_by_keys_alone(browser: Browser, town: Town) -> None:
    async with desk_of(browser, town, "ana") as (_, page):
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.get_by_label("Words in the text or the name").focus()
        await page.keyboard.type(SCRIPT)
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**words={SCRIPT}**")
        for _ in range(40):
            await page.keyboard.press("Tab")
            focused = await page.evaluate("document.activeElement.textContent.trim()")
            if focused == SCRIPT:
                break
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", level=1)).to_have_text(SCRIPT)


async def test_the_pages_ask_nobody_else_for_anything(browser: Browser, town: Town) -> None:
    async with desk_of(browser, town, "alex") as (_, page):
        asked: set[str] = set()
        page.on("request", lambda request: asked.add(request.url))
        for path in places(town):
            await page.goto(town.console + path)
        assert {url for url in asked if not url.startswith(town.console)} == set()


async def test_without_a_script_a_text_can_be_edited_and_saved(
    browser: Browser, town: Town
) -> None:
    async with desk_of(browser, town, "ana", java_script_enabled=False) as (_, page):
        await page.goto(f"{town.console}/scripts/utter_step_block")
        await page.get_by_role("button", name="Edit", exact=True).first.click()
        words = "Block the account in the app. It cannot write to you any more."
        await page.get_by_label("Text", exact=True).fill(words)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status").first).to_contain_text("Saved")

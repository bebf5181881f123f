"""Things to keep: ticked, composed, printed and copied on the device alone."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from playwright.async_api import Browser

from bot.content.keep import load_sheets
from bot.settings import ROOT
from tests.page.looking import EMPTY, Visit, visit
from tests.page.places import each_language, told, two_places
from tests.page.service import STEPS, Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What is seen on paper while the page prints, and what is marked for it.
PRINT = """window.print = () => {
  const marked = document.querySelectorAll(".printed");
  const words = (part) => part.innerText.trim();
  window.paper = {
    sheets: marked.length, one: document.documentElement.className,
    sheet: [...marked].map(words).join(), all: words(document.body),
  };
  dispatchEvent(new Event("afterprint"));
};"""
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"
NO_COPY = "document.execCommand = () => false;"


async def _printed(seen: Visit, sheet: str) -> dict[str, Any]:
    """What a sheet's Print puts on paper."""
    await seen.page.emulate_media(media="screen")
    button = seen.page.locator(f"{sheet} [data-tool=print]")
    await button.scroll_into_view_if_needed()
    await button.focus()
    await seen.page.emulate_media(media="print")
    await button.evaluate("(one) => one.click()")
    await seen.page.emulate_media(media="screen")
    paper: dict[str, Any] = await seen.page.evaluate("window.paper")
    assert (paper["sheets"], paper["one"]) == (1, "one-sheet")
    assert await seen.page.locator(".printed").count() == 0
    assert await seen.page.get_attribute("html", "class") in (None, "")
    return paper


async def _pasted(seen: Visit) -> str:
    """What is in the clipboard, by the person's own way to get it."""
    await seen.page.fill("#text", "")
    await seen.page.focus("#text")
    await seen.page.keyboard.press("Control+V")
    return await seen.page.input_value("#text")


@two_places
async def test_the_whole_plan_is_one_sheet_to_print_and_to_copy(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await seen.page.add_init_script(PRINT)
        await seen.open(f"/?locale={locale}")
        await seen.tell("whole plan zanzibar", "utter_plan_whole_end")
        plan = seen.page.locator("#log .sheet.plan")
        assert await plan.locator("[data-script]").count() == len(STEPS) + 2
        bars = plan.locator("progress")
        assert [await bar.get_attribute("value") for bar in await bars.all()] == ["1", "2", "3"]
        assert await plan.locator(".hint").inner_text() == told(locale, "keep_warning")
        steps = [plan.locator(f"[data-script={step}] p").last for step in STEPS]
        lines = [await line.inner_text() for line in steps]
        paper = await _printed(seen, ".plan")
        for line in lines:
            assert line in paper["all"]
        # Nothing else is on paper: neither what was typed nor who can be called from here.
        assert paper["all"] == paper["sheet"]
        assert "zanzibar" not in paper["all"]
        await plan.locator("[data-tool=copy]").click()
        await plan.locator(".copied:not(:empty)").wait_for()
        assert await plan.locator(".copied").inner_text() == told(locale, "keep_copied")
        copied = await seen.page.evaluate("navigator.clipboard.readText()")
        for line in lines:
            assert line in copied
        assert told(locale, "keep_warning") not in copied
        assert seen.complaints == []


@pytest.mark.parametrize("works", [True, False], ids=["the old way works", "no way works"])
@each_language
async def test_without_a_clipboard_copying_takes_the_old_way_or_says_that_it_failed(
    browser: Browser, served: Service, locale: str, works: bool
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.add_init_script(NO_CLIPBOARD + ("" if works else NO_COPY))
        await seen.open(f"/?locale={locale}")
        await seen.page.locator("#sheets summary").last.click()
        sheet = seen.page.locator("#sheets .choose")
        await sheet.locator("input").first.check()
        line = await sheet.locator(".option span").first.text_content()
        await sheet.locator("[data-tool=copy]").click()
        await sheet.locator(".copied:not(:empty)").wait_for()
        said = told(locale, "keep_copied" if works else "keep_not_copied")
        assert await sheet.locator(".copied").inner_text() == said
        assert await seen.page.locator("body > textarea").count() == 0
        if works:
            assert await _pasted(seen) == line


@each_language
async def test_without_a_script_the_warning_stands_by_the_whole_plan(
    browser: Browser, served: Service, locale: str
) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.page.fill("#text", "whole plan")
        await seen.page.click("#send")
        await seen.answered("utter_plan_whole_end")
        warning = seen.page.locator("#chat > .hint")
        assert await warning.inner_text() == told(locale, "keep_warning")
        # What needs a script is not offered.
        assert await seen.page.locator("[data-tool]:visible").count() == 0


@pytest.mark.parametrize("where", ["on the page", "on its own"])
@two_places
async def test_ticked_lines_stay_on_the_device_and_work_without_the_network(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int], where: str
) -> None:
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.page.add_init_script(PRINT)
        for kind, sheet in (("choose", "tell_adult"), ("check", "evidence")):
            if where == "on the page":
                await seen.open(f"/?locale={locale}")
                for summary in await seen.page.locator("#sheets summary").all():
                    await summary.click()
                assert await seen.page.get_by_text(told(locale, "keep_local")).is_visible()
            else:
                await seen.open(f"/keep?locale={locale}")
                await seen.page.click(f"button[value={sheet}]")
                await seen.page.wait_for_selector(f".sheet.{kind}")
            await seen.page.wait_for_load_state("networkidle")
            await seen.page.context.set_offline(True)
            asked = len(seen.requests)
            boxes = seen.page.locator(f".sheet.{kind} input")
            lines = await seen.page.locator(f".sheet.{kind} .option").all_inner_texts()
            for place in (0, 2):
                await boxes.nth(place).check()
            if kind == "choose":
                message = seen.page.locator(".sheet.choose .composed textarea")
                assert await message.input_value() == f"{lines[0]}\n{lines[2]}"
                assert await message.is_visible()
            assert await seen.barriers() == []
            paper = await _printed(seen, f".sheet.{kind}")
            for place, line in enumerate(lines):
                assert (line in paper["sheet"]) is (place in (0, 2)), line
            assert told(locale, "leave_note") not in paper["all"]
            if kind == "choose":
                for place in (0, 2):
                    await boxes.nth(place).uncheck()
                assert await message.is_hidden()
            assert len(seen.requests) == asked
            await seen.page.context.set_offline(False)
            assert await seen.stored() == EMPTY
        assert seen.strangers() == []
        assert seen.complaints == []


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_what_is_kept_is_readable_on_a_small_phone(
    browser: Browser, served: Service, locale: str, scheme: Literal["light", "dark"]
) -> None:
    async with visit(browser, served, color_scheme=scheme) as seen:
        await seen.page.set_viewport_size({"width": 320, "height": 640})
        await seen.page.goto(f"{served.address}/keep?locale={locale}")
        for sheet in load_sheets(ROOT):
            await seen.page.click(f"button[value={sheet}]")
            await seen.page.wait_for_selector(".sheet")
            assert await seen.barriers() == []
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert await seen.page.evaluate(wide) is False
        assert seen.strangers() == []
        assert seen.complaints == []

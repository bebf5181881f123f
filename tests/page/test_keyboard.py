"""Without a mouse: all is reached by Tab in a sensible order, and the focus is seen, not lost."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.page.looking import Visit, visit
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# What has the focus: the part of the page it is in, what it is, and why it cannot be seen.
FOCUSED = """async () => {
  // The browser scrolls to it in the next frame.
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  const e = document.activeElement;
  if (e === document.body) return {part: "body", what: "", hidden: ""};
  const parts = ["#leaving", "#quick", "#heading", "#log", "#choices", "#writing", "#country-other",
    "#country", "#card", "#sheets", "#foot"];
  const style = getComputedStyle(e);
  const box = e.getBoundingClientRect();
  const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  const hidden = style.outlineStyle !== "solid" || parseFloat(style.outlineWidth) < 2 ? "no outline"
    : box.top < 0 || box.bottom > innerHeight ? `out of view: ${box.top} to ${box.bottom}`
    : !e.contains(top) && !top?.contains(e) ? `under ${top?.localName}.${top?.className}` : "";
  const what = e.textContent.trim().slice(0, 40) || e.id || e.type;
  return {part: parts.find((part) => e.closest(part)) ?? e.localName, what, hidden};
}"""
FIRST_TURN = ["#leaving", "#quick", "#heading", "#choices", "#writing", "#country-other"]
AFTERWARDS = ["#card", "#sheets", "#foot"]


async def focused(seen: Visit) -> dict[str, str]:
    found: dict[str, str] = await seen.page.evaluate(FOCUSED)
    return found


async def press(seen: Visit, *keys: str) -> None:
    for key in keys:
        await seen.page.keyboard.press(key)


async def tab_to(seen: Visit, what: str, key: str = "Tab") -> None:
    """Press Tab until this has the focus."""
    for _ in range(60):
        await press(seen, key)
        if (await focused(seen))["what"].startswith(what):
            return
    raise AssertionError(f"{what} is not reached")


async def stops(seen: Visit) -> list[dict[str, str]]:
    """Each stop of a walk by Tab alone, until the page ends."""
    found: list[dict[str, str]] = []
    for _ in range(80):
        await press(seen, "Tab")
        stop = await focused(seen)
        if stop["part"] == "body":
            return found
        found.append(stop)
    raise AssertionError("Tab never leaves the page")


@pytest.mark.parametrize("locale", ["en", "es"])
@pytest.mark.parametrize(
    ("width", "height"), [(1280, 720), (320, 640), (320, 256)], ids=["desk", "phone", "zoomed"]
)
async def test_tab_goes_from_the_exit_through_the_page_and_each_stop_is_seen(
    browser: Browser, served: Service, locale: str, width: int, height: int
) -> None:
    size: dict[str, Any] = {"viewport": {"width": width, "height": height}}
    async with visit(browser, served, **size, reduced_motion="reduce") as seen:
        await seen.open(f"/?locale={locale}")
        found = await stops(seen)
        assert [part for part, _ in groupby(stop["part"] for stop in found)] == [
            *FIRST_TURN,
            *AFTERWARDS,
        ]
        assert [stop["what"] for stop in found if stop["part"] == "#writing"] == [
            "text",
            await seen.page.inner_text("#send"),
        ]
        assert [stop for stop in found if stop["hidden"]] == []


async def test_each_stop_is_seen_after_an_answer_too(browser: Browser, served: Service) -> None:
    async with visit(
        browser, served, viewport={"width": 360, "height": 640}, reduced_motion="reduce"
    ) as seen:
        await seen.open()
        await seen.tell("the whole plan", "utter_plan_whole_end")
        await seen.tell("i want to kill myself", "utter_self_harm_open")
        await seen.page.evaluate("document.activeElement.blur(); getSelection().empty()")
        await seen.page.locator("#leaving").focus()
        found = await stops(seen)
        parts = [part for part, _ in groupby(stop["part"] for stop in found)]
        assert parts == [
            *("#quick", "#heading", "#log", "#choices", "#writing", "#country-other"),
            *AFTERWARDS,
        ]
        assert [stop for stop in found if stop["hidden"]] == []


async def test_a_whole_conversation_needs_no_mouse(browser: Browser, served: Service) -> None:
    async with visit(browser, served, reduced_motion="reduce") as seen:
        page = seen.page
        await page.add_init_script("window.printed = 0; window.print = () => { printed += 1; }")
        await seen.open()
        await tab_to(seen, "Someone is threatening me")
        await press(seen, "Enter")
        await seen.answered("utter_sextortion_open")
        assert (await focused(seen))["what"] == "text"
        await page.keyboard.type("what now")
        await press(seen, "Enter")
        await seen.answered("utter_unclear_choices")
        assert (await focused(seen))["what"] == "text"
        await tab_to(seen, "I don't feel safe with myself", "Shift+Tab")
        await press(seen, "Space")
        await seen.answered("utter_self_harm_open")
        assert (await focused(seen))["what"] == "text"
        await page.keyboard.type("the whole plan")
        await tab_to(seen, "Send")
        await press(seen, "Enter")
        await seen.answered("utter_plan_whole_end")
        assert (await focused(seen))["what"] == "text"
        await tab_to(seen, "Print", "Shift+Tab")
        await press(seen, "Enter")
        assert await page.evaluate("printed") == 1
        await tab_to(seen, "Words for telling an adult")
        await press(seen, "Enter")
        await press(seen, "Tab", "Space")
        assert await page.locator("#sheets .choose :checked").count() == 1
        await tab_to(seen, "Copy")
        await press(seen, "Enter")
        await page.locator("#sheets .copied:not(:empty)").wait_for()
        assert (await focused(seen))["what"] == "Copy"
        await tab_to(seen, "Clear and start again")
        await press(seen, "Enter")
        await seen.answered("utter_welcome")
        assert (await focused(seen))["part"] != "body"
        await tab_to(seen, "Leave", "Shift+Tab")
        await press(seen, "Enter")
        await seen.has_left()


@pytest.mark.parametrize("begun", [False, True], ids=["before a message", "in a conversation"])
async def test_another_language_keeps_the_focus(
    browser: Browser, served: Service, begun: bool
) -> None:
    async with visit(browser, served, reduced_motion="reduce") as seen:
        await seen.open()
        if begun:
            await seen.tell("hm", "utter_unclear_choices")
            await tab_to(seen, "Español", "Shift+Tab")
        else:
            await tab_to(seen, "Español")
        await press(seen, "Enter")
        await seen.page.wait_for_selector("html[lang=es]")
        await seen.page.locator("a.language[lang=en]").wait_for()
        assert (await focused(seen))["part"] == "#heading"


async def test_another_country_keeps_the_focus(browser: Browser, served: Service) -> None:
    async with visit(browser, served, reduced_motion="reduce") as seen:
        await seen.open()
        await tab_to(seen, "Not in the United States?")
        await press(seen, "Enter", "Tab")
        for _ in range(20):
            if await seen.page.input_value("#country-code") != "GB":
                await press(seen, "ArrowUp")
        assert await seen.page.input_value("#country-code") == "GB"
        await tab_to(seen, "Show its numbers")
        await press(seen, "Enter")
        await seen.page.wait_for_selector(".quick a[href='tel:999']")
        assert (await focused(seen))["part"] == "#country-other"


async def test_a_failure_and_another_try_keep_the_focus(browser: Browser, served: Service) -> None:
    async with visit(browser, served, reduced_motion="reduce") as seen:
        await seen.open()
        await seen.page.route("**/api/v1/**", lambda route: route.abort())
        await tab_to(seen, "Someone is threatening me")
        await press(seen, "Enter")
        await seen.answered("utter_problem_busy")
        assert (await focused(seen))["what"] == "text"
        await seen.page.unroute_all()
        await tab_to(seen, "Try again", "Shift+Tab")
        await press(seen, "Enter")
        await seen.answered("utter_sextortion_open")
        assert (await focused(seen))["what"] == "text"


async def test_on_a_phone_the_focus_goes_to_the_answer(browser: Browser, served: Service) -> None:
    async with visit(browser, served, has_touch=True, is_mobile=True) as seen:
        await seen.open()
        await seen.page.get_by_role("button", name="Someone is threatening me").tap()
        await seen.answered("utter_sextortion_open")
        assert await seen.page.evaluate("document.activeElement.id") == "log"

"""Every state in which a person may find the page, one after the other in a single visit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

from playwright.async_api import Frame, Page, Route
from sqlalchemy import text

from tests.page.looking import Visit
from tests.page.service import STEPS

FILE = """() => {
  const given = new DataTransfer();
  given.items.add(new File(["x"], "x.png", {type: "image/png"}));
  document.getElementById("text").dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: given, bubbles: true, cancelable: true}));
}"""
API = "**/api/v1/messages"


async def states(seen: Visit, locale: str = "en") -> AsyncIterator[str]:
    """The names of the states; at each one the page is in it."""
    page = seen.page
    await page.clock.install()
    await seen.open(f"/?locale={locale}")
    yield "home"
    await seen.tell("hm", "utter_unclear_choices")
    yield "first answer"
    await page.clock.fast_forward("10:30")
    await page.locator("#idle button").wait_for()
    yield "idle question"
    await seen.tell(f"show:{STEPS[1]}", STEPS[1])
    await page.locator("#log progress").wait_for()
    yield "step"
    await seen.tell("the whole plan", "utter_plan_whole_end")
    yield "whole plan"
    await page.evaluate(FILE)
    await seen.answered("utter_no_images")
    yield "refused file"
    await seen.tell("i want to kill myself", "utter_self_harm_open")
    yield "crisis"
    await page.click("#country-other")
    yield "country form"
    for place in (0, 1):
        await page.locator("#sheets summary").nth(place).click()
    await page.locator("#sheets .choose input").first.check()
    await page.locator("#sheets [data-tool=copy]").first.click()
    await page.locator("#sheets .copied:not(:empty)").wait_for()
    yield "open sheets"
    async for name in _trouble(seen):
        yield name


async def _trouble(seen: Visit) -> AsyncIterator[str]:
    """A server that is slow, fails, and has ended the conversation."""
    page = seen.page
    held: list[Route] = []

    async def hold(route: Route) -> None:
        held.append(route)

    await page.route(API, hold)
    async with page.expect_request(API):
        await seen.write("hm")
    await page.clock.fast_forward(4500)
    await page.locator("#log > .passing:last-child").wait_for()
    yield "slow"
    for route in held:
        await route.abort()
    await seen.answered("utter_problem_busy")
    yield "failure"
    await page.unroute_all()
    with seen.service.edge.engine.begin() as connection:
        connection.execute(text("update session set expires = 0"))
    await page.locator("#choices button").first.click()
    await seen.answered("utter_problem_expired")
    yield "ended"


async def pages(seen: Visit, locale: str = "en") -> AsyncIterator[str]:
    """The other pages, and the chat's as the server alone makes it."""
    page = seen.page
    for path in ("/about", "/keep"):
        await seen.open(f"{path}?locale={locale}")
        if path == "/about":
            await page.evaluate("document.querySelectorAll('details').forEach((e) => e.open = 1)")
        yield path
    # Every sheet has its own test (test_keeping.py).
    for sheet in ("tell_adult", "plan"):
        await page.click(f"button[value={sheet}]")
        await page.wait_for_selector(".sheet")
        yield f"sheet {sheet}"
    # Blocked rather than switched off: the checks themselves need a script.
    await page.route("**/static/chat.js", lambda route: route.abort())
    await seen.open(f"/?locale={locale}")
    yield "home without a script"
    for words, script in (
        ("the whole plan", "utter_plan_whole_end"),
        ("i want to kill myself", "utter_self_harm_open"),
        (f"show:{STEPS[1]}", STEPS[1]),
    ):
        await page.fill("#text", words)
        await page.click("#send")
        await seen.answered(script)
        yield f"{script} without a script"
    await page.unroute_all()
    service = seen.service.edge.conversations
    kept = service.retirement
    service.retirement = replace(kept, day=date(2020, 1, 1))
    try:
        await seen.open(f"/?locale={locale}")
        await seen.answered("utter_retired")
        yield "retired"
        await seen.open(f"/about?locale={locale}")
        yield "about what has retired"
    finally:
        service.retirement = kept


async def embedded(seen: Visit, host: str) -> AsyncIterator[tuple[str, Page | Frame]]:
    """The page of another site, and our page in it."""
    await seen.page.goto(host)
    await seen.page.frame_locator("iframe").locator("#text").wait_for()
    yield "host", seen.page
    frame = seen.page.frames[1]
    yield "embedded home", frame
    await frame.fill("#text", "i want to kill myself")
    await frame.press("#text", "Enter")
    await frame.wait_for_selector("#log [data-script=utter_self_harm_open]")
    yield "embedded crisis", frame

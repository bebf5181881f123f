"""The page in a real Chromium: with a script, without one, and when things go wrong."""

from __future__ import annotations

import time
from typing import Literal

import pytest
from playwright.async_api import Browser, Route
from sqlalchemy import text

from bot.content.keep import load_sheets
from bot.settings import ROOT
from tests.page.looking import Visit, visit
from tests.page.service import STEPS, Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

EMPTY = {"local": 0, "session": 0, "cookies": 0, "databases": 0, "caches": 0, "workers": 0}
LEAVE = """() => {
  document.querySelector(".leave").click();
  return [document.body.childNodes.length, document.title];
}"""
PAYLOADS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    "<svg><script>window.hit=1</script></svg>",
    '"><script>window.hit=1</script>',
    "'><img src=x onerror=window.hit=1>",
    "</p></div><script>window.hit=1</script>",
    "</textarea><script>window.hit=1</script>",
    "</template><img src=x onerror=window.hit=1>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<a href='javascript:window.hit=1'>here</a>",
    "javascript:window.hit=1",
    "<body onload=window.hit=1>",
    "<details open ontoggle=window.hit=1>",
    "<input autofocus onfocus=window.hit=1>",
    "<math><mi xlink:href='javascript:window.hit=1'>x</mi></math>",
    "<style>@import'javascript:window.hit=1';</style>",
    "<meta http-equiv=refresh content='0;url=javascript:window.hit=1'>",
    "${window.hit=1}{{constructor.constructor('window.hit=1')()}}",
    "&lt;img src=x onerror=window.hit=1&gt;\u202e<b>\u0000",
)


def sessions(service: Service) -> int:
    with service.edge.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from session")).scalar_one())


async def until_sessions(seen: Visit, count: int) -> None:
    """Wait until so many conversations are left: the page is gone, the erasing is on its way."""
    limit = time.monotonic() + 10
    while sessions(seen.service) != count:
        assert time.monotonic() < limit, "the conversation was not erased"
        await seen.page.wait_for_timeout(50)


async def test_a_conversation_with_the_script(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.choose("Someone is threatening me")
        await seen.answered("utter_sextortion_open")
        await seen.write("what now")
        await seen.answered("utter_unclear_choices")
        assert await seen.page.evaluate("document.activeElement.id") == "text"
        await seen.choose("I don't feel safe with myself")
        await seen.answered("utter_self_harm_open")
        assert await seen.page.locator(".mine p").all_text_contents() == [
            "You: Someone is threatening me",
            "You: what now",
            "You: I don't feel safe with myself",
        ]
        assert seen.page.url == served.address + "/"
        assert await seen.page.locator("#log a[href='tel:988']").count() == 1
        assert await seen.stored() == EMPTY
        assert seen.strangers() == []
        assert seen.complaints == []


async def test_a_conversation_without_a_script(browser: Browser, served: Service) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open()
        await seen.choose("Someone is threatening me")
        await seen.answered("utter_sextortion_open")
        await seen.page.fill("#text", "what now")
        await seen.choose("Send")
        await seen.answered("utter_unclear_choices")
        await seen.choose("I don't feel safe with myself")
        await seen.answered("utter_self_harm_open")
        assert await seen.page.locator("#log a[href='tel:988']").is_visible()
        assert seen.strangers() == []


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without a script"])
async def test_each_step_of_the_whole_plan_has_its_own_button(
    browser: Browser, served: Service, script: bool
) -> None:
    async with visit(browser, served, java_script_enabled=script) as seen:
        await seen.open()
        await seen.page.fill("#text", "show me the whole plan")
        await seen.choose("Send")
        await seen.answered("utter_plan_whole_end")
        if script:
            assert await seen.barriers() == []
        opening = seen.page.locator(".bubble .choice")
        assert await opening.all_text_contents() == ["Open this step"] * len(STEPS)
        below = await seen.page.locator("#choices .choice").all_text_contents()
        assert below == ["Back to my steps", "Talk to a person", "Something else"]
        before = len(served.worker.turns)
        await seen.page.locator(f"[data-script={STEPS[1]}] .choice").click()
        await seen.page.wait_for_selector('#choices .choice:has-text("I can\'t")')
        (turn,) = served.worker.turns[before:]
        assert f"show:{STEPS[1]}" in turn["text"]


async def test_chosen_words_become_a_message_on_the_device_alone(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.goto(f"{served.address}/keep")
        await seen.page.click("button[value=tell_adult]")
        boxes = seen.page.locator("#sheet input[type=checkbox]")
        sentences = [await boxes.nth(place).get_attribute("value") for place in (0, 3)]
        asked: list[str] = []
        seen.page.on("request", lambda request: asked.append(request.url))
        for place in (0, 3):
            await boxes.nth(place).check()
        assert await seen.page.input_value("#message") == "\n".join(map(str, sentences))
        assert await seen.barriers() == []
        assert asked == []
        assert await seen.stored() == EMPTY
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
            await seen.page.wait_for_selector("#sheet")
            assert await seen.barriers() == []
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert await seen.page.evaluate(wide) is False
        assert seen.strangers() == []
        assert seen.complaints == []


async def test_a_script_that_arrives_late_takes_over_the_conversation(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.page.route("**/static/chat.js", lambda route: route.abort())
        await seen.open()
        await seen.choose("Someone is threatening me")
        await seen.answered("utter_sextortion_open")
        await seen.page.unroute("**/static/chat.js")
        await seen.page.fill("#text", "what now")
        await seen.choose("Send")
        await seen.answered("utter_unclear_choices")
        await seen.choose("I don't feel safe with myself")
        await seen.answered("utter_self_harm_open")
        assert await seen.page.locator("#log > *").count() == 4
        assert await seen.page.locator("input[name=token]").count() == 0
        assert sessions(served) == before + 1
        await seen.choose("Leave")
        await seen.has_left()
        await until_sessions(seen, before)


async def test_enter_sends_and_shift_enter_breaks_the_line(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.focus("#text")
        await seen.page.keyboard.type("one")
        await seen.page.keyboard.press("Shift+Enter")
        await seen.page.keyboard.type("two")
        assert await seen.page.input_value("#text") == "one\ntwo"
        await seen.page.keyboard.press("Enter")
        await seen.answered("utter_unclear_choices")
        assert await seen.page.input_value("#text") == ""


async def test_enter_that_ends_a_composition_does_not_send(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.fill("#text", "か")
        await seen.page.evaluate(
            "document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown',"
            " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
        )
        await seen.page.wait_for_timeout(200)
        assert await seen.page.input_value("#text") == "か"
        assert await seen.page.locator(".mine").count() == 0


@pytest.mark.parametrize("way", ["link", "shift"])
async def test_leaving_erases_and_back_shows_nothing(
    browser: Browser, served: Service, way: str
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.page.goto("about:blank")
        await seen.open()
        await seen.write("a threat about zanzibar")
        await seen.answered("utter_sextortion_open")
        if way == "link":
            await seen.page.keyboard.press("Escape")
            await seen.page.get_by_role("link", name="Leave", exact=True).click()
        else:
            for _ in range(3):
                await seen.page.keyboard.press("Shift")
        await seen.has_left()
        await until_sessions(seen, before)
        await seen.page.go_back()
        assert seen.page.url == "about:blank"
        assert seen.strangers() == []


async def test_leaving_blanks_the_page_in_the_same_task(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        assert await seen.page.evaluate(LEAVE) == [0, ""]


async def test_a_shift_that_writes_a_capital_does_not_leave(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.focus("#text")
        for letter in ("A", "B", "C", "D"):
            await seen.page.keyboard.press(f"Shift+{letter}")
        await seen.page.keyboard.press("Shift")
        await seen.page.keyboard.press("Shift")
        await seen.page.keyboard.press("e")
        await seen.page.keyboard.press("Shift")
        await seen.page.wait_for_timeout(200)
        assert await seen.page.input_value("#text") == "ABCDe"
        assert seen.page.url == served.address + "/"


async def test_three_slow_shifts_do_not_leave(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.keyboard.press("Shift")
        await seen.page.keyboard.press("Shift")
        await seen.page.wait_for_timeout(5200)
        await seen.page.keyboard.press("Shift")
        await seen.page.wait_for_timeout(200)
        assert seen.page.url == served.address + "/"


async def test_leaving_without_a_script(browser: Browser, served: Service) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        before = sessions(served)
        await seen.open()
        await seen.page.get_by_role("link", name="Leave", exact=True).click()
        await seen.has_left()
        await seen.open()
        await seen.choose("Someone is threatening me")
        await seen.answered("utter_sextortion_open")
        await seen.choose("Leave")
        await seen.has_left()
        assert sessions(served) == before


async def test_leave_comes_first_and_is_large_on_every_page(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served, viewport={"width": 320, "height": 600}) as seen:
        for path in ("/", "/about"):
            await seen.open(path)
            await seen.page.keyboard.press("Tab")
            assert await seen.page.evaluate("document.activeElement.className") == "leave"
            await seen.page.evaluate("scrollTo(0, document.body.scrollHeight)")
            box = await seen.page.locator(".leave").bounding_box()
            assert box is not None
            assert box["height"] >= 44 and box["y"] >= 0


async def test_closing_the_page_erases_the_conversation(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.open()
        await seen.write("hm")
        await seen.answered("utter_unclear_choices")
        await seen.open("/about")
        await until_sessions(seen, before)


async def test_clear_and_start_again(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.open("/?country=GB")
        await seen.write("hm")
        await seen.answered("utter_unclear_choices")
        await seen.page.get_by_role("link", name="Clear and start again").click()
        await seen.answered("utter_welcome")
        assert await seen.page.locator(".mine").count() == 0
        assert await seen.page.locator(".quick a[href='tel:999']").count() == 1
        await until_sessions(seen, before)


async def test_another_country_in_the_middle_of_a_conversation(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.write("hm")
        await seen.answered("utter_unclear_choices")
        await seen.page.locator("summary").click()
        await seen.page.select_option("#country-code", "GB")
        await seen.choose("Show its numbers")
        await seen.page.wait_for_selector(".quick a[href='tel:999']")
        assert await seen.page.inner_text("#country-name") == "Numbers for the United Kingdom."
        by_script = await seen.page.locator(".quick").inner_text()
        assert await seen.page.locator(".mine").count() == 1
        await seen.open("/?country=GB")
        assert await seen.page.locator(".quick").inner_text() == by_script


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_what_is_typed_stays_text(browser: Browser, served: Service, script: bool) -> None:
    async with visit(browser, served, java_script_enabled=script) as seen:
        await seen.open()
        for number, payload in enumerate(PAYLOADS):
            await seen.page.fill("#text", payload)
            await seen.choose("Send")
            place = number if script else 0
            shown = seen.page.locator(".mine").nth(place)
            await shown.wait_for()
            assert payload.replace("\u0000", "")[:20] in await shown.inner_text()
            await seen.page.locator("#choices button").first.wait_for()
        if script:
            assert await seen.page.evaluate("window.hit") is None
        assert (
            await seen.page.locator("#log :is(script, img, svg, iframe, a[href^=java])").count()
            == 0
        )
        assert seen.complaints == []


async def test_a_worker_that_is_down_means_the_card_within_three_seconds(
    browser: Browser, served: Service
) -> None:
    served.worker.down = True
    try:
        async with visit(browser, served) as seen:
            await seen.open()
            began = time.monotonic()
            await seen.write("someone threatens me")
            await seen.answered("utter_crisis_card")
            assert time.monotonic() - began < 3
            assert await seen.page.locator("#log a[href='tel:911']").is_visible()
    finally:
        served.worker.down = False


async def test_without_a_server_the_card_shows_and_a_retry_keeps_its_key(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.write("hm")
        await seen.answered("utter_unclear_choices")
        keys: list[str | None] = []

        async def lost(route: Route) -> None:
            # It is taken, but the answer gets lost on the way.
            keys.append(await route.request.header_value("idempotency-key"))
            await route.fetch()
            await route.abort()

        await seen.page.route("**/api/v1/messages", lost)
        turns = len(served.worker.turns)
        await seen.write("a threat")
        await seen.answered("utter_problem_busy")
        assert await seen.page.locator("#log a[href='tel:988']").is_visible()
        await seen.page.unroute("**/api/v1/messages")
        async with seen.page.expect_request("**/api/v1/messages") as again:
            await seen.choose("Try again")
        await seen.answered("utter_sextortion_open")
        assert await (await again.value).header_value("idempotency-key") == keys[0]
        assert len(served.worker.turns) == turns + 1


async def test_a_conversation_that_has_ended_can_begin_anew(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.write("hm")
        await seen.answered("utter_unclear_choices")
        with served.edge.engine.begin() as connection:
            connection.execute(text("update session set expires = 0"))
        await seen.write("a threat")
        await seen.answered("utter_problem_expired")
        await seen.choose("Try again")
        await seen.answered("utter_sextortion_open")


async def test_the_page_helps_without_the_server(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.context.set_offline(True)
        await seen.write("please help")
        await seen.answered("utter_problem_busy")
        assert await seen.page.evaluate(LEAVE) == [0, ""]


async def _states(seen: Visit) -> None:
    await seen.open()
    assert await seen.barriers() == []
    await seen.write("hm")
    await seen.answered("utter_unclear_choices")
    await seen.page.wait_for_timeout(400)
    assert await seen.barriers() == []
    await seen.write("i want to kill myself")
    await seen.answered("utter_self_harm_open")
    await seen.page.locator("summary").click()
    await seen.page.wait_for_timeout(400)
    assert await seen.barriers() == []
    await seen.page.route("**/api/v1/**", lambda route: route.abort())
    await seen.write("hm")
    await seen.answered("utter_problem_busy")
    await seen.page.wait_for_timeout(400)
    assert await seen.barriers() == []
    await seen.open("/about")
    assert await seen.barriers() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_no_barrier_in_any_state(
    browser: Browser, served: Service, scheme: str
) -> None:
    async with visit(browser, served, color_scheme=scheme) as seen:
        await _states(seen)


@pytest.mark.parametrize("path", ["/", "/?country=GB", "/?country=ZZ", "/about"])
async def test_nothing_scrolls_sideways_at_320_pixels(
    browser: Browser, served: Service, path: str
) -> None:
    async with visit(browser, served, viewport={"width": 320, "height": 640}) as seen:
        await seen.open(path)
        if path != "/about":
            await seen.write("x" * 300)
            await seen.answered("utter_unclear_choices")
            await seen.write("i want to kill myself")
            await seen.answered("utter_self_harm_open")
        width = await seen.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 320


async def test_every_target_is_large_enough(browser: Browser, served: Service) -> None:
    async with visit(browser, served, viewport={"width": 360, "height": 740}) as seen:
        await seen.open()
        await seen.write("i want to kill myself")
        await seen.answered("utter_self_harm_open")
        await seen.page.locator("summary").click()
        small = await seen.page.evaluate(
            "() => [...document.querySelectorAll('a, button, summary, select, textarea')]"
            ".filter((e) => e.offsetParent !== null)"
            ".map((e) => [e.textContent.trim(), e.getBoundingClientRect()])"
            ".filter(([, box]) => box.height < 44 || box.width < 44).map(([words]) => words)"
        )
        assert small == []
        size = await seen.page.evaluate(
            "parseFloat(getComputedStyle(document.getElementById('text')).fontSize)"
        )
        assert size >= 16


async def test_the_log_is_a_live_region_from_the_start(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        assert await seen.page.locator("[role=log][aria-label]").count() == 1
        assert await seen.page.locator("[role=status]").count() == 1
        assert await seen.page.locator("[role=group][aria-label]").count() == 1

"""A conversation on the page, by buttons and by words, in every language and on every screen."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.page.looking import EMPTY, Visit, sessions, until_sessions, visit
from tests.page.places import choices, each_place, each_way, press, told, two_places
from tests.page.service import STEPS, Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LINKS = """() => [...document.querySelectorAll("#log .card a")].map((link) =>
  [link.protocol, link.target, link.rel])"""


async def _quick(seen: Visit) -> Any:
    """Where the links to call and to text are, and what they are."""
    box = await seen.page.locator("#quick").bounding_box()
    return box, await seen.page.locator("#quick").inner_text()


@each_place
async def test_a_conversation_by_buttons_and_by_words_with_help_always_in_the_same_place(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.open(f"/?locale={locale}")
        place = await _quick(seen)
        assert "988" in place[1] and place[0]["y"] >= 0
        label = (await choices(seen))[0]
        await press(seen, 0)
        await seen.answered("utter_sextortion_open")
        assert await _quick(seen) == place
        await seen.tell("hm", "utter_unclear_choices")
        assert await seen.page.evaluate("document.activeElement.id") == "text"
        assert await _quick(seen) == place
        await press(seen, 2)
        await seen.answered("utter_self_harm_open")
        you = told(locale, "you")
        said = await seen.page.locator(".mine p").all_text_contents()
        assert said[:2] == [f"{you}: {label}", f"{you}: hm"]
        for href in ("tel:988", "sms:988"):
            assert await seen.page.locator(f"#log a[href='{href}']").first.is_visible()
        links = await seen.page.evaluate(LINKS)
        assert {protocol for protocol, *_ in links} == {"https:", "tel:", "sms:"}
        for protocol, target, rel in links:
            safe = ("_blank", "noopener noreferrer") if protocol == "https:" else ("", "")
            assert (target, rel) == safe
        assert (
            await seen.page.locator("#log .bubble:not(.mine)").last.get_attribute("lang") == locale
        )
        assert await _quick(seen) == place
        await seen.page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert await _quick(seen) == place
        assert seen.complaints == []
        await seen.page.route("**/api/v1/**", lambda route: route.abort())
        await seen.tell("hm", "utter_problem_busy")
        assert await _quick(seen) == place
        assert await seen.stored() == EMPTY
        assert seen.strangers() == []
        assert seen.page.url == f"{served.address}/?locale={locale}"


@each_way
@two_places
async def test_a_step_says_in_words_and_by_a_bar_how_far_it_is(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int], script: bool
) -> None:
    async with visit(browser, served, viewport=viewport, java_script_enabled=script) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.page.fill("#text", f"show:{STEPS[1]}")
        await seen.page.click("#send")
        await seen.answered(STEPS[1])
        shown = seen.page.locator(f"[data-script={STEPS[1]}] .progress")
        text = told(locale, "progress", step="2", of="3")
        assert (await shown.inner_text()).strip() == text
        bar = shown.locator("progress")
        assert await bar.get_attribute("value") == "2"
        assert await bar.get_attribute("max") == "3"
        assert await bar.is_visible()
        # A screen reader reads the words once, and not a bar as well.
        assert await bar.get_attribute("aria-hidden") == "true"


@each_way
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
        assert await choices(seen) == ["Back to my steps", "Talk to a person", "Something else"]
        before = len(served.worker.turns)
        await seen.page.locator(f"[data-script={STEPS[1]}] .choice").click()
        await seen.page.wait_for_selector('#choices .choice:has-text("I can\'t")')
        (turn,) = served.worker.turns[before:]
        assert f"show:{STEPS[1]}" in turn["text"]


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


@pytest.mark.parametrize("composing", ["isComposing: true", "keyCode: 229"])
async def test_enter_that_ends_a_composition_does_not_send(
    browser: Browser, served: Service, composing: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.fill("#text", "か")
        taken = await seen.page.evaluate(
            "document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown',"
            f" {{key: 'Enter', {composing}, bubbles: true, cancelable: true}}))"
        )
        assert taken is True  # nobody prevented what the keyboard does with it
        assert await seen.page.input_value("#text") == "か"
        assert await seen.page.locator(".mine").count() == 0


async def test_the_regions_that_are_read_out_are_there_from_the_start(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        for region in ("[role=log]", "[role=group]"):
            assert await seen.page.locator(f"{region}[aria-label]").count() == 1
        for region in ("#status[role=status]", "#presses[role=status]", "#idle[role=alert]"):
            assert await seen.page.locator(region).count() == 1
            assert await seen.page.locator(region).inner_text() == ""
        assert await seen.page.locator(".copied:not([role=status])").count() == 0


PASTE = """(kind) => {
  window.read = 0;
  for (const [type, name] of [[Blob, "text"], [Blob, "arrayBuffer"], [Blob, "stream"],
    [FileReader, "readAsDataURL"], [FileReader, "readAsArrayBuffer"]]) {
    type.prototype[name] = () => { window.read += 1; };
  }
  URL.createObjectURL = () => { window.read += 1; };
  const given = new DataTransfer();
  given.items.add(new File(["zanzibar"], "me.png", { type: "image/png" }));
  const box = document.getElementById("text");
  const how = { bubbles: true, cancelable: true, clipboardData: given, dataTransfer: given };
  const event = kind === "paste" ? new ClipboardEvent(kind, how) : new DragEvent(kind, how);
  return [box.dispatchEvent(event), window.read];
}"""


@two_places
async def test_a_picture_is_refused_unread_and_nothing_is_sent(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.page.wait_for_load_state("networkidle")
        asked = len(seen.requests)
        for number, kind in enumerate(("paste", "drop"), 1):
            if kind == "drop":
                assert (await seen.page.evaluate(PASTE, "dragover")) == [False, 0]
            assert await seen.page.evaluate(PASTE, kind) == [False, 0]
            refused = seen.page.locator("#log [data-script=utter_no_images]")
            assert await refused.count() == number
            assert await refused.last.get_attribute("lang") == locale
            assert await refused.last.is_visible()
        assert len(seen.requests) == asked
        assert await seen.page.input_value("#text") == ""
        assert seen.page.url == f"{served.address}/?locale={locale}"

"""Small windows, large text, other directions and colours: nothing is cut, the exit stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser

from tests.page.looking import Visit, visit
from tests.page.service import Service
from tests.page.states import pages, states

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Width and height in CSS pixels, size of text in per cent, direction of the page.
WINDOWS = (
    (320, 640, 100, "ltr"),
    (320, 256, 100, "ltr"),  # 1280 x 1024 at 400 %
    (640, 400, 100, "ltr"),  # 1280 x 800 at 200 %
    (320, 640, 200, "ltr"),
    (1280, 800, 200, "ltr"),
    (320, 640, 100, "rtl"),
    (1280, 800, 100, "rtl"),
)
ARRANGE = """([size, direction]) => {
  document.documentElement.style.fontSize = `${size}%`;
  document.documentElement.dir = direction;
}"""
MISPLACED = """() => {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) wrong.push(`scrolls sideways: ${root.scrollWidth}`);
  const name = (e) => `${e.localName}#${e.id}.${e.className} ${e.textContent.trim().slice(0, 30)}`;
  for (const e of document.querySelectorAll("body *")) {
    if (!e.checkVisibility() || e.closest(".unseen")) continue;
    const box = e.getBoundingClientRect();
    if (box.width && (box.left < -1 || box.right > innerWidth + 1)) wrong.push(`out: ${name(e)}`);
    const overflow = getComputedStyle(e).overflowX;
    if (overflow !== "visible" && e.scrollWidth > e.clientWidth + 1) wrong.push(`cut: ${name(e)}`);
  }
  const exit = document.querySelector(".leave");
  for (const place of [0, root.scrollHeight]) {
    scrollTo({top: place, behavior: "instant"});
    const box = exit.getBoundingClientRect();
    const inView = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0
      && box.right <= innerWidth;
    const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
    if (!inView || top !== exit) wrong.push(`exit at ${place}: ${JSON.stringify(box)}`);
  }
  const head = document.querySelector(".top");
  // A browser whose own text is large asks for more: there the rule for low windows is in force.
  const plain = parseFloat(getComputedStyle(root).fontSize) <= 16;
  const covers = plain && getComputedStyle(head).position === "sticky" ? head.offsetHeight : 0;
  if (covers > innerHeight / 2) wrong.push(`the top covers ${covers} of ${innerHeight}`);
  return wrong;
}"""
SMALL = """() => {
  const targets = document.querySelectorAll(
    "a, button, summary, select, textarea, label:has(input)");
  const small = [...targets].filter((e) => e.checkVisibility()).filter((e) => {
    const box = e.getBoundingClientRect();
    return box.height < 44 || box.width < 44;
  });
  const written = [...document.querySelectorAll("textarea, select, input:not([type=hidden])")]
    .filter((e) => e.checkVisibility())
    .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16 && e.type !== "checkbox");
  return [...small, ...written].map((e) => `${e.localName}#${e.id} ${e.textContent.trim()}`);
}"""
BORDERLESS = """() => [
  ...document.querySelectorAll(".leave, .choice, .send, .way, textarea, select")]
  .filter((e) => e.checkVisibility()).filter((e) => {
    const style = getComputedStyle(e);
    const drawn = style.borderTopStyle === "solid" && style.borderBottomStyle === "solid";
    return !drawn || parseFloat(style.borderTopWidth) < 1 || parseFloat(style.borderLeftWidth) < 1;
  }).map((e) => e.textContent.trim())"""
OWN_SIDE = """() => {
  const own = document.querySelector(".mine").getBoundingClientRect();
  const log = document.getElementById("log").getBoundingClientRect();
  return [own.left - log.left, log.right - own.right];
}"""


async def everywhere(seen: Visit, locale: str) -> AsyncIterator[str]:
    async for name in states(seen, locale):
        yield name
    async for name in pages(seen, locale):
        yield name


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_nothing_is_cut_and_the_exit_is_in_view_in_every_window(
    browser: Browser, served: Service, locale: str
) -> None:
    found: dict[tuple[Any, ...], list[str]] = {}
    options: dict[str, Any] = {"device_scale_factor": 2, "reduced_motion": "reduce"}
    async with visit(browser, served, **options) as seen:
        async for name in everywhere(seen, locale):
            for width, height, size, direction in WINDOWS:
                await seen.page.set_viewport_size({"width": width, "height": height})
                await seen.page.evaluate(ARRANGE, [size, direction])
                if wrong := await seen.page.evaluate(MISPLACED):
                    found[name, width, height, size, direction] = wrong
            await seen.page.set_viewport_size({"width": 320, "height": 640})
            await seen.page.evaluate(ARRANGE, [100, "ltr"])
            if small := await seen.page.evaluate(SMALL):
                found[name, "small"] = small
            await seen.page.emulate_media(forced_colors="active")
            if bare := await seen.page.evaluate(BORDERLESS):
                found[name, "without a border"] = bare
            await seen.page.emulate_media(forced_colors="none")
    assert found == {}


async def test_a_long_word_is_broken_and_not_cut(browser: Browser, served: Service) -> None:
    async with visit(browser, served, viewport={"width": 320, "height": 640}) as seen:
        await seen.open()
        await seen.tell("x" * 300, "utter_unclear_choices")
        assert await seen.page.evaluate(MISPLACED) == []


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
async def test_the_own_bubble_stands_where_a_line_ends(
    browser: Browser, served: Service, direction: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        await seen.page.evaluate(ARRANGE, [100, direction])
        await seen.tell("hm", "utter_unclear_choices")
        left, right = await seen.page.evaluate(OWN_SIDE)
        assert (right == 0) == (direction == "ltr") and (left == 0) == (direction == "rtl")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_nothing_moves_for_who_wants_no_motion(
    browser: Browser, served: Service, motion: str
) -> None:
    calm = motion == "reduce"
    async with visit(browser, served, reduced_motion=motion) as seen:
        await seen.page.add_init_script(
            "window.scrolled = []; const old = Element.prototype.scrollIntoView;"
            "Element.prototype.scrollIntoView = function (how) {"
            " scrolled.push(how.behavior); return old.call(this, how); }"
        )
        await seen.open()
        await seen.tell("hm", "utter_unclear_choices")
        names = await seen.page.evaluate(
            "[...new Set([...document.querySelectorAll('*')]"
            ".map((e) => getComputedStyle(e).animationName))]"
        )
        assert names == ["none"] if calm else "arrive" in names
        scrolled = await seen.page.evaluate("scrolled")
        assert set(scrolled) == {"auto" if calm else "smooth"}
        behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
        assert await seen.page.evaluate(behaviour) == "auto"

"""Another language or another country in the middle of everything: nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Route

from tests.page.looking import Visit, visit
from tests.page.places import (
    MARK,
    choices,
    is_same_page,
    press,
    scripts,
    status,
    told,
    two_places,
)
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OTHER = {"en": "es", "es": "en"}


async def _chrome(seen: Visit) -> dict[str, Any]:
    """Everything around the log, as it is read."""
    page = seen.page
    parts = ("quick", "heading", "text-label", "send", "help", "sheets", "leaving", "foot")
    found: dict[str, Any] = {part: await page.inner_text(f"#{part}") for part in parts}
    for part in ("log", "choices"):
        found[f"{part} label"] = await page.get_attribute(f"#{part}", "aria-label")
    found["quick label"] = await page.get_attribute("#quick", "aria-label")
    for part in ("offline", "no-files"):
        text = f"document.getElementById('{part}').content.textContent"
        found[part] = str(await page.evaluate(text)).split()
    found["title"] = await page.title()
    for name in ("lang", "dir"):
        found[name] = await page.get_attribute("html", name)
    found["presses"] = await page.get_attribute("#presses", "data-two")
    return found


async def _echoed(seen: Visit) -> list[str]:
    return (await seen.page.locator(".mine").last.inner_text()).split()


async def _fresh(seen: Visit, path: str) -> dict[str, Any]:
    """The same of a page that was opened there."""
    page = await seen.page.context.new_page()
    try:
        other = Visit(page, seen.service)
        await other.open(path)
        return await _chrome(other)
    finally:
        await page.close()


@two_places
async def test_the_language_changes_in_mid_chat_and_nothing_is_lost(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    other = OTHER[locale]
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.open(f"/?locale={locale}&country=GB")
        await seen.page.evaluate(MARK)
        await seen.tell("hm", "utter_unclear_choices")
        log = await seen.page.inner_text("#log")
        await seen.page.fill("#text", "not yet sent")
        await seen.page.click("a.language")
        await seen.answered("utter_switch_language")
        assert await _chrome(seen) == await _fresh(seen, f"/?locale={other}&country=GB")
        # What was said stays as it was said, and the choice is echoed by its name.
        assert (await seen.page.inner_text("#log")).startswith(log)
        assert await _echoed(seen) == [f"{told(other, 'you')}:", told(other, "language")]
        assert await seen.page.input_value("#text") == "not yet sent"
        answer = seen.page.locator("[data-script=utter_switch_language]")
        assert await answer.get_attribute("lang") == other
        await seen.page.fill("#text", "")
        await seen.write("hm")
        second = seen.page.locator("[data-script=utter_unclear_choices]").nth(1)
        await second.wait_for()
        assert await second.get_attribute("lang") == other
        # And back: the script's own words change as well.
        await seen.page.click("a.language")
        await seen.page.locator("[data-script=utter_switch_language]").nth(1).wait_for()
        await seen.page.route("**/api/v1/**", lambda route: route.abort())
        await seen.tell("hm", "utter_problem_busy")
        assert await status(seen) == told(locale, "failed")
        assert await is_same_page(seen)


@two_places
async def test_before_the_first_message_the_welcome_comes_in_the_other_language(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    other = OTHER[locale]
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.page.evaluate(MARK)
        before = len(served.worker.turns)
        await seen.page.fill("#text", "not yet sent")
        await seen.page.focus("a.language")
        await seen.page.keyboard.press("Enter")
        await seen.page.wait_for_selector(f"#log [data-script=utter_welcome][lang={other}]")
        assert await scripts(seen) == ["utter_welcome"]
        assert await seen.page.input_value("#text") == "not yet sent"
        # The keyboard goes on where it was.
        assert await seen.page.evaluate("document.activeElement.matches('a.language')")
        assert len(served.worker.turns) == before
        await press(seen, 0)
        await seen.answered("utter_sextortion_open")
        answer = seen.page.locator("[data-script=utter_sextortion_open]")
        assert await answer.get_attribute("lang") == other
        await seen.page.click("#again")
        assert await seen.page.locator(f"#log [data-script=utter_welcome][lang={other}]").count()
        assert await is_same_page(seen)


@two_places
async def test_a_language_that_is_asked_for_in_words_takes_the_page_along(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    other = OTHER[locale]
    asked = {"es": "en español por favor", "en": "in english please"}[other]
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.page.evaluate(MARK)
        await seen.tell(asked, "utter_switch_language")
        await seen.page.wait_for_selector(f"html[lang={other}]")
        assert await _chrome(seen) == await _fresh(seen, f"/?locale={other}")
        mine = seen.page.locator(".mine")
        assert await mine.count() == 1
        assert asked in await mine.inner_text()
        assert await is_same_page(seen)


@two_places
async def test_without_the_network_a_language_changes_nothing_and_says_so(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.tell("hm", "utter_unclear_choices")
        await seen.page.fill("#text", "not yet sent")
        before = await _chrome(seen), await seen.page.inner_text("#log"), await choices(seen)
        await seen.page.context.set_offline(True)
        await seen.page.click("a.language")
        await seen.page.wait_for_selector("#status:not(:empty)")
        assert await status(seen) == told(locale, "failed")
        after = await _chrome(seen), await seen.page.inner_text("#log"), await choices(seen)
        assert after == before
        assert await seen.page.input_value("#text") == "not yet sent"
        await seen.page.context.set_offline(False)
        await seen.page.click("a.language")
        await seen.answered("utter_switch_language")


async def _choose_country(seen: Visit, code: str) -> None:
    await seen.page.click("#country-other")
    await seen.page.select_option("#country-code", code)
    await seen.page.click("#country button")


@two_places
async def test_another_country_brings_its_numbers_and_loses_nothing(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    async with visit(browser, served, viewport=viewport) as seen:
        await seen.open(f"/?locale={locale}")
        await seen.page.evaluate(MARK)
        await _choose_country(seen, "GB")  # nothing is said yet
        await seen.page.wait_for_selector("#quick a[href='tel:999']")
        assert await status(seen) == await seen.page.inner_text("#country-name")
        assert await scripts(seen) == ["utter_welcome"]
        await seen.tell("hm", "utter_unclear_choices")
        log, offered = await seen.page.inner_text("#log"), await choices(seen)
        await seen.page.fill("#text", "not yet sent")
        for code, number in (("MX", "911"), ("ES", "112"), ("GB", "999")):
            await _choose_country(seen, code)
            await seen.page.wait_for_selector(f"#quick a[href='tel:{number}']")
            await seen.page.wait_for_selector("#choices .choice >> nth=4")
            assert await _chrome(seen) == await _fresh(seen, f"/?locale={locale}&country={code}")
            # The chat is told as well, so that its cards are of that country from then on.
            name = str(await seen.page.text_content("#country-code option:checked"))
            assert await _echoed(seen) == [f"{told(locale, 'you')}:", *name.split()]
            assert await seen.page.evaluate("document.activeElement.id") == "country-other"
        assert (await seen.page.inner_text("#log")).startswith(log)
        assert await choices(seen) == offered
        assert await seen.page.input_value("#text") == "not yet sent"
        await _choose_country(seen, "ZZ")  # in none that is listed
        await seen.page.wait_for_selector("#quick:not(:has(a[href='tel:999']))")
        assert await seen.page.locator("#quick a").count() > 0
        # A failure tells the numbers of the country that was chosen.
        await seen.page.context.set_offline(True)
        await _choose_country(seen, "GB")
        # On a busy machine it says for a while that it is waiting.
        await seen.page.locator("#status", has_text=told(locale, "failed")).wait_for()
        assert await seen.page.locator("#quick a[href='tel:999']").count() == 0
        assert await is_same_page(seen)


@pytest.mark.parametrize("change", ["language", "country"])
async def test_what_was_ticked_stays_ticked(browser: Browser, served: Service, change: str) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        for summary in await seen.page.locator("#sheets summary").all():
            await summary.click()
        boxes = seen.page.locator("#sheets .choose input")
        await boxes.nth(0).check()
        await boxes.nth(2).check()
        if change == "language":
            await seen.page.click("a.language")
            await seen.page.wait_for_selector("html[lang=es]")
        else:
            await _choose_country(seen, "GB")
            await seen.page.wait_for_selector("#quick a[href='tel:999']")
        assert [await boxes.nth(place).is_checked() for place in range(3)] == [True, False, True]
        composed = await seen.page.input_value("#sheets .composed textarea")
        chosen = [
            await seen.page.locator("#sheets .choose .option span").nth(place).text_content()
            for place in (0, 2)
        ]
        assert composed == "\n".join(map(str, chosen))
        assert await boxes.nth(0).is_visible()


@two_places
async def test_without_a_script_the_language_changes_in_mid_chat_by_its_button(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int]
) -> None:
    other = OTHER[locale]
    async with visit(browser, served, viewport=viewport, java_script_enabled=False) as seen:
        await seen.open(f"/?locale={locale}")
        await press(seen, 0)
        await seen.answered("utter_sextortion_open")
        await seen.page.click(f"#language-{other} button")
        await seen.answered("utter_switch_language")
        assert await seen.page.get_attribute("html", "lang") == other
        assert await seen.page.title() == told(other, "title")
        assert await _echoed(seen) == [f"{told(other, 'you')}:", told(other, "language")]
        await seen.page.fill("#text", "hm")
        await seen.page.click("#send")
        await seen.answered("utter_unclear_choices")
        assert await seen.page.get_attribute("html", "lang") == other
        assert await seen.page.inner_text("#send") == told(other, "send")


async def test_of_two_countries_that_are_chosen_the_one_that_is_waited_for_counts(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        held: list[Route] = []

        async def hold(route: Route) -> None:
            held.append(route)

        await seen.open()
        await seen.tell("hm", "utter_unclear_choices")
        await seen.page.route("**/?*country=GB*", hold)
        await seen.page.click("#country-other")
        await seen.page.select_option("#country-code", "GB")
        await seen.choose("Show its numbers")
        assert await status(seen) == told("en", "wait")
        # Neither another country nor a message: the page and the chat would part.
        await seen.page.select_option("#country-code", "AR")
        await seen.choose("Show its numbers")
        await seen.write("not yet")
        assert await seen.page.input_value("#text") == "not yet"
        await held[0].continue_()
        await seen.page.locator("#quick a[href='tel:999']").wait_for()
        assert len(held) == 1
        await seen.page.locator(".mine").get_by_text("the United Kingdom").wait_for()
        await seen.page.locator("#choices button").first.wait_for()
        assert served.worker.turns[-1]["text"] == '/inform_country{"country": "GB"}'

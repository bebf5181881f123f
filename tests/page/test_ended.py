"""After its last day the page has one answer: that it is over, and the people who help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from playwright.async_api import Browser

from bot.gateway.retirement import Retirement
from tests.page.looking import visit
from tests.page.places import each_way, press, scripts, two_places
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

FAREWELL = ["utter_retired", "utter_crisis_card"]


@contextmanager
def _ended(service: Service) -> Iterator[None]:
    conversations = service.edge.conversations
    before, conversations.retirement = conversations.retirement, Retirement(date(2020, 1, 1))
    try:
        yield
    finally:
        conversations.retirement = before


@each_way
@two_places
async def test_the_page_shows_the_farewell_and_the_numbers_and_takes_nothing(
    browser: Browser, served: Service, locale: str, viewport: dict[str, int], script: bool
) -> None:
    with _ended(served):
        async with visit(browser, served, viewport=viewport, java_script_enabled=script) as seen:
            await seen.open(f"/?locale={locale}")
            await seen.answered("utter_retired")
            farewell = seen.page.locator("[data-script=utter_retired]")
            assert await farewell.get_attribute("lang") == locale
            for href in ("tel:911", "tel:988", "sms:988"):
                assert await seen.page.locator(f"#quick a[href='{href}']").is_visible()
            assert await seen.page.locator("#card a[href='tel:988']").is_visible()
            assert await seen.page.locator("#text").count() == 0
            assert await seen.page.locator("#choices .choice").count() == 0
            # The numbers of elsewhere and another language are there as ever.
            await seen.page.click("#country-other")
            await seen.page.select_option("#country-code", "GB")
            await seen.page.click("#country button")
            await seen.page.wait_for_selector("#quick a[href='tel:999']")
            await seen.page.click("a.language")
            other = "en" if locale == "es" else "es"
            await seen.page.wait_for_selector(f"[data-script=utter_retired][lang={other}]")
            await seen.page.click("#again")
            await seen.answered("utter_retired")
            if script:
                assert await seen.barriers() == []
            assert seen.complaints == []


@each_way
@pytest.mark.parametrize("sends", ["words", "a button of the start", "a button of an answer"])
async def test_a_page_of_before_gets_the_farewell_whatever_it_sends(
    browser: Browser, served: Service, sends: str, script: bool
) -> None:
    async with visit(browser, served, java_script_enabled=script) as seen:
        await seen.open()
        if sends == "a button of an answer":
            await seen.page.fill("#text", "hm")
            await seen.page.click("#send")
            await seen.answered("utter_unclear_choices")
        turns = len(served.worker.turns)
        with _ended(served):
            if sends == "words":
                await seen.page.fill("#text", "a threat")
                await seen.page.click("#send")
            else:
                await press(seen, 0)
            await seen.answered("utter_retired")
            shown = await scripts(seen)
            assert shown[-2:] == FAREWELL if script else shown == FAREWELL[:1]
            assert await seen.page.locator("#choices .choice:visible").count() == 0
            assert await seen.page.locator("a[href='tel:988']").last.is_visible()
            assert len(served.worker.turns) == turns
            # It can still be cleared, and left.
            await seen.page.locator("#again, #again button").last.click()
            await seen.answered("utter_retired" if not script else "utter_welcome")


@pytest.mark.parametrize("body", [{"text": "zanzibar"}, {"button": "unknown"}, {"start": "menu"}])
async def test_over_the_form_no_token_and_no_button_needs_to_be_known(
    browser: Browser, served: Service, body: dict[str, str]
) -> None:
    async with visit(browser, served) as seen:
        with _ended(served):
            for token in ({}, {"token": "unknown"}):
                for key in ({}, {"key": "k"}):
                    answer = await seen.page.request.post(
                        f"{served.address}/chat", form={**body, **token, **key}
                    )
                    assert answer.status == 200
                    assert 'data-script="utter_retired"' in await answer.text()
            bearer = {"authorization": "Bearer unknown", "idempotency-key": "k"}
            answer = await seen.page.request.post(
                f"{served.address}/api/v1/messages", data=body, headers=bearer
            )
            assert answer.status == 200
            assert [one["script"] for one in (await answer.json())["messages"]] == FAREWELL

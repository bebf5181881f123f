"""That a helper was opened is told once a conversation has begun, and nothing else of it."""

from __future__ import annotations

import json

import pytest
from playwright.async_api import Browser
from sqlalchemy import text

from tests.page.looking import EMPTY, visit
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OPENED = "/api/v1/opened"
# The browser must not really dial; what the page does with a click is all that counts here.
STAY = "addEventListener('click', (event) => event.target.closest('a') && event.preventDefault())"
TAP = "(way) => document.querySelector(way).click()"


def opened(served: Service) -> list[tuple[str, int]]:
    query = "select name, sum(conversations) from tally where measure = 'opened' group by name"
    with served.edge.engine.connect() as connection:
        return [(str(name), int(number)) for name, number in connection.execute(text(query))]


async def test_a_helper_that_is_opened_in_a_conversation_is_told_by_its_name_alone(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.context.add_init_script(STAY)
        await seen.open()
        await seen.tell("a threat about zanzibar", "utter_sextortion_open")
        await seen.tell("kill myself", "utter_self_harm_open")
        bodies: list[str] = []
        seen.page.on("request", lambda one: OPENED in one.url and bodies.append(one.post_data))
        card = seen.page.locator("#log .card:has(a[href='tel:988'])").first
        name = await card.get_attribute("data-resource")
        before = dict(opened(served)).get(str(name), 0)
        for way in ("tel:988", "sms:988"):
            async with seen.page.expect_response(f"**{OPENED}") as answer:
                await seen.page.evaluate(TAP, f"#log .card a[href='{way}']")
            assert (await answer.value).status == 204
        assert [json.loads(body) for body in bodies] == [{"resource": name}] * 2
        assert dict(opened(served))[str(name)] == before + 1
        assert seen.complaints == []
        assert seen.strangers() == []
        assert await seen.stored() == EMPTY


async def test_without_a_conversation_nothing_is_told(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.page.context.add_init_script(STAY)
        await seen.open()
        await seen.page.evaluate(TAP, "#quick a")
        for way in await seen.page.locator(".card a.way").all():
            await way.evaluate("(link) => link.click()")
        await seen.page.wait_for_timeout(200)
        assert not [url for url in seen.requests if OPENED in url]


async def test_an_answer_that_does_not_come_disturbs_nobody(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.page.context.add_init_script(STAY)
        await seen.open()
        await seen.tell("hm", "utter_unclear_choices")
        await seen.page.locator("#choices button").nth(2).click()
        await seen.answered("utter_self_harm_open")
        await seen.page.route(f"**{OPENED}", lambda route: route.abort())
        async with seen.page.expect_event("requestfailed"):
            await seen.page.evaluate(TAP, "#log .card a[href='tel:988']")
        assert await seen.page.locator("#status").inner_text() == ""
        await seen.tell("a threat", "utter_sextortion_open")

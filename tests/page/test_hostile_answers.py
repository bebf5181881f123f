"""An API that answers with anything at all: nothing of it runs, and the page stays of use."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Route

from tests.page.looking import Visit, visit
from tests.page.payloads import PAYLOADS
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

API = "**/api/v1/messages"
TURNED_OUT = """() => ({
  names: [...new Set([...document.querySelectorAll("#log *, #choices *")].map((e) => e.localName))],
  attributes: [...new Set([...document.querySelectorAll("#log *, #choices *")]
    .flatMap((e) => e.getAttributeNames()))],
  schemes: [...new Set([...document.querySelectorAll("#log a")].map((e) => e.protocol))],
  open: [...document.querySelectorAll("#log a")]
    .filter((e) => e.protocol === "https:" && e.rel !== "noopener noreferrer").length,
  ids: [...document.querySelectorAll("#log [id]")].length,
})"""
ELEMENTS = {"div", "p", "span", "ul", "li", "a", "button", "progress"}
ATTRIBUTES = {
    *("class", "lang", "dir", "href", "target", "rel", "type", "value", "max", "aria-hidden"),
    *("role", "data-script", "data-edition", "data-resource", "data-tool"),
    *("data-done", "data-failed", "name"),
}


def helper(value: str) -> dict[str, Any]:
    contact = {"display": value, "dial": value}
    fields = ("id", "name", "what", "url", "hours", "cost", "anonymous")
    return {**dict.fromkeys(fields, value), "phone": contact, "sms": contact}


def message(value: str, **changes: Any) -> dict[str, Any]:
    fields = ("id", "script", "edition", "locale", "text")
    return {
        **dict.fromkeys(fields, value),
        "says": [value],
        "buttons": [{"label": value, "token": value}],
        "resources": [helper(value)],
        "progress": None,
        **changes,
    }


def said(*messages: Any, **changes: Any) -> str:
    return json.dumps({"messages": messages, "crisis": False, **changes})


async def fulfil(seen: Visit, body: str, status: int = 200, kind: str = "application/json") -> None:
    """Answer the next messages with this."""

    async def answer(route: Route) -> None:
        await route.fulfill(status=status, content_type=kind, body=body)

    await seen.page.unroute_all()
    await seen.page.route(API, answer)


@pytest.mark.parametrize("policy", [True, False], ids=["policy", "no policy"])
@pytest.mark.parametrize("steps", [False, True], ids=["messages", "whole plan"])
async def test_nothing_of_a_hostile_answer_runs(
    browser: Browser, served: Service, policy: bool, steps: bool
) -> None:
    async with visit(browser, served, bypass_csp=not policy, reduced_motion="reduce") as seen:
        dialogs: list[str] = []
        seen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        await seen.open()
        progress = {"progress": {"step": 1, "of": 2}} if steps else {}
        await fulfil(seen, said(*(message(payload, **progress) for payload in PAYLOADS)))
        await seen.write("hm")
        await seen.page.locator("#log .card").nth(len(PAYLOADS) - 1).wait_for()
        await seen.page.locator("#choices button").nth(len(PAYLOADS) - 1).click()
        await seen.page.locator("#log .card").nth(2 * len(PAYLOADS) - 1).wait_for()
        found = await seen.page.evaluate(TURNED_OUT)
        assert set(found["names"]) <= ELEMENTS
        assert set(found["attributes"]) <= ATTRIBUTES
        assert set(found["schemes"]) == {"https:", "tel:", "sms:"}
        assert found["open"] == found["ids"] == 0
        texts = await seen.page.locator("#log .card .name").all_text_contents()
        assert texts == list(PAYLOADS) * 2
        await seen.page.unroute_all()
        await seen.tell("a threat", "utter_sextortion_open")
        assert await seen.page.evaluate("window.hit") is None
        assert seen.page.url == served.address + "/"
        assert seen.strangers() == dialogs == seen.complaints == []


LINKS = (
    ("https://helper.test/path", True),
    ('https://helper.test/" onmouseover="window.hit=1', True),
    ("HTTPS://helper.test/", True),
    ("http://helper.test/", False),
    ("javascript:window.hit=1", False),
    (" \u0001JaVa\tScRiPt:window.hit=1", False),
    ("data:text/html,<script>opener.hit=1</script>", False),
    ("vbscript:window.hit=1", False),
    ("blob:https://helper.test/x", False),
    ("ftp://helper.test/", False),
    ("mailto:a@helper.test", False),
    ("/leave", False),
    ("#text", False),
    ("", False),
    ("https://", False),
    ("not an address", False),
)


async def test_only_an_https_address_is_a_link(browser: Browser, served: Service) -> None:
    async with visit(browser, served, reduced_motion="reduce") as seen:
        await seen.open()
        cards = [{**helper("x"), "url": url, "phone": None, "sms": None} for url, _ in LINKS]
        told = [message("x", locale="en", resources=[card]) for card in cards]
        await fulfil(seen, said(*told))
        await seen.tell("hm", "x")
        found = await seen.page.evaluate(
            "[...document.querySelectorAll('#log [data-script=x]')]"
            ".map((e) => e.querySelectorAll('a').length)"
        )
        assert dict(zip(LINKS, found, strict=True)) == {case: int(case[1]) for case in LINKS}
        assert seen.strangers() == seen.complaints == []


GOOD = message("x", locale="en", resources=[], buttons=[])
BROKEN = {
    "half JSON": (200, '{"messages": ['),
    "HTML": (200, "<!doctype html><script>window.hit=1</script><h1>Sign in</h1>"),
    "nothing": (200, ""),
    "no content": (204, ""),
    "null": (200, "null"),
    "a list": (200, "[]"),
    "a text": (200, '"<img src=x onerror=window.hit=1>"'),
    "an empty object": (200, "{}"),
    "no message": (200, said()),
    "messages that are null": (200, said(messages=None)),
    "messages that are a text": (200, said(messages="<script>window.hit=1</script>")),
    "a message that is null": (200, said(None)),
    "a second message that is null": (200, said(GOOD, None)),
    "a text that is a number": (200, said({**GOOD, "text": 5})),
    "a text that is an object": (200, said({**GOOD, "text": {"html": "<b>"}})),
    "no text": (200, said({key: GOOD[key] for key in GOOD if key != "text"})),
    "buttons that are null": (200, said({**GOOD, "buttons": None})),
    "a button that is null": (200, said({**GOOD, "buttons": [None]})),
    "helpers that are null": (200, said({**GOOD, "resources": None})),
    "a helper that is null": (200, said({**GOOD, "resources": [None]})),
    "a step that is a word": (200, said({**GOOD, "progress": {"step": "<b>", "of": "x"}})),
    "an error": (500, "Internal Server Error"),
    "an error as HTML": (502, "<html><body onload=window.hit=1>Bad gateway</body></html>"),
    "an error that is null": (500, "null"),
    "an error without messages": (500, "{}"),
    "an error with null": (503, '{"messages": null}'),
    "an error with a text": (503, '{"messages": "<script>window.hit=1</script>"}'),
    "an error with a number": (503, '{"messages": 5}'),
    "an error with an object": (503, '{"messages": {"length": 2}}'),
    "an error with a broken message": (503, said({**GOOD, "text": None})),
    "an error with no helpers": (503, said({**GOOD, "resources": None})),
    "an empty refusal": (401, ""),
    "too many": (429, "slow down"),
    "a redirect to nowhere": (304, ""),
}


async def test_a_broken_answer_means_the_card_and_another_try(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served, reduced_motion="reduce") as seen:
        await seen.open()
        await seen.tell("hm", "utter_unclear_choices")
        last = seen.page.locator("#log > :last-child")
        for name, (status, body) in BROKEN.items():
            await fulfil(seen, body, status, "text/html" if body[:1] == "<" else "application/json")
            await seen.write(f"threat: {name}")
            retry = seen.page.get_by_role("button", name="Try again", exact=True)
            try:
                await retry.wait_for(timeout=3000)
            except Exception as error:
                raise AssertionError(f"no other try after {name}") from error
            assert await last.locator("a[href='tel:988']").count() == 1, name
            assert "did not go through" in await seen.page.inner_text("#status"), name
            await seen.page.unroute_all()
            await retry.click()
            await seen.page.wait_for_selector(
                "#log > :last-child[data-script=utter_sextortion_open]", timeout=3000
            )
            assert await seen.page.inner_text("#status") == "", name
        assert await seen.page.locator(".mine").count() == len(BROKEN) + 1
        assert await seen.page.locator("#log :not(div, p, span, ul, li, a)").count() == 0
        assert await seen.page.evaluate("window.hit") is None
        assert seen.strangers() == []
        # The browser itself reports each status that is an error, and nothing else complains.
        own = r"Failed to load resource: the server responded with a status of \d+"
        assert [told for told in seen.complaints if not re.match(own, told)] == []


@pytest.mark.parametrize("token", ["\r\nx: 1", "\u202e<b>", None])
async def test_a_broken_beginning_means_the_card(
    browser: Browser, served: Service, token: Any
) -> None:
    async with visit(browser, served, reduced_motion="reduce") as seen:
        await seen.open()

        async def answer(route: Route) -> None:
            await route.fulfill(json={"token": token, "messages": [GOOD], "expires_in": 1})

        await seen.page.route("**/api/v1/conversations", answer)
        await seen.write("hm")
        await seen.page.get_by_role("button", name="Try again", exact=True).wait_for()
        assert await seen.page.locator("#log a[href='tel:988']").count() == 1
        assert await seen.page.evaluate("window.hit") is None

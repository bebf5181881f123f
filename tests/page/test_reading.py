"""As a screen reader hears it: the page in its order, live regions, each message's language."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser

from tests.page.looking import Visit, visit
from tests.page.service import STEPS, Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Begins of lines of the accessibility tree, in their order.
ORDER = {
    "en": (
        'link "Leave"',
        'navigation "Help right now"',
        'link "Call 911"',
        'heading "Help, one step at a time" [level=1]',
        'link "Español"',
        'log "Conversation"',
        'group "Answers you can choose"',
        'textbox "Or write in your own words"',
        'button "Send"',
        'region "Talk to a person now"',
        'heading "Talk to a person now" [level=2]',
        'region "Things to keep"',
        'link "Clear and start again"',
    ),
    "es": (
        'link "Salir"',
        "navigation",
        "link",
        "heading",
        'link "English"',
        "log",
        "group",
        "textbox",
        "button",
        "region",
        "heading",
        "region",
        "contentinfo",
    ),
}
# Every change of the log from now on: where it was, and the words of what came.
WATCH = """() => {
  window.changes = [];
  new MutationObserver((records) => records.forEach((record) => changes.push([
    record.target.id, record.type, record.removedNodes.length,
    [...record.addedNodes].map((node) => node.textContent),
  ]))).observe(document.getElementById("log"),
    {childList: true, subtree: true, characterData: true});
  window.told = [];
  const status = document.getElementById("status");
  new MutationObserver(() => told.push(status.textContent)).observe(status, {childList: true});
}"""
LANGUAGES = (
    "[...document.querySelectorAll('#log > .bubble')]"
    ".map((e) => [e.className, e.lang, getComputedStyle(e).direction, e.dir])"
)


async def heard(seen: Visit) -> list[str]:
    """The lines of the accessibility tree."""
    tree = await seen.page.locator("body").aria_snapshot()
    return [line.strip().removeprefix("- ") for line in tree.splitlines()]


def in_order(lines: list[str], expected: tuple[str, ...]) -> list[str]:
    """Those of `expected` that do not come after the one before them."""
    missing, rest = [], iter(lines)
    for begin in expected:
        if not any(line.startswith(begin) for line in rest):
            missing.append(begin)
            break
    return missing


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_the_page_is_heard_in_its_order(
    browser: Browser, served: Service, locale: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open(f"/?locale={locale}")
        assert in_order(await heard(seen), ORDER[locale]) == []
        await seen.tell("i want to kill myself", "utter_self_harm_open")
        await seen.tell("hm", "utter_unclear_choices")
        lines = await heard(seen)
        assert in_order(lines, ORDER[locale]) == []
        log = next(place for place, line in enumerate(lines) if line.startswith("log"))
        group = next(place for place, line in enumerate(lines) if line.startswith("group"))
        assert any("i want to kill myself" in line for line in lines[log:group])
        assert any(re.match(r'link ".*988', line) for line in lines[log:group])


async def test_the_server_alone_says_it_in_the_same_order(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open()
        assert in_order(await heard(seen), ORDER["en"]) == []
        await seen.page.fill("#text", "hm")
        await seen.choose("Send")
        await seen.answered("utter_unclear_choices")
        leave, *rest = ORDER["en"][:-1]
        buttons = [line.replace('link "Español', 'button "Español') for line in rest]
        expected = (leave.replace("link", "button"), *buttons, 'button "Clear and start again"')
        assert in_order(await heard(seen), expected) == []


async def test_an_answer_is_announced_as_whole_messages(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        log = await seen.page.query_selector("[role=log][aria-label]")
        assert log is not None
        await seen.page.evaluate(WATCH)
        for words, script in (
            ("hm", "utter_unclear_choices"),
            (f"show:{STEPS[0]}", STEPS[0]),
            ("i want to kill myself", "utter_self_harm_open"),
        ):
            await seen.tell(words, script)
        changes = await seen.page.evaluate("changes")
        assert {(place, kind, removed) for place, kind, removed, _ in changes} == {
            ("log", "childList", 0)
        }
        came = [text for *_, texts in changes for text in texts]
        assert came[::2] == ["You: hm", f"You: show:{STEPS[0]}", "You: i want to kill myself"]
        shown = await seen.page.locator("#log > [data-script]").all_text_contents()
        assert came[1::2] == shown[1:]
        assert await log.evaluate("(e) => e === document.getElementById('log')")
        assert await seen.page.evaluate("told") == ["One moment.", ""] * 3


async def test_waiting_and_failures_are_announced_once(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        assert await seen.page.locator("#status[role=status]").inner_text() == ""
        await seen.page.evaluate(WATCH)
        await seen.page.route("**/api/v1/**", lambda route: route.abort())
        await seen.tell("hm", "utter_problem_busy")
        failed = "This did not go through. You can try again."
        assert await seen.page.evaluate("told") == ["One moment.", failed]


async def test_each_message_tells_its_language(browser: Browser, served: Service) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        # The page cannot follow: its words stay English while the answers are Spanish.
        await seen.page.route(re.compile("locale=es"), lambda route: route.abort())
        await seen.tell("Español", "utter_switch_language")
        assert await seen.page.get_attribute("html", "lang") == "en"
        english, own, spanish = await seen.page.evaluate(LANGUAGES)
        assert english[1:3] == ["en", "ltr"] and own == ["bubble mine", "", "ltr", "auto"]
        assert spanish[1:3] == ["es", "ltr"]
        await seen.page.unroute_all()
        await seen.write("Español")
        await seen.page.wait_for_selector("html[lang=es]")
        await seen.tell("שלום", "utter_unclear_choices")
        found = await seen.page.evaluate(LANGUAGES)
        assert [one[1] for one in found if one[1]] == ["en", "es", "es", "es"]
        assert found[-2] == ["bubble mine", "", "rtl", "auto"]


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_every_heading_and_link_is_named_in_the_language_of_the_page(
    browser: Browser, served: Service, locale: str
) -> None:
    async with visit(browser, served) as seen:
        await seen.open(f"/?locale={locale}")
        lines = await heard(seen)
        unnamed = [line for line in lines if re.match(r"(link|button|textbox|combobox)(:|$)", line)]
        assert unnamed == []
        levels = [int(level) for level in re.findall(r"\[level=(\d)\]", "\n".join(lines))]
        assert levels[0] == 1 and set(levels[1:]) <= {2}

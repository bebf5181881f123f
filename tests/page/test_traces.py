"""What a visit leaves behind: nothing in the page, nothing in the browser, nothing on its disk."""

from __future__ import annotations

import base64
import contextlib
import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.page.conftest import ARGUMENTS, EXIT_HOST
from tests.page.looking import EMPTY, Visit, sessions, until_sessions, visit
from tests.page.service import Service

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CANARY = "zanzibar"
# Everything that a Content-Security-Policy would forbid, told to the console by the page itself.
TOLD = """addEventListener("securitypolicyviolation", (event) =>
  console.log(`violated ${event.violatedDirective}`));"""
NEUTRAL = {"Notes", "Notas"}
MOST_UNPACKED = 1 << 24


# In the browser's stores


async def test_a_whole_visit_stores_nothing_and_asks_nobody_else(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        before = sessions(served)
        await seen.page.context.add_init_script(TOLD)
        await seen.page.clock.install()
        await seen.open()
        await _everything(seen)
        assert await seen.stored() == EMPTY
        await seen.page.clock.fast_forward("10:00")
        await seen.page.wait_for_selector("#idle:not(:empty)")
        await seen.page.clock.fast_forward("01:00")
        await seen.page.wait_for_selector(".mine", state="detached")
        await until_sessions(seen, before)
        assert CANARY not in await seen.page.content()
        assert await seen.page.evaluate("document.querySelectorAll(':checked[type]').length") == 0
        await seen.tell(f"a threat after a rest, {CANARY}", "utter_sextortion_open")
        assert await seen.stored() == EMPTY
        assert await seen.page.context.cookies() == []
        state = await seen.page.context.storage_state(indexed_db=True)
        assert state == {"cookies": [], "origins": []}
        assert seen.strangers() == []
        assert seen.complaints == []
        await seen.page.get_by_role("link", name="Salir", exact=False).first.click()
        await seen.has_left()
        await until_sessions(seen, before)
        assert await seen.page.context.storage_state() == {"cookies": [], "origins": []}


async def test_a_whole_visit_without_a_script_stores_nothing(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open()
        await seen.page.fill("#text", f"a threat about {CANARY}")
        await seen.choose("Send")
        await seen.answered("utter_sextortion_open")
        await seen.page.goto(served.address + "/keep")
        await seen.page.locator("#keeping button").first.click()
        await seen.page.wait_for_selector(".sheet")
        assert await seen.page.context.cookies() == []
        assert await seen.stored() == EMPTY
        assert seen.strangers() == []
        assert seen.complaints == []


async def test_what_would_be_stored_is_seen(browser: Browser, served: Service) -> None:
    """A check that finds nothing says something only if it can find."""
    async with visit(browser, served) as seen:
        await seen.page.context.add_init_script(TOLD)
        await seen.open()
        await seen.page.evaluate(
            """async () => {
              localStorage.setItem("a", "1");
              sessionStorage.setItem("a", "1");
              document.cookie = "a=1";
              await caches.open("a");
              await new Promise((done) => { indexedDB.open("a").onsuccess = done; });
              const style = document.createElement("style");
              document.head.append(style);
              style.textContent = "a { color: red }";
              await fetch("https://exit.test/").catch(() => {});
            }"""
        )
        stored = await seen.stored()
        assert {name for name, count in stored.items() if count} == set(EMPTY) - {"workers"}
        assert len(await seen.page.context.cookies()) == 1
        assert {"violated style-src-elem", "violated connect-src"} <= set(seen.complaints)


async def test_the_address_the_title_and_the_history_tell_nothing(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served) as seen:
        await seen.open()
        facts = "[location.href, history.length, JSON.stringify(history.state), window.name]"
        first = await seen.page.evaluate(facts)
        titles: set[str] = set()

        def titled(title: str) -> None:
            titles.add(title)

        await seen.page.expose_function("titled", titled)
        await seen.page.evaluate(
            "new MutationObserver(() => titled(document.title))"
            ".observe(document.head, { childList: true, subtree: true, characterData: true })"
        )
        await _everything(seen)
        assert await seen.page.evaluate(facts) == first
        assert seen.page.url == served.address + "/"
        assert titles | {await seen.page.title()} <= NEUTRAL
        assert not [url for url in seen.requests if CANARY in url]


async def test_the_address_and_the_title_tell_nothing_without_a_script(
    browser: Browser, served: Service
) -> None:
    async with visit(browser, served, java_script_enabled=False) as seen:
        await seen.open()
        for place in ("/chat", "/country"):
            if place == "/chat":
                await seen.page.fill("#text", f"a threat about {CANARY}")
                await seen.choose("Send")
            else:
                await seen.page.click("#country-other")
                await seen.page.select_option("#country-code", "GB")
                await seen.choose("Show its numbers")
            await seen.page.wait_for_url(served.address + "/chat?at=*")
            assert await seen.page.title() in NEUTRAL
        await seen.open("/keep")
        await seen.page.locator("#keeping button").first.click()
        await seen.page.wait_for_selector(".sheet")
        assert seen.page.url == served.address + "/keep"
        assert await seen.page.title() in NEUTRAL


async def _everything(seen: Visit) -> None:
    """Buttons, words, a whole plan, sheets, a country, a language."""
    await seen.page.locator("#choosing button").first.click()
    await seen.answered("utter_sextortion_open")
    await seen.tell(f"hm, {CANARY}-7713", "utter_unclear_choices")
    await seen.page.locator("#choices button").first.click()
    await seen.page.wait_for_selector("[data-script=utter_sextortion_open] >> nth=1")
    await seen.tell("the whole plan", "utter_plan_whole_end")
    await seen.page.evaluate(
        "for (const one of document.querySelectorAll('details')) one.open = true"
    )
    for box in (await seen.page.locator("#sheets input[type=checkbox]").all())[:6]:
        await box.check()
    await seen.page.select_option("#country-code", "GB")
    await seen.page.locator("#country button").click()
    await seen.page.wait_for_selector("#country-code option[value=GB][selected]", state="attached")
    # Choosing a country may be a message too; a language that is chosen meanwhile is not said.
    while await seen.page.locator("#status").inner_text() == "One moment.":
        await seen.page.wait_for_timeout(50)
    await seen.page.get_by_role("link", name="Español").click()
    await seen.answered("utter_switch_language")
    await seen.page.wait_for_selector("html[lang=es]")
    # The sheets came anew with the language.
    await seen.page.evaluate(
        "for (const one of document.querySelectorAll('details')) one.open = true"
    )
    for box in (await seen.page.locator("#sheets input[type=checkbox]").all())[:3]:
        await box.check()
    await seen.page.fill("#text", f"not sent: {CANARY}")


# On the disk


@asynccontextmanager
async def profile(
    chromium: str, exit_port: int, folder: Path, **options: Any
) -> AsyncIterator[Page]:
    """A browser that keeps what browsers keep in `folder`; it is closed as people close it."""
    rules = f"MAP {EXIT_HOST}:443 127.0.0.1:{exit_port},MAP localhost 127.0.0.1"
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            str(folder),
            executable_path=chromium,
            args=[*ARGUMENTS, f"--host-resolver-rules={rules},MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"],
            ignore_https_errors=True,
            **options,
        )
        context.set_default_timeout(10_000)
        yield context.pages[0]
        await context.close()


def ways_to_write(word: str) -> dict[str, bytes]:
    """How a word may stand in a file."""
    found: dict[str, bytes] = {}
    for name in ("utf-8", "utf-16-le"):
        raw = word.encode(name)
        found[name] = raw
        for shift in range(3):
            # What surrounds the word in its text is unknown: only what does not depend on it.
            coded = base64.b64encode(bytes(shift) + raw + bytes(3)).rstrip(b"=")
            start = -(-shift * 8 // 6)
            found[f"{name} base64 {shift}"] = coded[start : (shift + len(raw)) * 8 // 6]
    found["address"] = quote(word).encode()
    found["every byte escaped"] = "".join(f"%{byte:02X}" for byte in word.encode()).encode()
    return found


def unpacked(content: bytes) -> list[bytes]:
    """The content, and whatever gzip or zlib stream is in it."""
    parts = [content]
    for mark, bits in (
        (b"\x1f\x8b\x08", 31),
        (b"\x78\x9c", 15),
        (b"\x78\x01", 15),
        (b"\x78\xda", 15),
    ):
        place = content.find(mark)
        while place >= 0:
            with contextlib.suppress(zlib.error):
                parts.append(zlib.decompressobj(bits).decompress(content[place:], MOST_UNPACKED))
            place = content.find(mark, place + 1)
    return parts


def traces(folder: Path, word: str = CANARY) -> list[str]:
    """Files of `folder` that hold the word in any way, with the way."""
    ways = ways_to_write(word)
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        for part in unpacked(path.read_bytes()):
            lower = part.lower()
            for name, coded in ways.items():
                if (coded in part) if "base64" in name else (coded.lower() in lower):
                    found.append(f"{path.relative_to(folder)}: {name}")
    return sorted(set(found))


@pytest.mark.parametrize("write", [str.encode, lambda word: word.encode("utf-16-le")])
async def test_a_word_is_found_however_it_is_written(
    tmp_path: Path, write: Callable[[str], bytes]
) -> None:
    for number, before in enumerate(("", "a", "ab", "abc")):
        raw = write(f"{before}{CANARY} and more")
        (tmp_path / f"plain{number}").write_bytes(b"\0\1" + raw)
        (tmp_path / f"base{number}").write_bytes(b"==" + base64.b64encode(raw) + b"\n")
        (tmp_path / f"gzip{number}").write_bytes(b"head" + gzip.compress(raw) + b"tail")
    (tmp_path / "other").write_bytes(b"nothing of it")
    assert {one.split(":")[0] for one in traces(tmp_path)} == {
        f"{kind}{number}" for kind in ("plain", "base", "gzip") for number in range(4)
    }


async def test_a_page_that_stores_is_found_out(
    chromium: str, exit_port: int, host: str, tmp_path: Path
) -> None:
    """Otherwise the next test would say nothing."""
    async with profile(chromium, exit_port, tmp_path) as page:
        await page.goto(f"{host}/?asked=zambezi")
        await page.fill("#search", "kilimanjaro")
        await page.evaluate("localStorage.setItem('kept', document.querySelector('#search').value)")
        await page.goto("about:blank")
    assert any("Local Storage" in one for one in traces(tmp_path, "kilimanjaro"))
    assert any("History" in one for one in traces(tmp_path, "zambezi"))


ENDS = {
    "closing with a script": (True, ""),
    "leaving with a script": (True, "leave"),
    "closing without one": (False, ""),
    "leaving without one, and going back": (False, "leave back"),
    "loading the page again without one": (False, "reload"),
    "going back in the chat without one": (False, "back"),
}


@pytest.mark.parametrize(("script", "then"), ENDS.values(), ids=ENDS)
async def test_the_disk_of_the_browser_holds_no_word_of_the_conversation(
    *, chromium: str, exit_port: int, served: Service, tmp_path: Path, script: bool, then: str
) -> None:
    async with profile(chromium, exit_port, tmp_path, java_script_enabled=script) as page:
        seen = Visit(page, served)
        await seen.open()
        for answer in ("utter_sextortion_open", "utter_unclear_choices"):
            known = "a threat about " if answer == "utter_sextortion_open" else "hm, "
            await page.fill("#text", known + CANARY)
            await page.click("#send")
            await seen.answered(answer)
        assert CANARY in await page.content()
        await page.fill("#text", f"not sent: {CANARY}")
        await page.wait_for_timeout(2600)
        if "leave" in then:
            await page.locator(".leave").click()
            await seen.has_left()
        if "back" in then:
            await page.go_back()
        if "reload" in then:
            await page.reload()
            assert CANARY in await page.content()
        if then:
            await page.wait_for_timeout(2600)
    assert traces(tmp_path) == []
    assert (tmp_path / "Default" / "History").is_file()

"""Pages of other sites: an allowed one, a partner, a stranger, and what each shows."""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Error, Frame, FrameLocator, Page, Route

from bot.settings import ROOT
from tests.page.looking import Visit

browsing = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


CANARY = "zanzibar-7713"


ELEMENT = (ROOT / "bot" / "page" / "element" / "embed.ts").read_text()


SANDBOX = re.findall(r'sandbox\.value =\s+"([^"]+)"', ELEMENT)[0]


TOLD = (
    "window.seen = []; addEventListener('securitypolicyviolation', (event) => "
    "seen.push(event.violatedDirective));"
)


KEYS = """() => {
  window.keys = [];
  for (const kind of ["keydown", "keypress", "keyup", "beforeinput", "input"])
    addEventListener(kind, (event) => keys.push(kind), true);
}"""


# What a page of another site says of itself, beyond its HTML.
STRICT = (
    "default-src 'none'; script-src {0}; frame-src {0};"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)


@dataclass
class Site:
    """A site of somebody else. `pages`: HTML and Content-Security-Policy by path."""

    address: str
    pages: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, path: str, html: str, policy: str = "") -> str:
        """The address of a new page."""
        self.pages[path] = (html, policy)
        return self.address + path


def open_site(port: int) -> Iterator[Site]:
    site = Site(f"http://localhost:{port}")

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            html, policy = site.pages.get(self.path, ("", ""))
            self.send_response(200 if html else 204)  # 204: the browser's wish for an icon
            self.send_header("content-type", "text/html; charset=utf-8")
            if policy:
                self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: object) -> None:
            """Silent."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()


def framed(*addresses: str) -> str:
    """A page that shows others without the loader."""
    frames = "".join(
        f'<iframe sandbox="{SANDBOX}" src="{one}" width="600" height="700"></iframe>'
        for one in addresses
    ).replace("&", "&amp;")
    return f"<!doctype html><html lang=en><title>School</title><h1>School</h1>{frames}"


async def shown(page: Page, count: int = 1) -> list[Frame]:
    """The frames of the page, once each of them has what it will have."""
    frames = [frame for frame in page.frames if frame is not page.main_frame]
    assert len(frames) == count
    for frame in frames:
        await frame.wait_for_load_state()
    return frames


async def ask(frame: FrameLocator) -> None:
    await frame.locator("#text").fill(f"a threat about {CANARY}")
    await frame.locator("#send").click()
    await frame.locator("[data-script=utter_sextortion_open]").wait_for()


async def back_to(seen: Visit) -> tuple[str, str]:
    """Where Back leads and what is there, in all frames."""
    with contextlib.suppress(Error):
        # Where only a frame goes back, nobody says that it did.
        await seen.page.go_back(timeout=2000)
    await seen.page.wait_for_timeout(200)
    text = ""
    for frame in seen.page.frames:
        for _ in range(60):
            with contextlib.suppress(Error):
                text += await frame.content()
                break
            await seen.page.wait_for_timeout(50)
    return seen.page.url, text


async def held(route: Route) -> None:
    await asyncio.sleep(0.8)
    with contextlib.suppress(Error):
        await route.continue_()


async def is_here(page: Page) -> bool:
    """Whether the host page is where it was, a moment later."""
    await page.wait_for_timeout(150)
    with contextlib.suppress(Error):
        return await page.locator("h1").count() == 1
    return False

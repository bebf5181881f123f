"""A visit to the page with eyes on everything that must not happen."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Browser, Frame, Page
from sqlalchemy import text

from tests.page.service import Service

STORED = """async () => ({
  local: localStorage.length, session: sessionStorage.length, cookies: document.cookie.length,
  databases: (await indexedDB.databases()).length, caches: (await caches.keys()).length,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""

EMPTY = {"local": 0, "session": 0, "cookies": 0, "databases": 0, "caches": 0, "workers": 0}
LEAVE = """() => {
  document.querySelector(".leave").click();
  return [document.body.childNodes.length, document.title];
}"""


@dataclass
class Visit:
    """A page of a browser. `requests` are addresses; `complaints` are the console's."""

    page: Page
    service: Service
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def open(self, path: str = "/") -> None:
        await self.page.goto(self.service.address + path)

    async def write(self, words: str) -> None:
        await self.page.fill("#text", words)
        await self.page.keyboard.press("Enter")

    async def answered(self, script: str) -> None:
        await self.page.wait_for_selector(f"#log [data-script={script}]", timeout=15_000)
        # Without a script the answer is a new page, whose text is there before its style.
        await self.page.wait_for_load_state("load", timeout=15_000)

    async def tell(self, words: str, script: str) -> None:
        """Write, and wait until `script` answers."""
        await self.write(words)
        await self.answered(script)

    async def choose(self, label: str) -> None:
        await self.page.get_by_role("button", name=label, exact=True).click()

    async def has_left(self) -> None:
        await self.page.wait_for_url("https://exit.test/", timeout=15_000)

    async def stored(self) -> dict[str, int]:
        found: dict[str, int] = await self.page.evaluate(STORED)
        return found

    def strangers(self) -> list[str]:
        """Requests to anybody but the page and the neutral page."""
        own = {urlsplit(self.service.address).netloc, "exit.test"}
        return [url for url in self.requests if urlsplit(url).netloc not in own]

    async def barriers(self, inside: Page | Frame | None = None) -> list[str]:
        """What axe-core finds, as `rule: place`; `inside` a frame, or on the page."""
        where = inside or self.page
        # By the debugger, as the page's own policy lets nothing in.
        await where.evaluate(AXE_SCRIPT)
        result: dict[str, Any] = await where.evaluate("() => axe.run(document)")
        return [
            f"{rule['id']}: {node['target']}"
            for rule in result["violations"]
            for node in rule["nodes"]
        ]


@asynccontextmanager
async def visit(browser: Browser, service: Service, **options: Any) -> AsyncIterator[Visit]:
    """A fresh browser context; nothing of one visit is in the next."""
    _forget_everybody(service)
    context = await browser.new_context(ignore_https_errors=True, **options)
    page = await context.new_page()
    seen = Visit(page, service)
    page.on("request", lambda request: seen.requests.append(request.url))
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    try:
        yield seen
    finally:
        await context.close()


def _forget_everybody(service: Service) -> None:
    """What the visit before is still erasing must not count in this one."""
    with service.edge.engine.begin() as connection:
        for table in ("outbox", "inbox", "session"):
            connection.execute(text(f"delete from {table}"))  # noqa: S608 - names of ours


def sessions(service: Service) -> int:
    with service.edge.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from session")).scalar_one())


async def until_sessions(seen: Visit, count: int) -> None:
    """Wait until so many conversations are left: the page is gone, the erasing is on its way."""
    limit = time.monotonic() + 10
    while sessions(seen.service) != count:
        assert time.monotonic() < limit, "the conversation was not erased"
        await seen.page.wait_for_timeout(50)

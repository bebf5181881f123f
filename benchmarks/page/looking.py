"""What a visit loads, leaves behind and breaks, seen by Chromium."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, Request

from benchmarks.page.widgets import NoAnswer, Widget

SETTLED = 2500  # milliseconds after the load event
# What a first view is made of; data that is asked for by a script is counted as requests alone.
VIEWED = ("document", "stylesheet", "script", "font", "image")
ICONS = """() => [...document.querySelectorAll("link[rel~=icon]")].map((link) => link.href)
  .filter((address) => address.startsWith("http"))"""
STORED = """async () => {
  const size = (store) => new Blob(Object.entries(store).flat()).size;
  return {
    localStorage: [localStorage.length, size(localStorage)],
    sessionStorage: [sessionStorage.length, size(sessionStorage)],
    IndexedDB: [(await indexedDB.databases()).length, 0],
    caches: [window.caches ? (await caches.keys()).length : 0, 0],
    "service workers": [(await navigator.serviceWorker.getRegistrations()).length, 0],
  };
}"""
# Through shadow roots to the top.
LIVE = """(element) => {
  for (let at = element; at; at = at.parentNode || at.host) {
    if (!at.getAttribute) continue;
    const live = at.getAttribute("aria-live");
    if (live === "polite" || live === "assertive") return true;
    if (!live && ["log", "status", "alert"].includes(at.getAttribute("role"))) return true;
  }
  return false;
}"""
WATCH = """window.violated = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violated.push(event.effectiveDirective);
});"""


@dataclass(frozen=True)
class Visit:
    """One visit with one message. Bytes are those of bodies, each gzip -9.

    `transferred`: bytes of the first view as they came, with headers. `third`: addresses of other
    hosts, asked for at any time. `stored`: place -> (entries, bytes).
    """

    script: int
    first_view: int
    transferred: int
    requests: int
    third: list[str]
    stored: dict[str, tuple[int, int]]
    live_log: bool


@dataclass(frozen=True)
class Strict:
    """A visit under the strict policy. `violations`: directive -> how many."""

    violations: dict[str, int]
    works: bool


@contextmanager
def opened(browser: Browser) -> Iterator[tuple[BrowserContext, Page]]:
    """A fresh context with one page; nothing of one visit is in the next."""
    context = browser.new_context()
    try:
        yield context, context.new_page()
    finally:
        context.close()


def visit(browser: Browser, widget: Widget) -> Visit:
    """Open the page, wait until it is quiet, send one message and look at what is left."""
    asked: list[Request] = []
    done: list[Request] = []
    with opened(browser) as (context, page):
        # Playwright cannot hold a built-in function.
        page.on("request", lambda request: asked.append(request))  # noqa: PLW0108
        page.on("requestfinished", lambda request: done.append(request))  # noqa: PLW0108
        page.goto(widget.address + "/")
        page.wait_for_timeout(SETTLED)
        first = [request for request in done if request.resource_type in VIEWED and _http(request)]
        # Playwright keeps quiet about icons.
        icons = [context.request.get(icon).body() for icon in page.evaluate(ICONS)]
        count = sum(map(_http, asked)) + len(icons)
        first_view = sum(map(_packed, first)) + sum(len(gzip.compress(icon, 9)) for icon in icons)
        transferred = sum(map(_transferred, first)) + sum(map(len, icons))
        live = bool(widget.say(page).evaluate(LIVE))
        page.wait_for_timeout(SETTLED)
        scripts = [request for request in done if request.resource_type == "script"]
        return Visit(
            script=sum(map(_packed, filter(_http, scripts))),
            first_view=first_view,
            transferred=transferred,
            requests=count,
            third=[one.url for one in asked if _http(one) and _foreign(one, widget)],
            stored=_stored(context, page),
            live_log=live,
        )


def strict_visit(browser: Browser, widget: Widget, path: str) -> Strict:
    """The same under the strict policy of the page at `path`, as far as it gets."""
    with opened(browser) as (context, page):
        context.add_init_script(WATCH)
        page.goto(widget.address + path)
        page.wait_for_timeout(SETTLED)
        try:
            widget.say(page)
            works = True
        except (Error, NoAnswer):
            works = False
        return Strict(dict(Counter(page.evaluate("() => window.violated"))), works)


def _stored(context: BrowserContext, page: Page) -> dict[str, tuple[int, int]]:
    found: dict[str, Any] = page.evaluate(STORED)
    cookies = context.cookies()
    weight = sum(len(one.get("name", "")) + len(one.get("value", "")) for one in cookies)
    found["cookies"] = (len(cookies), weight)
    return {place: (entries, size) for place, (entries, size) in found.items() if entries}


def _http(request: Request) -> bool:
    return request.url.startswith("http")


def _foreign(request: Request, widget: Widget) -> bool:
    return not request.url.startswith(widget.address + "/")


def _packed(request: Request) -> int:
    response = request.response()
    return len(gzip.compress(response.body(), 9)) if response is not None else 0


def _transferred(request: Request) -> int:
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]

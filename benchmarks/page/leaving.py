"""How fast our page is blank after Leave, and how heavy its loader for other sites is."""

from __future__ import annotations

import gzip
from dataclasses import dataclass

import httpx
from playwright.sync_api import Browser

from benchmarks.page.looking import opened
from benchmarks.page.widgets import Widget

LOADER = "/embed.js"
# Read in the task of the click: nothing can be drawn between the two.
LEAVE = """() => {
  const began = performance.now();
  document.querySelector(".leave").click();
  const took = performance.now() - began;
  const left = document.body.innerText.trim() + document.title.trim();
  return [took, left.length];
}"""


class StillThere(Exception):
    """The page was not blank when the click had been handled."""


@dataclass(frozen=True)
class Loader:
    """Bytes of the loader, as it is and gzip -9."""

    raw: int
    packed: int


def leave(browser: Browser, ours: Widget, times: int, offline: bool) -> list[float]:
    """Milliseconds from the click until the document is empty, after a message and its answer.

    Raises StillThere.
    """
    took = []
    for _ in range(times):
        with opened(browser) as (context, page):
            page.goto(ours.address + "/")
            ours.say(page)
            context.set_offline(offline)
            milliseconds, left = page.evaluate(LEAVE)
            if left:
                raise StillThere
            took.append(float(milliseconds))
    return took


def loader(ours: Widget) -> Loader | None:
    """The script that another site would include; None where the gateway has none."""
    answer = httpx.get(ours.address + LOADER)
    if answer.status_code != httpx.codes.OK:
        return None
    return Loader(len(answer.content), len(gzip.compress(answer.content, 9)))

"""What the tests of leaving share: talking first, pressing, and what is left to see."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Error, Route

from tests.page.looking import Visit

CANARY = "zanzibar-7713"


# Presses of Shift at given milliseconds; gives what is left of the page in the same task.
SHIFTS = """(times) => {
  for (const time of times) {
    for (const kind of ["keydown", "keyup"]) {
      const event = new KeyboardEvent(kind, { key: "Shift", bubbles: true });
      Object.defineProperty(event, "timeStamp", { value: time });
      document.body?.dispatchEvent(event);
    }
  }
  return [document.body.childNodes.length, document.title];
}"""


BLANK: list[Any] = [0, ""]


SEEN = """() => {
  const { x, y, width, height } = document.querySelector(".leave").getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  return {
    large: width >= 44 && height >= 44,
    inside: x >= 0 && y >= 0 && x + width <= innerWidth && y + height <= innerHeight,
    free: top?.closest(".leave") !== null,
  };
}"""


async def talk(seen: Visit) -> None:
    """An empty tab, the page in it, and one message answered."""
    await seen.page.goto("about:blank")
    await seen.open()
    await seen.tell(f"a threat about {CANARY}", "utter_sextortion_open")


async def press(seen: Visit, *keys: str) -> None:
    for key in keys:
        await seen.page.keyboard.press(key)


async def back(seen: Visit) -> str:
    """Where the Back button leads, which may be the browser's own error page: what it shows."""
    with contextlib.suppress(Error):
        await seen.page.go_back()
    for _ in range(60):
        await seen.page.wait_for_timeout(50)
        with contextlib.suppress(Error):
            return await seen.page.content()
    raise AssertionError("no page")


async def gone(seen: Visit) -> None:
    """Wait until another page is there, be it the browser's own that says: no network."""
    for _ in range(100):
        if not seen.page.url.startswith(seen.service.address):
            break
        await seen.page.wait_for_timeout(50)
    await seen.page.wait_for_load_state()


def held(seconds: float) -> Callable[[Route], Awaitable[None]]:
    """Lets a request through after a while."""

    async def hold(route: Route) -> None:
        await asyncio.sleep(seconds)
        with contextlib.suppress(Error):
            await route.continue_()

    return hold


async def shown_after_leaving(seen: Visit) -> list[str]:
    """Leave; what the page shows, every 50 ms until another one is there, and any complaint."""
    await seen.page.evaluate(
        """() => {
          document.querySelector(".leave").click();
          const tell = () => console.log(`${document.body.childNodes.length}${document.title}`);
          tell();
          setInterval(tell, 50);
        }"""
    )
    await seen.has_left()
    return seen.complaints


async def is_here(seen: Visit) -> bool:
    """Whether the page still shows itself: leaving blanks it in the very task of the key."""
    return bool(
        await seen.page.evaluate(
            "document.documentElement.className !== 'left' && !!document.querySelector('.leave')"
        )
    )

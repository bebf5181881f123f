"""The languages and screens that the flows are tried in, and what a visitor reads there."""

from __future__ import annotations

import pytest

from bot.page.words import load_words
from tests.page.looking import Visit

WORDS = load_words()
LOCALES = ("en", "es")
SCREENS = {"phone": {"width": 320, "height": 640}, "desk": {"width": 1280, "height": 800}}
MARK = "window.mark = 1"  # it is gone after a reload

each_language = pytest.mark.parametrize("locale", LOCALES)
each_place = pytest.mark.parametrize(
    ("locale", "viewport"),
    [(locale, size) for locale in LOCALES for size in SCREENS.values()],
    ids=[f"{locale}-{name}" for locale in LOCALES for name in SCREENS],
)
# Where the size changes nothing but the look: each language and each screen once.
two_places = pytest.mark.parametrize(
    ("locale", "viewport"),
    [("en", SCREENS["phone"]), ("es", SCREENS["desk"])],
    ids=["en-phone", "es-desk"],
)
each_way = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


def told(locale: str, key: str, **gaps: str) -> str:
    """A fixed word of the page in a language."""
    return WORDS[locale][key].format(**gaps) if gaps else WORDS[locale][key]


async def choices(seen: Visit) -> list[str]:
    """The answers that can be chosen below the log, in order."""
    return await seen.page.locator("#choices:visible .choice").all_text_contents()


async def scripts(seen: Visit) -> list[str]:
    """The scripts in the log, in order."""
    found: list[str] = await seen.page.evaluate(
        "() => [...document.querySelectorAll('#log [data-script]')].map((e) => e.dataset.script)"
    )
    return found


async def press(seen: Visit, place: int) -> None:
    """Choose an answer by its place, which is the same in every language."""
    await seen.page.locator("#choices .choice").nth(place).click()


async def is_same_page(seen: Visit) -> bool:
    """Whether the page is the one that MARK was left on."""
    return bool(await seen.page.evaluate("window.mark === 1"))


async def status(seen: Visit) -> str:
    return await seen.page.inner_text("#status")

"""For everybody: axe-core finds no barrier in any state, in any language, in either theme."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.async_api import Browser

from tests.page.looking import Visit, visit
from tests.page.service import Service
from tests.page.states import embedded, pages, states

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
Theme = Literal["light", "dark"]
CONTRAST = """async () => (await axe.run(document, {runOnly: ["color-contrast"]}))
  .violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target}`))"""


async def in_both_themes(seen: Visit, name: str, found: dict[tuple[str, str], list[str]]) -> None:
    """All rules in one theme; of the other one its colours, as nothing else differs."""
    await seen.page.emulate_media(color_scheme="light")
    if barriers := await seen.barriers():
        found[name, "light"] = barriers
    await seen.page.emulate_media(color_scheme="dark")
    if barriers := await seen.page.evaluate(CONTRAST):
        found[name, "dark"] = barriers


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_axe_finds_no_barrier_in_any_state(
    browser: Browser, served: Service, locale: str
) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    seen_states: list[str] = []
    async with visit(browser, served, reduced_motion="reduce") as seen:
        async for name in states(seen, locale):
            seen_states.append(name)
            await in_both_themes(seen, name, found)
        assert found == {}
        assert len(seen_states) == 12
        assert seen.strangers() == []


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_axe_finds_no_barrier_on_any_page(
    browser: Browser, served: Service, locale: str
) -> None:
    found: dict[tuple[str, str], list[str]] = {}
    async with visit(browser, served, reduced_motion="reduce") as seen:
        async for name in pages(seen, locale):
            await in_both_themes(seen, name, found)
        assert found == {}
        assert seen.strangers() == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_no_barrier_in_the_page_of_another_site(
    browser: Browser, served: Service, host: str, theme: Theme
) -> None:
    async with visit(browser, served, reduced_motion="reduce", color_scheme=theme) as seen:
        async for name, where in embedded(seen, host):
            found = await seen.barriers(where)
            # Where the bar to leave stands is for the landmarks of that site, not for ours.
            ours = [one for one in found if not re.match(r"region: .*exit\.test", one)]
            assert ours == [], name

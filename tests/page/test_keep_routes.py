"""Sheets and plans to keep, over the real texts and without a script."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from bot.content.keep import load_sheets
from bot.content.plans import load_plans
from bot.page.form import Form
from bot.page.keep import Keeping
from bot.settings import ROOT
from tests.page.looking import sessions
from tests.page.reading import Page
from tests.page.service import Service


async def keep(client: httpx.AsyncClient, **fields: str) -> Page:
    page = Page((await client.get("/keep")).text)
    form = page.form("keeping")["fields"]
    return Page((await client.post("/keep", data={**form, **fields})).text)


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_every_sheet_and_every_plan_can_be_kept(
    client: httpx.AsyncClient, service: Service, locale: str
) -> None:
    before = sessions(service)
    sheets, plans = load_sheets(ROOT), load_plans(ROOT)
    for name, sheet in sheets.items():
        page = await keep(client, sheet=name, locale=locale)
        assert page.scripts == [sheet.title, *sheet.parts]
    for situation, plan in plans.items():
        for audience in ("teen", "parent", "friend", "educator"):
            wanted = {"sheet": "plan", "situation": situation, "audience": audience}
            page = await keep(client, locale=locale, **wanted)
            assert set(plan.steps_for({"audience": audience, "country": "US"})) < {*page.scripts}
    assert sessions(service) == before


async def test_a_kept_plan_shows_the_cards_of_the_country(client: httpx.AsyncClient) -> None:
    wanted = {"sheet": "plan", "situation": "self_harm", "audience": "teen", "country": "GB"}
    page = await keep(client, **wanted)
    assert "tel:999" in page.links
    assert "tel:988" not in page.links


@pytest.mark.parametrize(
    "fields",
    [
        {"sheet": "song"},
        {"sheet": "plan"},
        {"sheet": "plan", "situation": "<script>"},
        {"sheet": "evidence", "audience": "cat", "locale": "xx", "country": "??"},
    ],
)
async def test_what_cannot_be_kept_is_no_fault(
    client: httpx.AsyncClient, fields: dict[str, str]
) -> None:
    page = await keep(client, **fields)
    assert page.form("keeping")["buttons"]
    assert "<script>" not in page.words


def test_a_mistake_in_what_can_be_kept_stops_no_start(service: Service, tmp_path: Path) -> None:
    (tmp_path / "data" / "plans").mkdir(parents=True)
    for file in ("data/keep.yml", "data/plans/sextortion.yml"):
        (tmp_path / file).write_text("sextortion: [", "utf-8")
    keeping = Keeping(service.edge.conversations.speaker, tmp_path)
    assert (keeping.sheets("en"), keeping.situations("en")) == ([], [])
    assert keeping.kept(Form(sheet="evidence"), "en", None) is None


async def test_the_address_of_what_is_kept_tells_nothing_of_it(client: httpx.AsyncClient) -> None:
    form = Page((await client.get("/keep")).text).form("keeping")
    assert (form["action"], form["method"]) == ("/keep", "post")

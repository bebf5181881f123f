"""What every answer of the page has: its headers, its status, and no trace of a visit."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from bot.page.form import FORM_TYPE
from bot.page.measured import read_measured
from bot.page.routes import page as page_routes
from bot.settings import ROOT
from tests.page.looking import sessions
from tests.page.reading import Page
from tests.page.service import Service


@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 200), ("/about", 200), ("/keep", 200), ("/leave", 303), ("/chat", 303)],
)
async def test_who_only_asks_whether_we_are_there_is_answered(
    client: httpx.AsyncClient, service: Service, path: str, status: int
) -> None:
    before = sessions(service)
    asked, got = await client.head(path), await client.get(path)
    assert (asked.status_code, got.status_code) == (status, status)
    assert asked.headers["content-security-policy"] == got.headers["content-security-policy"]
    assert sessions(service) == before


@pytest.mark.parametrize("path", ["/chat", "/country", "/forget", "/api/v1/conversations"])
async def test_a_client_that_hangs_up_in_the_middle_is_no_fault(
    service: Service, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    coming = [
        {"type": "http.request", "body": b"key=k&text=hel", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"content-type", FORM_TYPE.encode()), (b"host", b"page.test")],
        "client": ("127.0.0.1", 1),
        "server": ("page.test", 80),
    }
    before, faults = sessions(service), service.edge.conversations.counters["unexpected"]
    await service.app(scope, receive, send)
    assert sent == []
    assert service.edge.conversations.counters["unexpected"] == faults
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert sessions(service) == before


async def test_leave_leads_to_the_neutral_page_and_clears_the_device(
    client: httpx.AsyncClient, service: Service
) -> None:
    answer = await client.get("/leave")
    assert answer.status_code == 303
    assert answer.headers["location"] == service.config.exit_url
    assert answer.headers["clear-site-data"] == '"cookies","storage"'
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/chat", "/country", "/forget"])
async def test_a_reload_without_its_form_is_no_dead_end(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/about", "text/html; charset=utf-8"),
        ("/static/page.css", "text/css; charset=utf-8"),
        ("/static/chat.js", "text/javascript; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
    ],
)
async def test_nothing_is_kept_by_the_browser(
    client: httpx.AsyncClient, path: str, media_type: str
) -> None:
    answer = await client.get(path)
    assert answer.headers["content-type"] == media_type
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_about_counts_what_is_in_force(client: httpx.AsyncClient, service: Service) -> None:
    page = Page((await client.get("/about")).text)
    release = service.edge.releases.release
    assert f"Release {release.version} of {release.created[:10]} is in force" in page.words
    assert f"{len(release.scripts)} answers" in page.words
    assert "It is a draft." in page.words
    assert "No text has a review date yet." in page.words
    assert page.links[0] == "/leave"


async def test_about_says_how_many_crises_were_seen(client: httpx.AsyncClient) -> None:
    told = json.loads((ROOT / "data" / "evaluation" / "measured.json").read_text("utf-8"))
    page = Page((await client.get("/about")).text)
    for one in told["locales"].values():
        percent = f"{100 * one['crisis_recall']:.1f}"
        assert f"of {one['crises']} made-up" in page.words
        assert f"it saw {percent} of 100" in page.words


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"locales": 3}', '{"locales": {"en": {}}}'])
def test_about_says_nothing_of_what_was_not_measured(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "measured.json"
    if text is not None:
        file.write_text(text, "utf-8")
    assert read_measured(file) == {}


def test_every_route_says_who_may_call_it(service: Service) -> None:
    routes = page_routes(service.edge.conversations, service.config).routes
    assert len(routes) >= 10
    for route in routes:
        assert isinstance(route, APIRoute)
        assert route.openapi_extra == {"x-may-call": "everybody"}, route.path
        assert route.include_in_schema is False, route.path


async def test_the_pages_name_no_other_origin(client: httpx.AsyncClient) -> None:
    html = (await client.get("/")).text
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=\"(?!/static/)", html)

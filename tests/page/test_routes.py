"""The page without a script: every route, over a real release and a real database."""

from __future__ import annotations

import json
import logging
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from bot.content.keep import load_sheets
from bot.content.plans import load_plans
from bot.page.form import FORM_TYPE, Form, new_key
from bot.page.keep import Keeping
from bot.page.measured import read_measured
from bot.page.routes import page as page_routes
from bot.settings import ROOT
from tests.page.service import Service

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "{% for x in range(9) %}x{% endfor %}",
)


class Page(HTMLParser):
    """The forms, links and words of an answer."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        assert not any(name.startswith("on") or name == "style" for name in given), given
        if tag == "form":
            self.forms.append({"id": given["id"], "fields": {}, "buttons": [], **given})
        elif tag == "input" and "name" in given:
            self.forms[-1]["fields"][given["name"]] = given["value"]
        elif tag == "button" and "value" in given:
            self.forms[-1]["buttons"].append((given["name"], given["value"]))
        elif tag == "a":
            self.links.append(given["href"])
        if "data-script" in given:
            self.scripts.append(given["data-script"])

    def handle_data(self, data: str) -> None:
        self.words += data

    def form(self, name: str) -> dict[str, Any]:
        return next(form for form in self.forms if form["id"] == name)


async def write(client: httpx.AsyncClient, page: Page, words: str) -> httpx.Response:
    return await client.post("/chat", data={**page.form("writing")["fields"], "text": words})


async def press(client: httpx.AsyncClient, page: Page, place: int = 0) -> httpx.Response:
    form = page.form("choosing")
    name, value = form["buttons"][place]
    return await client.post("/chat", data={**form["fields"], name: value})


def sessions(service: Service) -> int:
    with service.edge.engine.connect() as connection:
        return int(connection.execute(text("select count(*) from session")).scalar_one())


async def test_a_visit_leaves_no_row_in_the_database(
    client: httpx.AsyncClient, service: Service
) -> None:
    before = sessions(service)
    await client.get("/")
    await client.get("/about")
    assert sessions(service) == before


async def test_the_first_page_has_the_exit_the_numbers_and_a_way_to_begin(
    client: httpx.AsyncClient,
) -> None:
    page = Page((await client.get("/")).text)
    assert page.links[0] == "/leave"
    assert {"tel:911", "tel:988", "sms:988"} <= set(page.links)
    assert page.scripts[0] == "utter_welcome"
    assert "utter_crisis_card" in page.scripts
    assert ("start", "self_harm") in page.form("choosing")["buttons"]
    assert "Not in the United States?" in page.words


async def test_another_country_has_its_own_numbers(client: httpx.AsyncClient) -> None:
    page = Page((await client.get("/", params={"country": "GB"})).text)
    assert "tel:999" in page.links
    assert "tel:911" not in page.links
    assert page.form("writing")["fields"]["country"] == "GB"


@pytest.mark.parametrize("country", ["XX", "<b>", "USA", "", "zz"])
async def test_an_unknown_country_still_shows_help(client: httpx.AsyncClient, country: str) -> None:
    answer = await client.get("/", params={"country": country})
    assert answer.status_code == 200
    assert "utter_crisis_card" in Page(answer.text).scripts


async def test_typed_words_begin_a_conversation_and_are_answered(
    client: httpx.AsyncClient, service: Service
) -> None:
    before = sessions(service)
    first = Page((await client.get("/")).text)
    answer = await write(client, first, "someone threatens me")
    page = Page(answer.text)
    assert answer.status_code == 200
    assert page.scripts[0] == "utter_sextortion_open"
    assert "someone threatens me" in page.words
    assert page.form("writing")["fields"]["token"]
    assert page.form("writing")["fields"]["key"] != first.form("writing")["fields"]["key"]
    assert sessions(service) == before + 1


async def test_typed_words_are_gone_from_the_database_when_they_are_answered(
    client: httpx.AsyncClient, service: Service
) -> None:
    await write(client, Page((await client.get("/")).text), "a threat about zanzibar")
    with service.edge.engine.connect() as connection:
        rows = [
            str(row)
            for table in ("session", "inbox", "outbox")
            for row in connection.execute(text(f"select * from {table}"))  # noqa: S608
        ]
    assert "zanzibar" not in "".join(rows)


async def test_a_button_of_the_welcome_begins_with_its_situation(
    client: httpx.AsyncClient, service: Service
) -> None:
    page = Page((await press(client, Page((await client.get("/")).text))).text)
    assert page.scripts[0] == "utter_sextortion_open"
    assert "Someone is threatening me" in page.words
    assert service.worker.turns[-1]["text"] == "/sextortion"


@pytest.mark.parametrize("start", ["/restart", "ask_report", 'affirm{"paid":"yes"}', "sextortion "])
async def test_only_the_buttons_of_the_welcome_can_begin(
    client: httpx.AsyncClient, service: Service, start: str
) -> None:
    before = sessions(service)
    answer = await client.post("/chat", data={"key": new_key(), "start": start})
    assert answer.status_code == 422
    assert sessions(service) == before
    assert Page(answer.text).form("choosing")["buttons"]


async def test_a_button_of_an_answer_goes_on(client: httpx.AsyncClient) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    assert len(page.form("choosing")["buttons"]) == 5
    answer = Page((await press(client, page)).text)
    assert answer.scripts[0] == "utter_sextortion_open"


async def test_a_button_that_reads_the_same_for_everybody_is_echoed(
    client: httpx.AsyncClient,
) -> None:
    answer = await write(client, Page((await client.get("/")).text), "i want to kill myself")
    page = Page((await press(client, Page(answer.text))).text)
    assert "You: Yes" in page.words


async def test_the_same_form_sent_twice_is_one_turn(
    client: httpx.AsyncClient, service: Service
) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    turns = len(service.worker.turns)
    first, second = [await write(client, page, "a threat") for _ in range(2)]
    assert Page(first.text).scripts == Page(second.text).scripts
    assert len(service.worker.turns) == turns + 1


async def test_going_back_and_choosing_again_is_a_new_turn(client: httpx.AsyncClient) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    assert (await press(client, page, 0)).status_code == 200
    assert (await press(client, page, 2)).status_code == 200


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_what_was_typed_comes_back_as_text_only(
    client: httpx.AsyncClient, hostile: str
) -> None:
    before = Page((await client.get("/")).text)
    answer = await write(client, before, hostile)
    page = Page(answer.text)
    assert hostile in page.words
    assert page.tags.count("script") == before.tags.count("script")
    assert "svg" not in page.tags and "img" not in page.tags


async def test_a_crisis_shows_cards_to_call_and_to_text(client: httpx.AsyncClient) -> None:
    answer = await write(client, Page((await client.get("/")).text), "i want to kill myself")
    page = Page(answer.text)
    assert page.scripts[0] == "utter_self_harm_open"
    assert page.links.count("tel:988") >= 3  # at the top, in the answer, in the help below


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "hello"}, 400),
        ({"key": "k"}, 422),
        ({"key": "k", "text": "   "}, 422),
        ({"key": "k", "text": "a", "start": "menu"}, 422),
        ({"key": "k", "token": "unknown", "text": "a"}, 401),
        ({"key": "k", "button": "forged"}, 401),
    ],
)
async def test_a_wrong_form_gets_a_page_with_help_and_a_way_on(
    client: httpx.AsyncClient, body: dict[str, str], status: int
) -> None:
    answer = await client.post("/chat", data=body)
    page = Page(answer.text)
    assert answer.status_code == status
    assert page.scripts[0].startswith("utter_problem_")
    assert "tel:911" in page.links
    assert page.form("choosing")["buttons"]
    assert "token" not in page.form("writing")["fields"]


async def test_a_forged_button_changes_nothing_and_keeps_the_conversation(
    client: httpx.AsyncClient, service: Service
) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    turns = len(service.worker.turns)
    fields = page.form("writing")["fields"]
    answer = await client.post("/chat", data={**fields, "button": "forged"})
    assert answer.status_code == 400
    assert Page(answer.text).form("writing")["fields"]["token"] == fields["token"]
    assert len(service.worker.turns) == turns


async def test_a_flood_is_refused_with_help(client: httpx.AsyncClient, service: Service) -> None:
    flood = "x" * (service.config.body_limit + 1)
    answer = await client.post("/chat", data={"key": "k", "text": flood})
    assert answer.status_code == 413
    assert Page(answer.text).scripts[0] == "utter_too_long"


async def test_a_form_of_another_kind_is_refused_with_help(client: httpx.AsyncClient) -> None:
    answer = await client.post("/chat", json={"text": "hello"})
    assert answer.status_code == 422
    assert "tel:911" in Page(answer.text).links


async def test_a_fault_of_ours_keeps_the_words_and_offers_a_retry(
    client: httpx.AsyncClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("zanzibar")

    first = Page((await client.get("/")).text)
    monkeypatch.setattr(service.edge.conversations.storage, "open_session", broken)
    written = await write(client, first, "please help")
    pressed = await press(client, first, 4)
    monkeypatch.undo()
    assert (written.status_code, pressed.status_code) == (503, 503)
    page = Page(written.text)
    assert page.scripts[0] == "utter_problem_busy"
    assert "please help" in page.words
    assert "zanzibar" not in written.text
    assert Page(pressed.text).form("choosing")["buttons"] == [("start", "self_harm")]
    again = await press(client, Page(pressed.text))
    assert Page(again.text).scripts[0] == "utter_self_harm_open"


async def test_the_numbers_of_another_country_do_not_end_the_conversation(
    client: httpx.AsyncClient,
) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    fields = page.form("country")["fields"]
    answer = Page((await client.post("/country", data={**fields, "country": "GB"})).text)
    assert "tel:999" in answer.links
    assert answer.form("writing")["fields"]["token"] == fields["token"]


async def test_leaving_a_conversation_erases_it(
    client: httpx.AsyncClient, service: Service
) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    before = sessions(service)
    answer = await client.post("/forget", data=page.form("leaving")["fields"])
    assert (answer.status_code, answer.headers["location"]) == (303, "/leave")
    assert sessions(service) == before - 1
    assert (await write(client, page, "still here?")).status_code == 401


async def test_starting_again_erases_and_leads_to_the_first_page(
    client: httpx.AsyncClient, service: Service
) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    before = sessions(service)
    answer = await client.post("/forget", data=page.form("again")["fields"])
    assert answer.headers["location"] == "/"
    assert sessions(service) == before - 1


@pytest.mark.parametrize("body", [{}, {"token": "unknown"}, {"token": "x", "again": "1"}])
async def test_leaving_leads_away_whatever_is_wrong(
    client: httpx.AsyncClient, body: dict[str, str]
) -> None:
    answer = await client.post("/forget", data=body)
    assert answer.status_code == 303


FOREIGN = {
    "another origin": {"origin": "https://evil.test"},
    "another port": {"origin": "http://page.test:8080"},
    "a name that begins like ours": {"origin": "http://page.test.evil.test"},
    "a name that ends like ours": {"origin": "http://evil-page.test"},
    "our name as a user": {"origin": "http://page.test@evil.test"},
    "a port that is none": {"origin": "http://page.test:x"},
    "no address": {"origin": "evil"},
    "a browser says so": {"sec-fetch-site": "cross-site"},
    "a sibling": {"sec-fetch-site": "same-site", "origin": "https://other.page.test"},
    "a hidden origin": {"sec-fetch-site": "cross-site", "origin": "null"},
}
OWN = {
    "nothing is said": {},
    "our own origin": {"origin": "http://page.test"},
    "behind a proxy that speaks TLS": {"origin": "https://page.test"},
    "with its usual port": {"origin": "https://page.test:443"},
    "in capitals": {"origin": "http://PAGE.test"},
    "a page without a referrer": {"origin": "null"},
    "a browser says so": {"origin": "null", "sec-fetch-site": "same-origin"},
    "the person": {"sec-fetch-site": "none"},
    "behind a proxy that renames us": {
        "origin": "https://help.school.test",
        "sec-fetch-site": "same-origin",
    },
}


@pytest.mark.parametrize("path", ["/chat", "/country", "/forget"])
@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
async def test_a_form_of_another_site_is_refused_with_help_and_changes_nothing(
    client: httpx.AsyncClient, service: Service, path: str, headers: dict[str, str]
) -> None:
    page = Page((await write(client, Page((await client.get("/")).text), "hm")).text)
    before, turns = sessions(service), len(service.worker.turns)
    form = {**page.form("writing")["fields"], "text": "zanzibar", "country": "GB"}
    answer = await client.post(path, data=form, headers=headers)
    told = Page(answer.text)
    assert answer.status_code == 403
    assert told.scripts[0] == "utter_problem_bad_request"
    assert "utter_crisis_card" in told.scripts
    assert "tel:911" in told.links
    assert "zanzibar" not in answer.text
    assert "token" not in told.form("writing")["fields"]
    assert (sessions(service), len(service.worker.turns)) == (before, turns)
    assert (await write(client, page, "still here")).status_code == 200


@pytest.mark.parametrize("headers", OWN.values(), ids=OWN)
async def test_a_form_of_our_own_page_is_taken(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    page = Page((await client.get("/", headers=headers)).text)
    data = {**page.form("writing")["fields"], "text": "hm"}
    answer = await client.post("/chat", data=data, headers=headers)
    assert answer.status_code == 200
    fields = Page(answer.text).form("leaving")["fields"]
    away = await client.post("/forget", data=fields, headers=headers)
    assert away.status_code == 303


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
        assert page.scripts == list(sheet.parts)
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

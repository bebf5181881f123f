"""The page without a script: every route, over a real release and a real database."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import text

from bot.page.form import new_key
from tests.page.looking import sessions
from tests.page.reading import Page, press, write
from tests.page.service import Service

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "{% for x in range(9) %}x{% endfor %}",
)


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
    assert answer.headers["location"] == "/?locale=en"
    assert sessions(service) == before - 1


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/?locale=es", "/?locale=es"),
        ("/?country=GB", "/?locale=en&country=GB"),
        ("/?locale=es&country=MX", "/?locale=es&country=MX"),
        ("/?host=https://evil.test", "/?locale=en"),
    ],
)
async def test_starting_again_keeps_the_language_and_the_country(
    client: httpx.AsyncClient, asked: str, led: str
) -> None:
    page = Page((await write(client, Page((await client.get(asked)).text), "hm")).text)
    answer = await client.post("/forget", data=page.form("again")["fields"])
    assert (answer.status_code, answer.headers["location"]) == (303, led)


@pytest.mark.parametrize("body", [{}, {"token": "unknown"}, {"token": "x", "again": "1"}])
async def test_leaving_leads_away_whatever_is_wrong(
    client: httpx.AsyncClient, body: dict[str, str]
) -> None:
    answer = await client.post("/forget", data=body)
    assert answer.status_code == 303

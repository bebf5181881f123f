"""A form that another site sends is refused; one of our own page is taken, behind any proxy."""

from __future__ import annotations

import httpx
import pytest

from tests.page.looking import sessions
from tests.page.reading import Page, write
from tests.page.service import Service

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

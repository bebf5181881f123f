"""The pages of links and numbers, as staff use them; and the rounds beside the console."""

from __future__ import annotations

import html
import logging
import threading

import pytest
from sqlalchemy import select

from bot.console.health.keeping import Keeper, approved_helpers
from bot.content.models import Base
from bot.settings import ROOT
from tests.console.desks import post, with_desk
from tests.console.test_health_rule import EMERGENCY, HELPER, Played, seen, shown

LINK_CHECK = Base.metadata.tables["link_check"]
CALL_BACK = Base.metadata.tables["call_back"]
CHILDHELP, PAGE = "us_childhelp", f"/helpers/{HELPER}"


def rows(office, table):
    with office.house.engine.connect() as connection:
        return connection.execute(select(table).order_by(table.c.id)).all()


def number_of(office, name):
    return approved_helpers(office.house.engine, ROOT)[name].phone.display


@pytest.fixture
def looking(quick):
    """The office with a looker that asks nobody."""
    return with_desk(quick, looker=Played())


def test_the_worst_is_shown_first_to_everybody(quick):
    seen(quick.house, HELPER, "dead", 0, detail="The page is not there (404).")
    page = quick.sign_in("vera").get("/helpers/health").text
    first = page.split('<li class="card">')[1]
    assert f'href="{PAGE}"' in first
    assert "its link is dead" in first and "not there (404)" in first


def test_problems_only_leaves_out_what_is_well(quick):
    house, helpers = quick.house, approved_helpers(quick.house.engine, ROOT)
    well = next(one.id for one in helpers.values() if one.url and not one.phone and not one.sms)
    seen(house, well, "ok", 0)
    client = quick.sign_in("vera")
    link = f'href="/helpers/{well}"'
    assert link in client.get("/helpers/health").text
    only = client.get("/helpers/health?only=1").text
    assert link not in only and f'href="{PAGE}"' in only


@pytest.mark.parametrize("action", ["check", "called"])
@pytest.mark.parametrize("name", ["vera", "tom"])
def test_who_only_reads_or_translates_sees_no_form_and_is_refused(looking, name, action):
    client = looking.sign_in(name)
    page = client.get(PAGE).text
    assert "never looked at" in page and f'action="{PAGE}/' not in page
    form = {"number": number_of(looking, HELPER), "outcome": "right"}
    assert post(client, f"{PAGE}/{action}", form).status_code == 403
    assert rows(looking, LINK_CHECK) == rows(looking, CALL_BACK) == []


@pytest.mark.parametrize("name", ["ana", "rita", "paul"])
def test_a_look_now_is_kept_with_who_asked(looking, name):
    client = looking.sign_in(name)
    answer = post(client, f"{PAGE}/check", page=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    (row,) = rows(looking, LINK_CHECK)
    assert (row.resource_id, row.outcome, row.checked_by) == (HELPER, "ok", name)
    assert f"by {name}" in client.get(PAGE).text


def test_a_look_now_shows_a_hidden_link_again(looking):
    url = shown(looking.house).url
    client = looking.sign_in("rita")
    looking.desk.looker.outcomes[url] = "dead"
    for hours in (0, 24, 48):
        seen(looking.house, HELPER, "dead", hours - 48)
    post(client, f"{PAGE}/check", page=PAGE)
    assert shown(looking.house).url is None
    assert f"{url} is hidden since" in client.get(PAGE).text
    looking.desk.looker.outcomes.clear()
    post(client, f"{PAGE}/check", page=PAGE)
    assert shown(looking.house).url == url
    assert "is hidden since" not in client.get(PAGE).text


CALLS = {
    "right": "the right one answered",
    "wrong": "somebody else answered",
    "no_answer": "nobody answered",
}


@pytest.mark.parametrize("outcome", CALLS)
def test_a_call_is_told_in_words(office, outcome):
    client, page = office.sign_in("ana"), f"/helpers/{CHILDHELP}"
    form = {"number": number_of(office, CHILDHELP), "outcome": outcome, "note": "<b>at noon</b>"}
    assert post(client, f"{page}/called", form, page).status_code == 303
    told = client.get(page).text
    assert CALLS[outcome] in told and "&lt;b&gt;at noon" in told
    (row,) = rows(office, CALL_BACK)
    assert (row.actor, row.outcome, row.note) == ("ana", outcome, "<b>at noon</b>")


@pytest.mark.parametrize(
    "changes", [{"number": "1-800-000-0000"}, {"outcome": ""}, {"outcome": "perhaps"}]
)
def test_a_call_that_cannot_be_is_refused(quick, changes):
    form = {"number": number_of(quick, CHILDHELP), "outcome": "right", **changes}
    answer = post(quick.sign_in("ana"), f"/helpers/{CHILDHELP}/called", form)
    assert answer.status_code == 409
    assert rows(quick, CALL_BACK) == []


def test_nobody_is_asked_to_call_an_emergency_number(quick):
    client = quick.sign_in("ana")
    page = html.unescape(client.get(f"/helpers/{EMERGENCY}").text)
    assert "Do not call it to test it" in page
    assert "confirmed, without calling it" in page
    assert "has to be called" not in page
    form = {"number": "911", "outcome": "right", "note": "the authority's page"}
    post(client, f"/helpers/{EMERGENCY}/called", form)
    assert "without calling it" not in client.get(f"/helpers/{EMERGENCY}").text


@pytest.mark.parametrize("action", ["check", "called"])
def test_an_unknown_helper_is_refused(looking, action):
    assert post(looking.sign_in("ana"), f"/helpers/nobody/{action}").status_code == 409


def test_a_fault_is_told_by_its_type_and_ends_no_round(caplog):
    done, asked = threading.Event(), []

    def work():
        asked.append(1)
        if len(asked) == 1:
            raise RuntimeError("a secret")
        done.set()

    keeper = Keeper(work, seconds=0.001)
    with caplog.at_level(logging.ERROR):
        keeper.start()
        assert done.wait(30), "the round after the fault"
        keeper.stop()
        keeper.join(30)
    assert not keeper.is_alive()
    assert "RuntimeError" in caplog.text and "a secret" not in caplog.text

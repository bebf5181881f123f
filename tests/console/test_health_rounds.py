"""Rounds over the links: what is due, each address once, politely, one round at a time."""

from __future__ import annotations

import threading
from functools import partial

import pytest
from sqlalchemy import func, select

from bot.console.health import keeping
from bot.console.health.checking import Looker
from bot.console.health.keeping import approved_helpers, keep_up
from bot.console.health.policy import policy
from bot.console.health.rounds import by_id, due, last_looks, look_at
from bot.content.models import Base
from bot.settings import ROOT
from bot.staff import link_command
from bot.staff.database import open_staff_database
from tests.console.health_site import certificate, open_site, page
from tests.console.small import open_house
from tests.console.test_health_rule import HELPER, HOUR, Played, seen

LINK_CHECK = Base.metadata.tables["link_check"]


@pytest.fixture
def house(database_url):
    made = open_house(database_url)
    yield made
    made.engine.dispose()


def helpers_of(house, *urls):
    """Helpers of the directory with other links."""
    known = by_id(approved_helpers(house.engine, ROOT))
    return [
        one.model_copy(update={"url": url}) for one, url in zip(known, urls, strict=False) if url
    ]


def rows(house):
    with house.engine.connect() as connection:
        return connection.execute(select(LINK_CHECK).order_by(LINK_CHECK.c.id)).all()


@pytest.mark.parametrize(
    ("outcome", "hours", "is_due"),
    [
        (None, 0, True),
        ("ok", 24 * 7 - 1, False),
        ("ok", 24 * 7, True),
        ("moved", 24 * 6, False),
        ("changed", 24 * 6, False),
        ("dead", 12, False),
        ("dead", 24, True),
        ("unreachable", 24, True),
        ("certificate", 24, True),
    ],
)
def test_a_link_is_due_weekly_and_daily_after_a_failure(house, outcome, hours, is_due):
    if outcome:
        seen(house, HELPER, outcome, 0)
    helper = approved_helpers(house.engine, ROOT)[HELPER]
    with house.engine.connect() as connection:
        found = due(connection, [helper], house.now + hours * HOUR)
    assert (found == [helper]) is is_due


def test_a_new_link_is_due_whatever_the_old_one_did(house):
    seen(house, HELPER, "ok", 0)
    helper = approved_helpers(house.engine, ROOT)[HELPER]
    changed = helper.model_copy(update={"url": "https://new.example"})
    with house.engine.connect() as connection:
        assert due(connection, [changed], house.now) == [changed]
        assert due(connection, [helper.model_copy(update={"url": None})], house.now) == []


def test_an_address_is_looked_at_once_for_all_its_helpers(house):
    helpers = helpers_of(house, "https://a.example/", "https://a.example/", "https://b.example/")
    looker = Played()
    looked = [
        *look_at(house.engine, helpers, by="ana", looker=looker, now=lambda: 5.0, sleep=print)
    ]
    assert [url for url, _ in looker.asked] == ["https://a.example/", "https://b.example/"]
    assert [helper.id for helper, _ in looked] == [helper.id for helper in helpers]
    assert [(row.resource_id, row.checked_by, row.created) for row in rows(house)] == [
        (helper.id, "ana", 5.0) for helper in helpers
    ]


def test_a_host_is_asked_one_thing_at_a_time_with_a_pause(house, tmp_path):
    slept, clock = [], [1000.0]

    def sleep(seconds):
        slept.append(seconds)
        clock[0] += seconds

    with open_site(certificate(tmp_path)) as site:
        site.answers |= {f"/{number}": page() for number in range(4)}
        helpers = helpers_of(house, *(site.url(f"/{number}") for number in range(4)))
        looker = Looker(trusted=site.trusted)
        there = look_at(
            house.engine, helpers, by="ana", looker=looker, now=lambda: clock[0], sleep=sleep
        )
        outcomes = [look.outcome for _, look in there]
    assert outcomes == ["ok"] * 4
    assert sorted(site.asked) == ["/0", "/1", "/2", "/3"]
    assert site.most_at_once == 1
    assert slept == [policy().pause_seconds] * 3


def test_what_a_look_found_is_kept(house, tmp_path):
    with open_site(certificate(tmp_path)) as site:
        site.answers["/"] = page()
        helpers = helpers_of(house, site.url())
        looker = Looker(trusted=site.trusted)
        [*look_at(house.engine, helpers, by="ana", looker=looker, now=lambda: 5.0)]
    (row,) = rows(house)
    assert (row.outcome, row.status, row.final_url) == ("ok", 200, site.url())
    assert (row.certificate_ends, len(row.body_hash)) == (site.ends, 64)
    with house.engine.connect() as connection:
        assert last_looks(connection)[helpers[0].id] == row


def test_two_rounds_at_once_do_not_double(house, config, monkeypatch):
    monkeypatch.setattr(keeping, "look_at", partial(look_at, sleep=lambda _: None))
    begun, go_on = threading.Event(), threading.Event()

    class Waiting(Played):
        def look(self, url, before):
            begun.set()
            assert go_on.wait(30)
            return super().look(url, before)

    def once(looker):
        return keep_up(house.engine, config, house.press, looker, lambda: house.now)

    first = threading.Thread(target=once, args=(Waiting(),))
    first.start()
    try:
        assert begun.wait(30)
        other = Played()
        assert (once(other), other.asked) == (0, [])
    finally:
        go_on.set()
        first.join()
    with house.engine.connect() as connection:
        total = connection.execute(select(func.count()).select_from(LINK_CHECK)).scalar_one()
    assert total == policy().most_at_once
    assert once(Played()) == policy().most_at_once, "the next round goes on with the others"


def test_the_command_says_a_line_for_each_link(house, config, database_url, monkeypatch):
    config = config.model_copy(update={"database_url": database_url})
    open_staff_database(config).dispose()
    looker = Played()
    urls = {one.url for one in approved_helpers(house.engine, ROOT).values() if one.url}
    pauses = []
    monkeypatch.setattr(link_command, "look_at", partial(look_at, sleep=pauses.append))
    lines = [*link_command.links(config, looker=looker)]
    again = [*link_command.links(config, looker=looker)]
    every = [*link_command.links(config, every=True, looker=looker)]
    assert {url for url, _ in looker.asked} == urls
    assert lines[0].startswith("ok ") and any(HELPER in line for line in lines)
    assert again == ["0 links looked at."]
    assert every[-1] == lines[-1]
    assert pauses


def test_an_address_that_is_none_does_not_end_the_round(house):
    helpers = helpers_of(house, "https://[/", "https://b.example/")
    looked = look_at(house.engine, helpers, by="ana", looker=Looker(), now=lambda: 5.0, sleep=print)
    assert next(looked)[1].outcome == "unreachable"
    looked.close()

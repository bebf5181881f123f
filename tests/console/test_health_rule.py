"""The rule on dead links: hidden after three looks over two days, shown when they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import insert, select

from bot.console.health import keeping
from bot.console.health.keeping import approved_helpers, keep_up, rule
from bot.console.health.looks import Look
from bot.console.health.rounds import look_at
from bot.console.workflow import drafts
from bot.console.workflow.editions import as_resource, find, helper_content
from bot.content.events import event
from bot.content.models import Base
from bot.settings import ROOT
from tests.console.small import open_house

LINK_CHECK = Base.metadata.tables["link_check"]
HIDDEN = Base.metadata.tables["hidden_link"]
HELPER, EMERGENCY = "us_988_lifeline", "us_911"
HOUR = 3600.0


@dataclass
class Played:
    """A looker without a network: outcomes by address, `ok` where none is set."""

    outcomes: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)

    def look(self, url, before):
        self.asked.append((url, before))
        return Look(url, self.outcomes.get(url, "ok"), "", body_hash=self.hashes.get(url))


@pytest.fixture
def house(tmp_path):
    made = open_house(f"sqlite:///{tmp_path / 'own.db'}")
    yield made
    made.engine.dispose()


def seen(house, helper, outcome, hours, **changes):
    """Note a look, so many hours after the beginning."""
    url = approved_helpers(house.engine, ROOT)[helper].url
    values = {"resource_id": helper, "url": url, "outcome": outcome, "checked_by": "schedule"}
    values |= {"created": house.now + hours * HOUR, **changes}
    with house.engine.begin() as connection:
        connection.execute(insert(LINK_CHECK).values(**values))


def applied(house, config, hours=0.0):
    return rule(house.engine, config, house.press, house.now + hours * HOUR)


def shown(house, helper=HELPER):
    return house.release().directory.resources[helper]


def told(house):
    """Actor, kind and subject of what the audit trail says of links."""
    query = select(event).where(event.c.tag.like("console:link:%")).order_by(event.c.id)
    with house.engine.connect() as connection:
        return [(row.actor, row.tag) for row in connection.execute(query)]


@pytest.mark.parametrize(
    ("looks", "hidden"),
    [
        ([("dead", 0), ("dead", 49)], False),
        ([("dead", 0), ("dead", 5), ("dead", 10)], False),
        ([("dead", 0), ("dead", 24), ("dead", 47.9)], False),
        ([("dead", 0), ("dead", 24), ("dead", 48)], True),
        ([("dead", 0), ("dead", 24), ("dead", 49)], True),
        ([("dead", 0), ("ok", 12), ("dead", 24), ("dead", 49)], False),
        ([("dead", 0), ("unreachable", 12), ("dead", 24), ("dead", 49)], False),
        ([("dead", 0), ("dead", 24), ("dead", 49), ("moved", 50)], False),
        ([("unreachable", 0), ("unreachable", 24), ("unreachable", 49)], False),
        ([("certificate", 0), ("certificate", 24), ("certificate", 49)], False),
    ],
)
def test_a_link_is_hidden_when_it_stays_dead(house, config, looks, hidden):
    before = house.release().version
    for outcome, hours in looks:
        seen(house, HELPER, outcome, hours)
    assert applied(house, config, 50) is hidden
    assert (shown(house).url is None) is hidden
    assert house.release().version == before + hidden
    assert told(house) == ([("schedule", "console:link:hidden")] if hidden else [])


@pytest.mark.parametrize("outcome", ["ok", "moved"])
def test_a_hidden_link_is_shown_when_it_answers_once(house, config, outcome):
    url = shown(house).url
    for hours in (0, 24, 49):
        seen(house, HELPER, "dead", hours)
    assert applied(house, config, 50)
    assert not applied(house, config, 51), "the same once more changes nothing"
    seen(house, HELPER, "unreachable", 60)
    assert not applied(house, config, 61)
    seen(house, HELPER, outcome, 73)
    assert applied(house, config, 73)
    assert shown(house).url == url
    assert told(house)[-1] == ("schedule", "console:link:shown")


def test_the_looks_at_another_link_do_not_count(house, config):
    for hours in (0, 24, 49):
        seen(house, HELPER, "dead", hours, url="https://an.earlier.link.example")
    assert not applied(house, config, 50)
    assert shown(house).url is not None


def test_an_emergency_card_keeps_its_number(house, config):
    """Its link is hidden as any other; what to dial stays, as release and card."""
    before = shown(house, EMERGENCY)
    assert before.url is not None
    for hours in (0, 24, 49):
        seen(house, EMERGENCY, "dead", hours)
    assert applied(house, config, 50)
    after = shown(house, EMERGENCY)
    assert after == before.model_copy(update={"url": None})
    (card, *_) = house.release().directory.select("emergency", "US")
    assert (card.id, card.phone.display) == (EMERGENCY, "911")


def test_a_hidden_link_is_looked_at_on_and_comes_back_by_itself(house, config, monkeypatch):
    monkeypatch.setattr(keeping, "look_at", partial(look_at, sleep=lambda _: None))
    url, clock = shown(house).url, [house.now]
    looker = Played({url: "dead"})

    def days(number):
        for _ in range(number * 2):
            clock[0] += 12 * HOUR
            keep_up(house.engine, config, house.press, looker, lambda: clock[0])

    days(7)
    assert shown(house).url is None
    assert sum(1 for one in told(house) if one[1] == "console:link:hidden") == 1
    looker.outcomes.clear()
    days(2)
    assert shown(house).url == url
    with house.engine.connect() as connection:
        assert connection.execute(select(HIDDEN)).all() == []


def test_another_approved_link_takes_the_place_of_a_hidden_one(house, config):
    """What is hidden is an address, not a helper: the new one is shown, and looked at."""
    for hours in (0, 24, 49):
        seen(house, HELPER, "dead", hours)
    assert applied(house, config, 50)
    number, new = house.live(f"resource:{HELPER}", locale=""), "https://new.example/"
    with house.work("ana") as work:
        made = drafts.start(work, number)
        row = find(work.connection, made)
        helper = as_resource(row).model_copy(update={"url": new})
        drafts.save(work, made, helper_content(helper), seen=row.content_hash)
        drafts.submit(work, made, seen=find(work.connection, made).content_hash)
    for name in ("rita", "rosa"):
        house.decided(made, name, reason="opened it")
    house.published([made])
    assert shown(house).url == new
    assert approved_helpers(house.engine, ROOT)[HELPER].url == new
    assert applied(house, config, 51)
    assert told(house)[-1] == ("schedule", "console:link:shown")
    assert not applied(house, config, 52)

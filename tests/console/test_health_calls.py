"""Numbers: who called, who answered, which are overdue; and the overview of all health."""

from __future__ import annotations

import pytest
from sqlalchemy import event as sql
from sqlalchemy import select

from bot.console.health.calls import numbers, record_call
from bot.console.health.keeping import approved_helpers
from bot.console.health.overview import overview
from bot.console.workflow.people import Refused
from bot.content.events import event
from bot.settings import ROOT
from tests.console.small import open_house
from tests.console.test_health_rule import HELPER, HOUR, seen

DAY = 24 * HOUR
OTHER = "us_childhelp"


@pytest.fixture
def house(tmp_path):
    made = open_house(f"sqlite:///{tmp_path / 'own.db'}")
    yield made
    made.engine.dispose()


def called(house, outcome, name=OTHER, number=None):
    helper = approved_helpers(house.engine, ROOT)[name]
    with house.work("ana") as work:
        record_call(work, helper, number or numbers(helper)[0], outcome, "a note")


def health(house, days=0.0):
    helpers = approved_helpers(house.engine, ROOT).values()
    with house.engine.connect() as connection:
        return overview(connection, helpers, house.now + days * DAY)


def one(house, name=OTHER, days=0.0):
    return next(each for each in health(house, days) if each.helper.id == name)


def test_a_call_is_kept_and_audited(house):
    called(house, "right")
    row = one(house).call
    assert (row.actor, row.outcome, row.note, row.created) == ("ana", "right", "a note", house.now)
    with house.engine.connect() as connection:
        last = connection.execute(select(event).order_by(event.c.id.desc()).limit(1)).one()
    assert (last.actor, last.tag) == ("ana", "console:number:called")


@pytest.mark.parametrize(("number", "outcome"), [("1", "right"), (None, "perhaps")])
def test_another_number_or_outcome_is_refused(house, number, outcome):
    with pytest.raises(Refused):
        called(house, outcome, number=number)
    assert one(house).call is None


@pytest.mark.parametrize(
    ("outcome", "days", "overdue"),
    [(None, 0, True), ("right", 89, False), ("right", 91, True), ("no_answer", 1, True)],
)
def test_a_number_is_called_again_after_ninety_days(house, outcome, days, overdue):
    helper = approved_helpers(house.engine, ROOT)[OTHER]
    for number in numbers(helper) if outcome else ():
        called(house, outcome, number=number)
    assert ("its number has to be called" in one(house, days=days).worries) is overdue


def test_a_wrong_number_is_told_first(house):
    called(house, "wrong")
    first = health(house)[0]
    assert first.helper.id == OTHER
    assert first.worries[0].startswith("wrong number")


@pytest.mark.parametrize(("days", "soon"), [(22, False), (20, True), (-1, True)])
def test_a_certificate_that_ends_soon_is_told(house, days, soon):
    seen(house, HELPER, "ok", 0, certificate_ends=house.now + days * DAY)
    assert ("its certificate ends soon" in one(house, HELPER).worries) is soon


@pytest.mark.parametrize("outcome", ["dead", "unreachable", "certificate", "changed"])
def test_a_look_that_needs_somebody_is_told(house, outcome):
    before = one(house, HELPER).worries
    seen(house, HELPER, outcome, 0)
    after = one(house, HELPER)
    assert after.look.outcome == outcome
    assert {*after.worries} - {*before}, "there is a word for it"


def test_the_overview_asks_once_for_each_table(house):
    helpers, asked = approved_helpers(house.engine, ROOT).values(), []
    with house.engine.connect() as connection:
        sql.listen(connection, "before_cursor_execute", lambda *given: asked.append(given[2]))
        overview(connection, helpers, house.now)
    assert len(asked) == 3


def test_a_look_at_an_earlier_link_says_nothing_of_this_one(house):
    before = one(house, HELPER).worries
    seen(house, HELPER, "changed", 0, url="https://an.earlier.link.example", certificate_ends=1.0)
    after = one(house, HELPER)
    assert (after.look, after.worries) == (None, before)

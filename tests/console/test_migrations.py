"""The tables of the console go down and up again with everything that staff did before."""

from __future__ import annotations

from sqlalchemy import func, select, text

from bot.content import migrations
from bot.content.events import broken_event
from tests.console.small import TABLES, open_house

KEPT = ("script", "edition", "decision", "release", "release_edition", "event")


def counted(house):
    with house.engine.connect() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(text(name))).scalar_one()
            for name in KEPT
        }


def test_what_staff_did_outlives_a_way_down_and_up(database_url):
    house = open_house(database_url)
    house.published([house.approved(house.live("utter_step_save"), "New.", handoffs=("crisis",))])
    house.submitted(house.live("utter_welcome"), "Hello.")
    before, said = counted(house), house.release().digest
    migrations.downgrade(house.engine, "0003")
    assert counted(house) == before
    migrations.upgrade(house.engine)
    assert counted(house) == before
    assert house.release().digest == said
    with house.engine.connect() as connection:
        assert broken_event(connection) is None
        # What 0004 brought is new again; accounts are made anew, names stay in the trail.
        assert connection.execute(select(func.count()).select_from(TABLES["staff"])).scalar() == 0
    house.add("rita", "reviewer")
    assert house.row(house.live("utter_step_save")).body == "New."
    house.engine.dispose()


def test_the_rules_hold_again_after_the_way_up(database_url):
    house = open_house(database_url)
    migrations.downgrade(house.engine, "0004")
    migrations.upgrade(house.engine)
    made = house.submitted(house.live("utter_step_save"), "One.")
    assert house.decided(made, "rita") == "approved"
    house.published([made])
    assert house.says("utter_step_save") == "One."
    house.engine.dispose()

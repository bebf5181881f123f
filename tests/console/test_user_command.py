"""`handrail user`, below its command line: who is let out, and what the trail says of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.console.workflow.people import Refused
from bot.staff import user_command
from tests.console.desks import STAFF, TABLES

EVENT = TABLES["event"]


@pytest.fixture
def config(quick, tmp_path):
    return quick.desk.config.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'own.db'}"})


def test_somebody_is_let_out_at_once(quick, config):
    theirs = quick.sign_in("ana")
    assert [*user_command.let_out_user(config, "ana", "left the team")] == [
        "ana is signed out and stays out."
    ]
    assert theirs.get("/scripts").status_code == 303
    with quick.house.engine.connect() as connection:
        assert not connection.execute(
            select(STAFF.c.active).where(STAFF.c.name == "ana")
        ).scalar_one()
        last = connection.execute(select(EVENT).order_by(EVENT.c.id.desc())).first()
    told = (last.actor, last.tag, last.subject, last.reason)
    assert told == ("command line", "console:staff:let_out", "ana", "left the team")


ENDS = {
    "let out": lambda config: user_command.let_out_user(config, "rita", "not hers any more"),
    "reset": lambda config: user_command.reset_user(config, "rita"),
}


@pytest.mark.parametrize("end", ENDS)
def test_what_they_had_approved_is_a_draft_again(quick, config, end):
    made = quick.house.submitted(quick.house.live("utter_welcome"), "Other words.")
    quick.house.decided(made, "rita")
    assert quick.house.row(made).state != "draft"
    [*ENDS[end](config)]
    assert quick.house.row(made).state == "draft"


@pytest.mark.parametrize(("name", "told"), [("nobody", "nobody called"), ("tom", "Nobody else")])
def test_nobody_unknown_and_no_last_of_a_role_is_let_out(quick, config, name, told):
    with pytest.raises(Refused, match=told):
        [*user_command.let_out_user(config, name, "")]
    with quick.house.engine.connect() as connection:
        assert all(connection.execute(select(STAFF.c.active)).scalars())

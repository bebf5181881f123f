"""`handrail audit`: the trail checked, shown and anchored from the terminal."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from bot.content import migrations
from bot.content.database import open_database
from bot.content.events import event
from bot.staff import audit_command
from tests.console.tampering import note, without_rules


@pytest.fixture
def installed(config, database_url):
    made = config.model_copy(update={"database_url": database_url})
    engine = open_database(database_url)
    migrations.upgrade(engine)
    note(engine, "utter_x #1", "release 2")
    yield made, engine
    engine.dispose()


def test_the_command_checks_shows_and_anchors(installed):
    config, engine = installed
    assert "There is no anchor" in audit_command.verify(config).lines[1]
    lines, ok = audit_command.anchor(config)
    assert ok and lines[0].startswith("Anchored 20") and ": 2 entries, last 2 " in lines[0]
    lines, ok = audit_command.verify(config)
    assert ok and lines[:2] == [
        "The audit trail holds.",
        "Entries that follow one another, from the first to the last: 2.",
    ]
    lines, ok = audit_command.show(config, 1)
    assert ok and len(lines) == 1 and lines[0].endswith("UTC  ana test made: release 2 – so")
    without_rules(engine)
    with engine.begin() as connection:
        connection.execute(delete(event).where(event.c.id == 2))
    lines, ok = audit_command.verify(config)
    assert not ok and lines[1] == "Of 2 anchored entries 1 are left: the last ones were removed."
    lines, ok = audit_command.anchor(config)
    assert not ok and "kept" in lines[1]


def test_the_command_says_when_there_is_no_trail(config):
    for act in (audit_command.verify, audit_command.show, audit_command.anchor):
        lines, ok = act(config)
        assert not ok and "handrail migrate" in lines[0]

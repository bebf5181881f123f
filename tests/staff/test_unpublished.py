"""An update brings scripts that nobody has published: the log says how many."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from bot.staff import unpublished
from tests.console.desks import open_office


@pytest.mark.parametrize("new", [["utter_brand_new"], []])
def test_an_update_with_scripts_that_nobody_published_is_told(tmp_path, caplog, monkeypatch, new):
    office = open_office(f"sqlite:///{tmp_path / 'own.db'}", data_folder=tmp_path / "data")
    names = [*office.house.release().scripts, *new]
    shipped = [SimpleNamespace(script=name) for name in names]
    monkeypatch.setattr(unpublished, "load_editions", lambda root, locales: shipped)
    unpublished.tell_unpublished(office.desk)
    told = "1 scripts of this program are not published yet (utter_brand_new" in caplog.text
    assert told is bool(new)
    assert bool(caplog.text) is bool(new)
    office.desk.engine.dispose()


def test_where_nothing_is_in_force_nothing_is_told(tmp_path, caplog):
    office = open_office(f"sqlite:///{tmp_path / 'own.db'}", data_folder=tmp_path / "data")
    with office.house.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER release_no_delete")
        connection.exec_driver_sql("DROP TRIGGER release_edition_no_delete")
        connection.exec_driver_sql("DELETE FROM release_edition")
        connection.exec_driver_sql("DELETE FROM release")
    unpublished.tell_unpublished(office.desk)
    assert caplog.text == ""
    office.desk.engine.dispose()

"""A console to call, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest

from tests.console.desks import open_office


@pytest.fixture
def office(database_url, tmp_path):
    made = open_office(database_url, data_folder=tmp_path / "data")
    yield made
    made.desk.engine.dispose()


@pytest.fixture
def quick(tmp_path):
    """The same on SQLite alone, where the database is not what is tested."""
    made = open_office(f"sqlite:///{tmp_path / 'own.db'}", data_folder=tmp_path / "data")
    yield made
    made.desk.engine.dispose()

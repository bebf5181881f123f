"""The edge put together: gateways that share a database, and scripts with a mistake in them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.content.models import Base
from bot.edge import Edge, open_edge
from bot.settings import Settings
from tests.gateway.fakes import FakeWorker

RELEASES = Base.metadata.tables["release"]


@pytest.fixture
def root(release_root: Path, tmp_path: Path) -> Path:
    """A copy of what the edge reads, to be changed by a test."""
    for folder in ("responses", "data"):
        shutil.copytree(release_root / folder, tmp_path / "root" / folder)
    for file in ("domain.yml", "config.yml"):
        shutil.copy(release_root / file, tmp_path / "root" / file)
    return tmp_path / "root"


def opened(folder: Path, database: str, root: Path) -> Edge:
    settings = Settings(_env_file=None, data_folder=folder, database_url=database)
    edge = open_edge(settings, FakeWorker(), root)
    edge.engine.dispose()
    return edge


def recorded(edge: Edge) -> list[tuple[int, str]]:
    query = select(RELEASES.c.version, RELEASES.c.digest).order_by(RELEASES.c.version)
    with edge.engine.connect() as connection:
        return [(row.version, row.digest) for row in connection.execute(query)]


def test_gateways_with_keys_of_their_own_share_one_database(
    tmp_path: Path, database_url: str, root: Path
) -> None:
    one = opened(tmp_path / "one", database_url, root)
    other = opened(tmp_path / "other", database_url, root)
    assert (one.releases.release.version, other.releases.release.version) == (1, 2)
    assert recorded(other) == [(1, one.releases.release.digest), (2, other.releases.release.digest)]
    for name in ("one", "other"):
        opened(tmp_path / name, database_url, root)
    assert len(recorded(other)) == 2, "a restart records nothing"
    other.engine.dispose()


def test_a_taken_number_does_not_stop_the_last_good_release(
    tmp_path: Path, database_url: str, root: Path
) -> None:
    alone = opened(tmp_path / "one", f"sqlite:///{tmp_path / 'alone.db'}", root)
    opened(tmp_path / "other", database_url, root)
    script = root / "responses" / "en" / "openers.yml"
    script.write_text(script.read_text("utf-8").replace("says:", "say:", 1), "utf-8")
    served = opened(tmp_path / "one", database_url, root)
    assert served.releases.release.digest == alone.releases.release.digest

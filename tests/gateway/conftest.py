"""A gateway whose worker plays a script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.content.database import open_database
from bot.content.migrations import upgrade
from bot.content.seed import seed
from bot.content.store import ReleaseStore
from bot.crisis import CrisisMatcher
from bot.edge import open_edge
from bot.gateway.app import build_gateway
from bot.page.routes import page
from bot.settings import Settings
from tests.gateway.fakes import FakeWorker, Gateway

DEADLINE = 0.8  # seconds


@pytest.fixture
def worker() -> FakeWorker:
    return FakeWorker()


@pytest.fixture(scope="session")
def recorded(release_store: ReleaseStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the release is recorded, made once: 3,000 texts take a second or two."""
    file = tmp_path_factory.mktemp("recorded") / "handrail.db"
    engine = open_database(f"sqlite:///{file}")
    upgrade(engine)
    seed(engine, release_store.release, release_store.signed())
    engine.dispose()
    return file


@pytest.fixture
def prepared(config: Settings, recorded: Path) -> Settings:
    """Short settings over a folder with a copy of that database."""
    config.data_folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(recorded, config.data_folder)
    return config.model_copy(update={"answer_deadline": DEADLINE})


@pytest.fixture
def gateway(
    prepared: Settings,
    worker: FakeWorker,
    release_store: ReleaseStore,
    matcher: CrisisMatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Gateway]:
    """The real edge over a SQLite file of its own; its deadline is short so that tests are.

    Release and phrases are read, and the release is recorded, once for all tests.
    """
    monkeypatch.setattr("bot.edge.open_release", lambda config, root: release_store)
    monkeypatch.setattr(CrisisMatcher, "from_directory", lambda path: matcher)
    edge = open_edge(prepared, worker)
    routers = (page(edge.conversations, prepared),)
    app = build_gateway(edge.conversations, prepared, edge.releases.load, routers)
    yield Gateway(edge, worker, prepared, app)
    edge.engine.dispose()

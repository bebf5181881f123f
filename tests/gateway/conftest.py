"""A gateway whose worker plays a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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


@pytest.fixture
def gateway(
    config: Settings,
    worker: FakeWorker,
    release_store: ReleaseStore,
    matcher: CrisisMatcher,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Gateway]:
    """The real edge over an empty SQLite file; its deadline is short so that tests are.

    Release and phrases are read once for all tests.
    """
    monkeypatch.setattr("bot.edge.open_release", lambda config, root: release_store)
    monkeypatch.setattr(CrisisMatcher, "from_directory", lambda path: matcher)
    short = config.model_copy(update={"answer_deadline": DEADLINE})
    edge = open_edge(short, worker)
    routers = (page(edge.conversations, short),)
    app = build_gateway(edge.conversations, short, edge.releases.load, routers)
    yield Gateway(edge, worker, short, app)
    edge.engine.dispose()

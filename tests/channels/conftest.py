"""A gateway with every channel set up, between platforms that are played on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.content.store import ReleaseStore
from bot.crisis import CrisisMatcher
from bot.settings import Settings
from tests.channels.apps import Apps, open_apps
from tests.gateway.conftest import prepared, recorded, worker  # noqa: F401 - fixtures
from tests.gateway.fakes import FakeWorker


@pytest.fixture
def quick(
    release_store: ReleaseStore, matcher: CrisisMatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Release and phrases are read once for all tests."""
    monkeypatch.setattr("bot.edge.open_release", lambda config, root: release_store)
    monkeypatch.setattr(CrisisMatcher, "from_directory", lambda path: matcher)


@pytest.fixture
async def apps(prepared: Settings, worker: FakeWorker, quick: None) -> AsyncIterator[Apps]:  # noqa: F811
    """With a worker that plays a script."""
    async with open_apps(prepared, worker) as opened:
        yield opened


@pytest.fixture
async def real_apps(prepared: Settings, engine: Any, quick: None) -> AsyncIterator[Apps]:  # noqa: F811
    """With Rasa and the trained model behind it."""
    from bot.operations.talking import LocalWorker

    patient = prepared.model_copy(update={"answer_deadline": 30})
    async with open_apps(patient, LocalWorker(engine)) as opened:
        yield opened

"""A gateway with every channel set up, between platforms that are played on loopback."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.content.store import ReleaseStore
from bot.crisis import CrisisMatcher
from bot.settings import Settings
from tests.channels.apps import Apps, open_apps, open_copy
from tests.gateway.conftest import prepared, recorded, worker  # noqa: F401 - fixtures
from tests.gateway.fakes import FakeWorker

_people = itertools.count(1)


@pytest.fixture
def person() -> int:
    """Somebody who has not written before."""
    return next(_people)


@pytest.fixture(scope="module")
def quick(release_store: ReleaseStore, matcher: CrisisMatcher) -> Iterator[None]:
    """Release and phrases are read once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.edge.open_release", lambda config, root: release_store)
        patch.setattr(CrisisMatcher, "from_directory", lambda path: matcher)
        yield


@pytest.fixture
async def apps(
    prepared: Settings,  # noqa: F811
    worker: FakeWorker,  # noqa: F811
    quick: None,
) -> AsyncIterator[Apps]:
    """With a worker that plays a script."""
    async with open_apps(prepared, worker) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real_apps(
    recorded: Path,  # noqa: F811
    engine: Any,
    quick: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Apps]:
    """With Rasa and the trained model behind it; one for all tests of a module."""
    from bot.operations.talking import LocalWorker

    folder, rasa = tmp_path_factory.mktemp("real"), LocalWorker(engine)
    async with open_copy(recorded, folder, rasa, answer_deadline=30) as opened:
        yield opened

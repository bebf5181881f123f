"""What the tests share. Those that need Rasa are not collected where it is not installed."""

from __future__ import annotations

import importlib
import importlib.util
import os
import socket
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.content.release import Release
from bot.content.store import ReleaseStore
from bot.crisis import CrisisMatcher
from bot.edge import Edge, open_edge, open_release
from bot.settings import ROOT, Settings

HAS_RASA = importlib.util.find_spec("rasa") is not None
collect_ignore: list[str] = []
if not HAS_RASA:
    collect_ignore += [
        "dialogue",
        "recognition",
        "conversation",
        "faults",
        "operations/test_talk.py",
    ]

# A test never depends on the settings of the machine that it runs on.
for name in [name for name in os.environ if name.startswith("HANDRAIL_")]:
    if not name.startswith("HANDRAIL_TEST_"):
        del os.environ[name]
os.environ["RASA_TELEMETRY_ENABLED"] = "false"
os.environ["SQLALCHEMY_SILENCE_UBER_WARNING"] = "1"

# Examples are the same in every run: a red test stays red until it is mended.
hypothesis_settings.register_profile(
    "handrail",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis_settings.load_profile("handrail")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes a minute or more")


@pytest.fixture(scope="session")
def release_root() -> Path:
    """The folder that responses/, data/ and config.yml lie in."""
    return ROOT


@pytest.fixture(scope="session")
def release_store(tmp_path_factory: pytest.TempPathFactory) -> ReleaseStore:
    """A store with the release that the baseline makes, under a key of its own."""
    return open_release(Settings(_env_file=None, data_folder=tmp_path_factory.mktemp("release")))


@pytest.fixture(scope="session")
def release(release_store: ReleaseStore) -> Release:
    """The release that the baseline makes."""
    return release_store.release


@pytest.fixture(scope="session")
def matcher(release_root: Path) -> CrisisMatcher:
    """The crisis phrases of every locale."""
    return CrisisMatcher.from_directory(release_root / "data" / "crisis")


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """The default settings over an empty data folder."""
    return Settings(_env_file=None, data_folder=tmp_path)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """SQLAlchemy address of a PostgreSQL database of this run alone: others run beside it.

    CI fails without a server.
    """
    address = os.environ.get("HANDRAIL_TEST_POSTGRES_URL")
    if not address:
        missing = "HANDRAIL_TEST_POSTGRES_URL names no PostgreSQL database to test with"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    name = f"handrail_{os.getpid()}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(address).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def postgres_url(postgres_server: str) -> str:
    """SQLAlchemy address of a real PostgreSQL database, emptied."""
    emptied = create_engine(postgres_server)
    with emptied.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    emptied.dispose()
    return postgres_server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLAlchemy address of an empty database, once of each kind that we run on."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'own.db'}"


@pytest.fixture
def free_ports() -> Callable[[int], list[int]]:
    """Ports of this machine that nothing listens on."""

    def find(count: int) -> list[int]:
        found = [socket.socket() for _ in range(count)]
        try:
            for each in found:
                each.bind(("127.0.0.1", 0))
            return [each.getsockname()[1] for each in found]
        finally:
            for each in found:
                each.close()

    return find


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model for the data as it stands."""
    from bot.operations.training import ensure_model

    return ensure_model(Settings(_env_file=None))


def import_rasa() -> None:
    """Import Rasa once; it and what it pins warn about themselves while they are imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("bot.dialogue.worker")


@pytest.fixture(scope="session")
def engine(model: Path) -> Iterator[Any]:
    """Rasa with that model over a database in a folder that is gone afterwards."""
    import_rasa()
    from bot.dialogue.engine import Engine

    with tempfile.TemporaryDirectory(prefix="handrail-test-") as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Rasa warns about slots that our actions fill
            loaded = Engine.load(model, f"sqlite:///{folder}/trackers.db")
        yield loaded
        loaded.store.engine.dispose()


@pytest.fixture(scope="session")
def edge(engine: Any) -> Iterator[Edge]:
    """The gateway's own pipeline with that engine behind it, as `handrail talk` has it."""
    from bot.operations.talking import LocalWorker

    with tempfile.TemporaryDirectory(prefix="handrail-test-") as folder:
        patient = Settings(_env_file=None, data_folder=Path(folder), answer_deadline=30)
        opened = open_edge(patient, LocalWorker(engine))
        yield opened
        opened.engine.dispose()

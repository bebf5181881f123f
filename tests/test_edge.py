"""The edge put together: gateways that share a database, and scripts with a mistake in them."""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.content.database import open_database
from bot.content.models import Base
from bot.content.problems import ContentError
from bot.crisis import CrisisDataError
from bot.edge import Edge, open_edge, serve
from bot.gateway.commands import NAVIGATION
from bot.gateway.conversations import Conversations
from bot.gateway.errors import StorageDown
from bot.gateway.upkeep import upkeep
from bot.lifeline import BEYOND_REPAIR
from bot.settings import Settings
from tests.gateway.fakes import FakeWorker

TOPICS = ("conversation", "crisis", "plan", "questions")
UNREAD = ("encoder", "evaluation")  # large, and nothing of the edge's
RELEASES = Base.metadata.tables["release"]


@pytest.fixture
def root(release_root: Path, tmp_path: Path) -> Path:
    """A copy of what the edge reads, to be changed by a test; few of the scripts."""

    def left_out(folder: str, names: list[str]) -> list[str]:
        scripts = Path(folder).parent.name == "responses" and Path(folder).name != "resources"
        kept = [f"{name}.yml" for name in TOPICS]
        return [n for n in names if n in UNREAD or (scripts and n not in kept)]

    for folder in ("responses", "data"):
        shutil.copytree(release_root / folder, tmp_path / "root" / folder, ignore=left_out)
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
    # Releases of one second and one text would be the same bundle: the texts differ.
    roots = {"one": root, "other": tmp_path / "other root"}
    shutil.copytree(root, roots["other"])
    script = roots["other"] / "responses" / "en" / "plan.yml"
    script.write_text(script.read_text("utf-8").replace("hard today.", "brave today.", 1), "utf-8")
    one = opened(tmp_path / "one", database_url, roots["one"])
    other = opened(tmp_path / "other", database_url, roots["other"])
    assert (one.releases.release.version, other.releases.release.version) == (1, 2)
    assert recorded(other) == [(1, one.releases.release.digest), (2, other.releases.release.digest)]
    for name, place in roots.items():
        opened(tmp_path / name, database_url, place)
    assert len(recorded(other)) == 2, "a restart records nothing"
    other.engine.dispose()


def test_a_taken_number_does_not_stop_the_last_good_release(
    tmp_path: Path, database_url: str, root: Path
) -> None:
    alone = opened(tmp_path / "one", f"sqlite:///{tmp_path / 'alone.db'}", root)
    opened(tmp_path / "other", database_url, root)
    script = root / "responses" / "en" / "questions.yml"
    script.write_text(script.read_text("utf-8").replace("says:", "say:", 1), "utf-8")
    served = opened(tmp_path / "one", database_url, root)
    assert served.releases.release.digest == alone.releases.release.digest


KINDS = {"crisis": ("en.yml", CrisisDataError), "commands": ("en.yml", ContentError)}


@pytest.mark.parametrize("kind", KINDS)
def test_data_with_a_mistake_are_replaced_by_their_last_good_copy(
    tmp_path: Path, root: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder, database = tmp_path / "one", f"sqlite:///{tmp_path / 'own.db'}"
    opened(folder, database, root)
    file = root / "data" / kind / KINDS[kind][0]
    file.write_text("locale: en\nvalues: [open\n", "utf-8")
    served = opened(folder, database, root).conversations
    assert served.matcher.match("i want to kill myself")
    assert served.commands.match("next", NAVIGATION, "en")
    assert f"data/{kind}/en.yml:" in caplog.text
    assert "last good copy" in caplog.text


@pytest.mark.parametrize("kind", KINDS)
def test_data_with_a_mistake_and_no_good_copy_stop_the_start_with_their_place(
    tmp_path: Path, root: Path, kind: str
) -> None:
    name, error = KINDS[kind]
    (root / "data" / kind / name).write_text("locale: en\nvalues: [open\n", "utf-8")
    with pytest.raises(error, match=rf"data/{kind}/en\.yml:\d"):
        opened(tmp_path / "one", f"sqlite:///{tmp_path / 'own.db'}", root)


def test_mended_data_are_the_next_good_copy(tmp_path: Path, root: Path) -> None:
    folder, database = tmp_path / "one", f"sqlite:///{tmp_path / 'own.db'}"
    opened(folder, database, root)
    file = root / "data" / "commands" / "en.yml"
    file.write_text("values: {next: [forward please]}\n", "utf-8")
    opened(folder, database, root)
    file.write_text("values: [open\n", "utf-8")
    served = opened(folder, database, root).conversations
    assert served.commands.match("forward please", NAVIGATION, "en")


@pytest.mark.parametrize(
    "file",
    ["domain.yml", "config.yml", "data/dialogue.yml", "data/plans/sextortion.yml",
     "data/nlu/en/crisis.yml", "data/entities/en.yml", "data/rules/crisis.yml"],
)  # fmt: skip
def test_what_the_worker_alone_reads_does_not_stop_the_edge(
    tmp_path: Path, root: Path, file: str
) -> None:
    folder, database = tmp_path / "one", f"sqlite:///{tmp_path / 'own.db'}"
    opened(folder, database, root)
    (root / file).write_text("\t[open", "utf-8")
    assert opened(folder, database, root).conversations.help("en", "GB").resources


def test_a_gateway_that_cannot_start_says_why_and_that_it_need_not_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(config: Settings) -> None:
        raise CrisisDataError("data/crisis/en.yml:7: a mistake")

    monkeypatch.setattr("bot.edge.build_app", broken)
    with pytest.raises(SystemExit) as ended:
        serve(Settings(_env_file=None, data_folder=tmp_path))
    assert ended.value.code == BEYOND_REPAIR
    assert capsys.readouterr().err == "data/crisis/en.yml:7: a mistake\n"


async def test_a_database_that_is_broken_or_away_stops_no_start_and_is_taken_when_it_is_mended(
    tmp_path: Path, root: Path
) -> None:
    database = tmp_path / "var" / "handrail.db"
    database.parent.mkdir()
    database.write_bytes(random.Random(1).randbytes(5000))
    edge = opened(tmp_path / "var", f"sqlite:///{database}", root)
    assert not edge.database.ready
    assert edge.conversations.help(None, "GB").resources
    with pytest.raises(StorageDown):
        await edge.conversations.start("en", None)
    assert not edge.database.prepare()
    database.unlink()
    edge.engine.dispose()
    assert edge.database.prepare()
    assert [version for version, _ in recorded(edge)] == [1]
    token, _ = await edge.conversations.start("en", None)
    assert token
    edge.engine.dispose()


def test_what_a_statement_holds_is_in_no_message_of_the_database(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'handrail.db'}")
    with pytest.raises(SQLAlchemyError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT * FROM nothing WHERE it = :secret"), {"secret": "canary"})
    assert "canary" not in str(caught.value)
    engine.dispose()


async def test_the_upkeep_waits_for_the_database_and_goes_on_after_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("TURNS_SECONDS", "PURGE_SECONDS", "RELEASE_SECONDS", "DATABASE_SECONDS"):
        monkeypatch.setattr(f"bot.gateway.upkeep.{name}", 0.01)
    called: Counter[str] = Counter()

    def failing(name: str) -> Callable[..., Any]:
        def job(*_: object) -> Any:
            called[name] += 1
            raise RuntimeError("a fault of ours")

        return job

    conversations = SimpleNamespace(
        turns=SimpleNamespace(take_up_waiting=failing("turns")),
        storage=SimpleNamespace(purge=failing("purge")),
    )
    jobs = upkeep(cast(Conversations, conversations), 900, failing("release"), failing("database"))
    async with jobs:
        await asyncio.sleep(0.4)
    assert all(called[name] > 1 for name in ("turns", "purge", "release", "database")), called

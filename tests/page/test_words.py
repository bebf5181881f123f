"""The fixed words of the page."""

from __future__ import annotations

from pathlib import Path

import pytest

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

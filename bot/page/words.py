"""The fixed words of the page: locales/<locale>.yml, the same keys in each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

LOCALES = Path(__file__).resolve().parent / "locales"
# What the script needs; the templates read the rest.
FOR_SCRIPT = (
    *("wait", "slow", "failed", "retry", "you", "progress"),
    *("idle", "idle_stay", "idle_cleared", "cleared"),
    *("call", "text", "open", "new_tab", "hours", "cost", "anonymous_yes", "anonymous_no"),
    *("keep_warning", "keep_print", "keep_copy", "keep_copied", "keep_not_copied"),
)

Words = Mapping[str, str]


def load_words(folder: Path = LOCALES) -> dict[str, Words]:
    """Words by locale. Raises ValueError where a locale lacks a key or has one too many."""
    words: dict[str, Words] = {}
    for path in sorted(folder.glob("*.yml")):
        entries = yaml.safe_load(path.read_text("utf-8"))
        words[path.stem] = {str(key): str(text) for key, text in entries.items()}
    keys = {locale: set(entries) for locale, entries in words.items()}
    for locale, mine in keys.items():
        odd = mine ^ keys["en"]
        if odd:
            raise ValueError(f"{locale}.yml and en.yml differ in {sorted(odd)}")
    return words


def for_script(words: Words, directions: Mapping[str, str]) -> dict[str, str]:
    """The words that chat.js prints, and the direction of each language."""
    told = {f"direction_{locale}": direction for locale, direction in directions.items()}
    return {key: words[key] for key in FOR_SCRIPT} | told

"""The sentences that recognition learns from and those that it is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Sentence:
    """One sentence with its intent, who wrote it, and in which language."""

    text: str
    intent: str
    author: str
    locale: str


def training(folder: Path) -> list[Sentence]:
    """Every sentence of data/nlu; the folder's name below it is the locale."""
    found: list[Sentence] = []
    for path in sorted(folder.rglob("*.yml")):
        locale = path.relative_to(folder).parts[0]
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            author = str(block.get("metadata", {}).get("author", ""))
            found += _lines(block, author, locale)
    return found


def kept_apart(folder: Path) -> list[Sentence]:
    """Every sentence of data/evaluation/<locale>.yml; nothing learns from them."""
    found: list[Sentence] = []
    for path in sorted(folder.glob("??.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for block in content["sentences"]:
            found += _lines(block, block["author"], content["locale"])
    return found


def _lines(block: dict[str, str], author: str, locale: str) -> list[Sentence]:
    lines = block["examples"].splitlines()
    return [Sentence(line[2:], block["intent"], author, locale) for line in lines]

"""`handrail check` for content: every finding says where it is and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.content.checks.cards import cards
from bot.content.checks.channels import channels
from bot.content.checks.completeness import completeness
from bot.content.checks.data_files import data_files
from bot.content.checks.material import read_material
from bot.content.checks.order import order
from bot.content.checks.reading import reading, reading_hints
from bot.content.checks.safety import safety
from bot.content.checks.tables import tables
from bot.content.checks.wording import wording
from bot.content.problems import Problem

CHECKS = (wording, reading, safety, completeness, tables, order, cards, channels)
HINTS = (reading_hints,)


def check(root: Path, locales: Iterable[str]) -> list[Problem]:
    """All problems of the content and data files under `root`, in file order. Empty: all is well.

    The first locale is the one that the others are compared with.
    """
    material, problems = read_material(root, locales)
    problems += data_files(root)
    if material is not None:
        for find in CHECKS:
            problems += find(material)
    return sorted(set(problems))


def hints(root: Path, locales: Iterable[str]) -> list[Problem]:
    """What could be better and blocks nothing, in file order."""
    material, _ = read_material(root, locales)
    return sorted({hint for find in HINTS if material is not None for hint in find(material)})

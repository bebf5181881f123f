"""docs/coverage.md is what the content says, and no cell of it is empty."""

from __future__ import annotations

import re

import pytest

from bot.content import coverage
from bot.content.checks.material import Material
from bot.settings import ROOT

LOCALES = ("en", "es")


@pytest.fixture(scope="module")
def material() -> Material:
    return coverage.read(ROOT, LOCALES)


def without_grades(text: str) -> str:
    """A reading grade differs in its last digit between versions of what counts syllables."""
    return re.sub(r"\b\d+\.\d\b", "grade", text)


def test_the_document_is_up_to_date(material: Material) -> None:
    text = (ROOT / "docs" / "coverage.md").read_text("utf-8")
    made = coverage.document(material)
    assert without_grades(made) in without_grades(text), "run `handrail coverage --write`"


def test_no_cell_is_empty(material: Material) -> None:
    for situation in material.situations:
        plan = material.plans[situation]
        for audience in coverage.audiences_of(plan):
            for locale in LOCALES:
                cell = coverage.cell(material, plan, audience, locale)
                assert not cell.empty, (situation, audience, locale, str(cell))


def test_a_document_without_the_place_for_it_is_refused(tmp_path, material: Material) -> None:
    path = tmp_path / "coverage.md"
    path.write_text("nothing", "utf-8")
    with pytest.raises(ValueError, match="lacks the line"):
        coverage.write(path, material)

"""How hard a text is to read, as a school grade, in each language that has a measure."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from bot.content.checks.material import Material
from bot.content.problems import Problem
from bot.content.scripts import Edition, without_placeholders

# Fernández Huerta, "Medidas sencillas de lecturabilidad" (1959): score -> school grade.
_HUERTA = ((100.0, 3.0), (90.0, 4.0), (80.0, 5.0), (70.0, 6.0), (60.0, 8.0), (50.0, 10.0),
           (30.0, 13.0), (0.0, 17.0))  # fmt: skip


def reading(material: Material) -> Iterator[Problem]:
    """Texts above the grade that blocks; `reading_hints` has those above the one to aim at."""
    yield from _above(material, material.policy.grades)


def reading_hints(material: Material) -> Iterator[Problem]:
    """Texts above the grade to aim at, but not above the one that blocks."""
    blocked = {(problem.file, problem.line) for problem in reading(material)}
    for problem in _above(material, material.policy.grade_aims):
        if (problem.file, problem.line) not in blocked:
            yield problem


def _above(material: Material, limits: dict[str, float]) -> Iterator[Problem]:
    for edition in material.editions:
        grade = grade_of(material, edition)
        limit = limits.get(edition.audience or "default", limits["default"])
        if grade is not None and grade > limit:
            message = f"{edition.script} [{edition.audience or 'default'}] reads at grade"
            remedy = f"Use shorter words and sentences, down to grade {limit:g}."
            yield Problem(edition.file, edition.line, f"{message} {grade:.1f}", remedy)


def grade_of(material: Material, edition: Edition) -> float | None:
    """The grade of an edition; None where it is too short or its language has no measure."""
    policy = material.policy
    text = without_placeholders(edition.text)
    if edition.locale not in policy.grade_locales or len(text.split()) < policy.grade_from_words:
        return None
    return reading_grade(text, edition.locale)


@cache
def reading_grade(text: str, locale: str = "en") -> float:
    """School grade: Flesch-Kincaid in English, Fernández Huerta's table in Spanish."""
    meter = _meter(locale)
    if locale != "es":
        return float(meter.flesch_kincaid_grade(text))
    score = float(meter.fernandez_huerta(text))
    for (high, grade), (low, harder) in pairwise(_HUERTA):
        if score >= low:
            return max(grade, harder + (score - low) * (grade - harder) / (high - low))
    return _HUERTA[-1][1]


@lru_cache(maxsize=4)
def _meter(locale: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its import of pkg_resources warns; ours to ignore
        from textstat.textstat import textstatistics  # noqa: PLC0415 - slow, and it warns
    meter = textstatistics()
    meter.set_lang("es" if locale == "es" else "en_US")
    return meter

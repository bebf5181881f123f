"""What the content covers: the size of each plan for each audience and locale, in figures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.content.checks.material import Material, read_material
from bot.content.checks.reading import grade_of
from bot.content.checks.tables import paths
from bot.content.generated import replace_part
from bot.content.plans import AUDIENCES, Plan
from bot.content.problems import ContentError
from bot.content.scripts import Edition

ADULT = "adult"
ADULTS_TOO = ("adult_victim",)
BEGIN, END = "<!-- made by `handrail coverage --write` -->", "<!-- end -->"


@dataclass(frozen=True)
class Cell:
    """Of one plan, audience and locale: steps on its shortest and longest path, claims and cards
    (of all countries together) on any of them, mean reading grade of its texts."""

    steps: tuple[int, int]
    claims: int
    cards: int
    grade: float

    @property
    def empty(self) -> bool:
        """Whether something is missing."""
        return not (self.steps[0] and self.claims and self.cards)

    def __str__(self) -> str:
        low, high = self.steps
        steps = str(low) if low == high else f"{low}\u2013{high}"
        return f"{steps} | {self.claims} | {self.cards} | {self.grade:.1f}"


def read(root: Path, locales: Iterable[str]) -> Material:
    """The content to be counted. Raises ContentError where it cannot be read."""
    material, problems = read_material(root, locales)
    if material is None:
        raise ContentError(problems)
    return material


def audiences_of(plan: Plan) -> tuple[str, ...]:
    """Whom a plan speaks to."""
    adults = plan.situation in ADULTS_TOO
    return tuple(audience for audience in AUDIENCES if adults or audience != ADULT)


def cell(material: Material, plan: Plan, audience: str, locale: str) -> Cell:
    """The figures of one plan for one audience in one language."""
    lengths: set[int] = set()
    scripts: dict[str, None] = {f"utter_{plan.situation}_open": None}
    for slots in paths(plan, audience):
        steps = plan.steps_for(slots)
        lengths.add(len(steps))
        scripts.update(dict.fromkeys(steps))
    scripts.update(dict.fromkeys(name for name in (plan.start, plan.handoff) if name))
    editions = [
        edition
        for script in scripts
        if (edition := material.edition(script, locale, audience)) is not None
    ]
    claims, cards, grade = _figures(material, [(edition, audience) for edition in editions])
    return Cell((min(lengths), max(lengths)), claims, cards, grade)


def _figures(material: Material, texts: list[tuple[Edition, str]]) -> tuple[int, int, float]:
    """Claims, cards of all countries, and mean grade of texts as an audience reads them."""
    grades = [grade for edition, _ in texts if (grade := grade_of(material, edition)) is not None]
    return (
        len({claim for edition, _ in texts for claim in edition.says}),
        len({card for edition, audience in texts for card in _cards(material, edition, audience)}),
        sum(grades) / len(grades) if grades else 0.0,
    )


def _cards(material: Material, edition: Edition, audience: str) -> Iterator[str]:
    directory = material.directory
    countries = {code for handoff in directory.handoffs.values() for code in handoff.countries}
    for country in countries:
        for name in edition.resources:
            if directory.show(name, country):
                yield name
        for handoff in edition.handoffs:
            for age in ("13_17", "adult"):
                for card in directory.select(handoff, country, audience, age):
                    yield card.id


def table(material: Material) -> str:
    """Situations and audiences as rows, the languages beside each other, in Markdown."""
    heads = "".join(f" {locale}: steps | claims | cards | grade |" for locale in material.locales)
    lines = [f"| situation | audience |{heads}"]
    lines.append("|---|---|" + "---|" * (4 * len(material.locales)))
    for situation in material.situations:
        plan = material.plans[situation]
        for audience in audiences_of(plan):
            cells = (str(cell(material, plan, audience, each)) for each in material.locales)
            lines.append(f"| {situation} | {audience} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def answers(material: Material) -> str:
    """Questions and feelings as rows: texts, claims, cards and grade in each language."""
    heads = "".join(f" {locale}: texts | claims | cards | grade |" for locale in material.locales)
    lines = [f"| question or feeling |{heads}"]
    lines.append("|---|" + "---|" * (4 * len(material.locales)))
    for intent in material.intents:
        if intent.startswith(("ask_", "feel_", "fear_")):
            cells = (_answer(material, intent, locale) for locale in material.locales)
            lines.append(f"| {intent} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _answer(material: Material, intent: str, locale: str) -> str:
    editions = [
        edition
        for script in material.scripts(locale)
        if script == f"utter_{intent}" or script.startswith(f"utter_{intent}_")
        for edition in material.by_script[script, locale]
    ]
    texts = [(edition, edition.audience or "teen") for edition in editions]
    claims, cards, grade = _figures(material, texts)
    return f"{len(editions)} | {claims} | {cards} | {grade:.1f}"


def document(material: Material) -> str:
    """The generated part of docs/coverage.md, with its marks."""
    return f"{BEGIN}{_tables(material)}{END}"


def write(path: Path, material: Material) -> None:
    """Replace the generated part of a document. Raises ValueError where it has no such part."""
    replace_part(path, BEGIN, END, _tables(material))


def _tables(material: Material) -> str:
    return f"\n\n{table(material)}\n\n{answers(material)}\n\n"

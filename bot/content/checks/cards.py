"""The help directory: wording in each locale, countries that fit, field names that exist."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.checks.material import Material
from bot.content.checks.reading import reading_grade
from bot.content.directory import EMERGENCY, Resource
from bot.content.problems import Problem

_FOLDER = "responses/resources"
_HANDOFFS = f"{_FOLDER}/handoffs.yml"
_LABELS = "responses/labels.yml"


def cards(material: Material) -> Iterator[Problem]:
    """Problems of resources, handoffs and labels."""
    for resource in material.directory.resources.values():
        for message, remedy in _resource(material, resource):
            yield Problem(_FOLDER, 0, f"{resource.id} {message}", remedy)
    yield from _handoffs(material)
    for locale in material.locales:
        if locale not in material.labels:
            yield Problem(_LABELS, 0, f"there are no labels for {locale}", "Add them.")


def _resource(material: Material, resource: Resource) -> Iterator[tuple[str, str]]:
    for name in resource.unverified_fields:
        if name not in Resource.model_fields:
            yield f"has the unverified field {name!r}", "Use the exact name of a field."
    for locale in material.locales:
        what = resource.what.get(locale)
        if not what:
            yield f"says nothing in {locale}", f"Add what: {{{locale}: ...}}."
            continue
        if len(what.split()) > material.policy.card_words:
            yield f"is too long in {locale}", f"Cut it to {material.policy.card_words} words."
        if locale in material.policy.grade_locales:
            grade = reading_grade(what, locale)
            if grade > material.policy.grades["educator"]:
                yield f"reads at grade {grade:.1f}", "Use shorter words and sentences."
    for locale in material.locales[1:]:
        labels = material.labels.get(locale)
        for term in (resource.hours, resource.cost):
            plain = term is None or not any(c.isalpha() for c in term)
            if labels and not plain and term not in labels.phrases:
                yield (
                    f"has {term!r}, not translated to {locale}",
                    f"Add it to phrases in {_LABELS}.",
                )


def _handoffs(material: Material) -> Iterator[Problem]:
    directory = material.directory
    if EMERGENCY not in directory.handoffs:
        yield Problem(_HANDOFFS, 0, "there is no emergency handoff", "Add it.")
    elif not directory.select(EMERGENCY):
        message = "emergency shows nothing where the country is not known"
        yield Problem(_HANDOFFS, 0, message, "Add int_local_emergency to `other`.")
    for name, handoff in directory.handoffs.items():
        for country, entries in handoff.countries.items():
            for entry in entries:
                if not directory.resources[entry.id].serves_country(country):
                    message = f"{name} lists {entry.id} for {country}, which it does not serve"
                    yield Problem(_HANDOFFS, 0, message, "Remove it or mend `serves`.")

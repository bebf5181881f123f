"""Whether every text can be sent on every channel: lengths and numbers of buttons."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.checks.material import Material
from bot.content.labels import Labels
from bot.content.problems import Problem
from bot.content.render import MESSAGING
from bot.content.scripts import without_placeholders


def channels(material: Material) -> Iterator[Problem]:
    """Texts and buttons above a channel's limits (responses/lint.yml)."""
    longest = {locale: _longest_name(labels) for locale, labels in material.labels.items()}
    for edition in material.editions:
        # In the place of a placeholder may stand the longest of our own names.
        text = without_placeholders(edition.text, "x" * longest.get(edition.locale, 0))
        shown = f"{edition.script} [{edition.audience or 'default'}]"
        for name, limit in material.policy.channels.items():
            if edition.channel not in (None, MESSAGING, name):
                continue
            if len(text) > limit.characters:
                message = f"{shown} may have {len(text)} characters, too many for {name}"
                remedy = f"Cut it to {limit.characters}."
                yield Problem(edition.file, edition.line, message, remedy)
            if len(edition.buttons) > limit.buttons:
                message = f"{shown} has {len(edition.buttons)} buttons, too many for {name}"
                remedy = f"Leave {limit.buttons} at most."
                yield Problem(edition.file, edition.line, message, remedy)


def _longest_name(labels: Labels) -> int:
    names = (*labels.platform.values(), *labels.country.values(), labels.emergency_number)
    return max(map(len, names))

"""Whether every text can be sent on every channel: lengths and numbers of buttons."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.checks.material import Material
from bot.content.problems import Problem
from bot.content.scripts import Edition, without_placeholders


def channels(material: Material) -> Iterator[Problem]:
    """Texts and buttons above a channel's limits (responses/lint.yml)."""
    for edition in material.editions:
        if edition.channel is None:
            limits = material.policy.channels
        else:
            limits = {
                name: limit
                for name, limit in material.policy.channels.items()
                if name == edition.channel
            }
        longest = _longest(material, edition)
        for name, limit in limits.items():
            shown = f"{edition.script} [{edition.audience or 'default'}]"
            if longest > limit.characters:
                message = f"{shown} may have {longest} characters, too many for {name}"
                yield Problem(edition.file, edition.line, message, f"Cut it to {limit.characters}.")
            if len(edition.buttons) > limit.buttons:
                message = f"{shown} has {len(edition.buttons)} buttons, too many for {name}"
                yield Problem(
                    edition.file, edition.line, message, f"Leave {limit.buttons} at most."
                )


def _longest(material: Material, edition: Edition) -> int:
    """Characters of the text with the longest of our own names in the place of each placeholder."""
    labels = material.labels.get(edition.locale)
    names = (
        [*labels.platform.values(), *labels.country.values(), labels.emergency_number]
        if labels
        else []
    )
    filling = "x" * max((len(name) for name in names), default=0)
    return len(without_placeholders(edition.text, filling))

"""Names from our own lists that a placeholder may print: responses/labels.yml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.content.located import read_located
from bot.content.problems import Problem, without_problems

DEFAULT = "default"


class MessagingWords(BaseModel):
    """What stands before lines of a help card, over numbered choices, and on a list's button."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    call: str
    text: str
    hours: str
    cost: str
    anonymous_yes: str
    anonymous_no: str
    choose: str
    choices: str


class Labels(BaseModel):
    """The labels of one locale. Each mapping has a `default` for what is unknown.

    `messaging` holds the few fixed words around a script in a messaging app.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    emergency_number: str
    platform: dict[str, str]
    country: dict[str, str]
    topic: dict[str, str]
    phrases: dict[str, str] = {}
    messaging: MessagingWords

    def phrase(self, text: str | None) -> str | None:
        """The wording of a directory term such as `free`; a text without one stands as it is."""
        return None if text is None else self.phrases.get(text, text)


def load_labels(root: Path) -> dict[str, Labels]:
    """Labels by locale; raises ContentError with all problems."""
    return without_problems(read_labels(root))


def read_labels(root: Path) -> tuple[dict[str, Labels], list[Problem]]:
    """What could be read, and what could not."""
    source, problems = read_located(root / "responses" / "labels.yml", root)
    labels: dict[str, Labels] = {}
    for locale, item in (source.data if isinstance(source.data, dict) else {}).items():
        try:
            found = Labels.model_validate(item)
        except ValueError as error:
            problems.append(source.problem((locale,), f"labels: {error}", "Mend the labels."))
            continue
        for group in ("platform", "country", "topic"):
            if DEFAULT not in getattr(found, group):
                message = f"{group} has no {DEFAULT}"
                problems.append(source.problem((locale, group), message, "Add a default."))
        labels[locale] = found
    return labels, problems

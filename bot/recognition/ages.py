"""Whose age a text tells, and the age band of the person concerned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.age_bands import ADULT
from bot.recognition.finder import Found, Reading

# Before these come ages of people who are somebody's care: "my son is 14".
CARED_FOR = ("parent", "friend", "educator")


@dataclass(frozen=True)
class Age:
    """A number of years, where it stands, and whether it is the concerned person's."""

    years: int
    found: Found
    concerned: bool


def read_ages(
    reading: Reading, audience: str | None, number: Callable[[Found], int | None]
) -> list[Age]:
    """The ages of a text, in order.

    Args:
        reading: what the lines found; kinds of age lines are `self` (I am 15), `then` (I was 15),
            `related` (my son is 14), `pronoun` (she is 12), `bare` (15 yo), `soon` (I turn 16),
            `other` (a 40 year old man) and `none` (a number that is no age).
        audience: who speaks, as far as it is known from the text.
        number: reads the number of years of a line.
    """
    said: list[tuple[str, int, Found]] = []
    for found in sorted(reading.ages, key=lambda one: one.first):
        kind = kind_of(found)
        years = None if kind == "none" else number(found)
        if years is not None:
            said.append((kind, years - 1 if kind == "soon" else years, found))  # not there yet
    kinds = {kind for kind, _, _ in said}
    if audience is None and tells_of_child(said):
        audience = "friend"  # "hes 15 im 20": who speaks is grown, and it is about the other one
    return [
        Age(years, found, _is_concerned(kind, years, audience, kinds))
        for kind, years, found in said
    ]


def kind_of(found: Found) -> str:
    """The kind of an age line."""
    return found.entity.removeprefix("age:")


def tells_of_child(said: list[tuple[str, int, Found]]) -> bool:
    """Whether a grown speaker gives the age of somebody under 18."""
    grown = any(kind in ("self", "soon") and years >= ADULT for kind, years, _ in said)
    return grown and any(kind == "pronoun" and years < ADULT for kind, years, _ in said)


def _is_concerned(kind: str, years: int, audience: str | None, kinds: set[str]) -> bool:
    about_another = audience in CARED_FOR
    if kind == "then":
        return not about_another
    if kind in ("self", "soon"):
        return not about_another and "then" not in kinds
    if kind == "related":
        return True
    if kind in ("pronoun", "bare"):
        if about_another and years >= ADULT and len(kinds) > 1:
            return False  # beside another age: whoever does it
        # Without a relation "he is 35" may be the offender; a child's age is the child's.
        return about_another or (years < ADULT and not kinds & {"self", "then", "soon"})
    return False

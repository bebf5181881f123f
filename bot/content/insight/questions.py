"""The closed list of questions: bot/content/insight/questions.yml says what may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.content.located import read_located
from bot.content.problems import without_problems

FILE = Path(__file__).with_name("questions.yml")
Dimension = Literal["week", "channel", "locale", "name"]
Measure = Literal[
    "conversation", "situation", "step", "handoff", "opened", "fallback", "crisis", "left"
]


class UnknownQuestion(LookupError):
    """It is not on the list, so that it has no answer."""


class Question(BaseModel):
    """questions.yml says what the fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    counts: str
    measure: Measure
    dimensions: tuple[Dimension, ...] = Field(min_length=1, max_length=2)
    names: frozenset[str] | None = None

    @field_validator("dimensions")
    @classmethod
    def _each_once(cls, given: tuple[Dimension, ...]) -> tuple[Dimension, ...]:
        if len(set(given)) != len(given):
            raise ValueError("a dimension is named twice")
        return given


@lru_cache(maxsize=1)
def questions() -> Mapping[str, Question]:
    """All of them by id, in the order of the file."""
    source = without_problems(read_located(FILE, FILE.parent))
    return {str(name): Question.model_validate(item) for name, item in source.data.items()}


def question(question_id: str) -> Question:
    """Raises UnknownQuestion."""
    try:
        return questions()[question_id]
    except KeyError:
        raise UnknownQuestion(question_id) from None


def grain(measure: Measure) -> tuple[Dimension, ...]:
    """The dimensions of the smallest groups that a measure is published in: those of all its
    questions together, the week always."""
    asked = {
        dimension
        for each in questions().values()
        if each.measure == measure
        for dimension in each.dimensions
    }
    order: tuple[Dimension, ...] = ("week", "channel", "locale", "name")
    named = any(each.names for each in questions().values() if each.measure == measure)
    return tuple(one for one in order if one in asked | {"week"} or (one == "name" and named))

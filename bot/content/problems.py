"""What is wrong in a content file, where, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

Read = TypeVar("Read")


@dataclass(frozen=True, order=True)
class Problem:
    """One finding. `file` is relative to the project root, `line` counts from 1 (0: whole file)."""

    file: str
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}. {self.remedy}"


class ContentError(Exception):
    """Content files cannot be used. `problems` lists every reason, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def without_problems(read: tuple[Read, list[Problem]]) -> Read:
    """What a reader could read; raises ContentError with every problem it found."""
    found, problems = read
    if problems:
        raise ContentError(problems)
    return found

"""Things to keep: data/keep.yml names the sheets and the scripts that each consists of."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.content.located import read_located
from bot.content.problems import Problem, without_problems

FILE = "data/keep.yml"


class Sheet(BaseModel):
    """A title and parts, all script ids; data/keep.yml says what the other fields mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: Literal["list", "check", "fill", "choose"]
    title: str
    parts: tuple[str, ...] = Field(min_length=1)

    @property
    def scripts(self) -> tuple[str, ...]:
        """The title and the parts, in order."""
        return (self.title, *self.parts)


def load_sheets(root: Path) -> dict[str, Sheet]:
    """Sheets by name, in the order of the file; raises ContentError with all problems."""
    return without_problems(read_sheets(root))


def read_sheets(root: Path) -> tuple[dict[str, Sheet], list[Problem]]:
    """What could be read, and what could not. A project without the file has no sheets."""
    if not (root / FILE).is_file():
        return {}, []
    source, problems = read_located(root / FILE, root)
    sheets: dict[str, Sheet] = {}
    for name, item in (source.data if isinstance(source.data, dict) else {}).items():
        try:
            sheets[str(name)] = Sheet.model_validate(item)
        except ValidationError as error:
            problems += [
                source.problem((name, *one["loc"]), f"{name}: {one['msg']}", "Mend this field.")
                for one in error.errors()
            ]
    return sheets, problems

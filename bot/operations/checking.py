"""`handrail check`: the lint of the content, and the data as its readers at run time see it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from bot.content.lint import check
from bot.content.problems import ContentError, Problem
from bot.crisis import CrisisDataError
from bot.crisis.rules import load_file
from bot.gateway.commands import Commands
from bot.operations.training_data import check_training_data

_PLACE = re.compile(r"^(?P<file>.+?):(?P<line>\d+): (?P<message>.*)$", re.DOTALL)
_REMEDY = "Mend the line; bot/crisis/patterns.py shows the language."


def check_project(root: Path, locales: Iterable[str]) -> list[Problem]:
    """All problems under `root`, in file order, one a place. Empty: all is well."""
    found = check(root, locales)
    # A file that is no YAML was named already.
    told = {problem.file for problem in found}
    data = (*_crisis(root), *_commands(root), *check_training_data(root))
    found += [each for each in data if each.file not in told]
    return sorted(set(found))


def _crisis(root: Path) -> Iterator[Problem]:
    files = sorted((root / "data" / "crisis").glob("*.yml"))
    if not files:
        remedy = "Put <locale>.yml there: without it no crisis is seen."
        yield Problem("data/crisis", 0, "there are no crisis phrases", remedy)
    for path in files:
        try:
            load_file(path)
        except CrisisDataError as error:
            place = _PLACE.match(str(error))
            file = path.relative_to(root).as_posix()
            line, message = (int(place["line"]), place["message"]) if place else (0, str(error))
            yield Problem(file, line, message, _REMEDY)


def _commands(root: Path) -> Iterator[Problem]:
    try:
        Commands.from_directory(root / "data" / "commands")
    except ContentError as error:
        yield from error.problems

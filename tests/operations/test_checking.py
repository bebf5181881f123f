"""`handrail check` names file and line of a mistake in every file that is read, and a remedy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.content.problems import Problem
from bot.operations.checking import check_project

FILES = {
    "data/commands/en.yml": "values:",
    "data/crisis/en.yml": "locale: en",
    "data/entities/en.yml": "lists:",
    "data/nlu/en/crisis.yml": "nlu:",
    "data/rules/crisis.yml": "rules:",
    "data/stories/crisis.yml": "stories:",
    "data/plans/sextortion.yml": "situation:",
    "data/dialogue.yml": "order_of_meanings:",
    "domain.yml": "intents:",
    "config.yml": "pipeline:",
}


@dataclass(frozen=True)
class Alone:
    """A project of one file: what it lacks is found too, and fast."""

    root: Path

    def problems(self, file: str, text: str | bytes) -> list[Problem]:
        """What is said about `file` with this content."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return [found for found in check_project(self.root, ["en"]) if found.file == file]


@pytest.fixture
def alone(tmp_path: Path) -> Alone:
    return Alone(tmp_path)


def test_the_project_has_no_mistake(release_root: Path) -> None:
    assert [str(problem) for problem in check_project(release_root, ["en"])] == []


@pytest.mark.parametrize(("file", "key"), FILES.items(), ids=list(FILES))
def test_what_is_no_yaml_is_named_with_file_and_line(
    alone: Alone, release_root: Path, file: str, key: str
) -> None:
    lines = (release_root / file).read_text("utf-8").splitlines(keepends=True)
    line = next(number for number, text in enumerate(lines, 1) if text.startswith(key))
    lines.insert(line - 1, "\tno: [yaml\n")
    problems = alone.problems(file, "".join(lines))
    assert any(found.line == line and "not valid YAML" in found.message for found in problems)
    assert all(problem.remedy for problem in problems)


@pytest.mark.parametrize("file", FILES)
def test_what_is_no_text_is_named(alone: Alone, file: str) -> None:
    assert alone.problems(file, b"\xff\xfe\x00")


@pytest.mark.parametrize("file", [name for name in FILES if name != "data/dialogue.yml"])
@pytest.mark.parametrize("content", ["", "[]", "just words"], ids=repr)
def test_a_file_that_holds_nothing_of_its_kind_is_named(
    alone: Alone, file: str, content: str
) -> None:
    assert alone.problems(file, content)


MISTAKES = {
    "a crisis phrase with an open bracket": (
        "data/crisis/en.yml",
        "locale: en\nlists:\n  bad:\n  - (open\n",
        "never closed",
        4,
    ),
    "commands that are no list": (
        "data/commands/en.yml",
        "values:\n  bad: 7\n",
        "bad is no list of words",
        2,
    ),
    "a place that is no number": (
        "data/commands/en.yml",
        'values: {}\nnumbers:\n  first: ["first"]\n',
        "first is no number",
        3,
    ),
}


@pytest.mark.parametrize(("file", "text", "message", "line"), MISTAKES.values(), ids=MISTAKES)
def test_what_its_reader_would_refuse_is_named(
    alone: Alone, file: str, text: str, message: str, line: int
) -> None:
    (problem,) = alone.problems(file, text)
    assert message in problem.message
    assert problem.line == line


def test_without_crisis_phrases_nothing_is_well(alone: Alone) -> None:
    assert "data/crisis" in {problem.file for problem in check_project(alone.root, ["en"])}

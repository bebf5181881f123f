"""Read YAML and remember the line of every value, so that a finding can point at it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml
from pydantic import BaseModel

from bot.content.problems import Problem, without_problems

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Key = str | int
Shape = TypeVar("Shape", bound=BaseModel)


class _Loader(_Base):  # type: ignore[misc]
    """Scalars as Rasa reads them (YAML 1.2): yes, no and 13_17 are texts, as are dates."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


for _tag, _pattern, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", "[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first
    )


@dataclass(frozen=True)
class Located:
    """Plain data (dict, list, scalar) and the line of each path into it."""

    file: str
    data: Any
    lines: dict[tuple[Key, ...], int]

    def line(self, *path: Key) -> int:
        """The line of `path`, or of the nearest value around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: tuple[Key, ...], message: str, remedy: str) -> Problem:
        return Problem(self.file, self.line(*path), message, remedy)


def read_located(path: Path, root: Path) -> tuple[Located, list[Problem]]:
    """Parse one file. Problems: not readable, not YAML, or a key given twice."""
    file = path.relative_to(root).as_posix()
    empty = Located(file, None, {})
    try:
        loader = _Loader(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        return empty, [Problem(file, 0, f"cannot be read ({error})", "Save it as UTF-8 text.")]
    problems: list[Problem] = []
    lines: dict[tuple[Key, ...], int] = {}
    try:
        node = loader.get_single_node()
        data = None if node is None else _Reader(loader, file, lines, problems).plain(node, ())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        reason = getattr(error, "problem", None) or str(error)
        return empty, [Problem(file, line, f"is not valid YAML ({reason})", "Mend the YAML here.")]
    finally:
        loader.dispose()
    return Located(file, data, lines), problems


def read_as(path: Path, shape: type[Shape]) -> Shape:
    """A file of our own as a model. Raises ContentError, or pydantic's ValidationError."""
    return shape.model_validate(without_problems(read_located(path, path.parent)).data)


@dataclass
class _Reader:
    loader: Any
    file: str
    lines: dict[tuple[Key, ...], int]
    problems: list[Problem]

    def plain(self, node: yaml.Node, path: tuple[Key, ...]) -> Any:
        """Data of a node; fills in `lines` and `problems`."""
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return self.loader.construct_object(node)
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.loader.construct_object(key_node)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                remedy = "Put the key in quotes."
                self.problems.append(
                    Problem(self.file, line, f"the key {key!r} is not text", remedy)
                )
                key = str(key)
            if key in mapping:
                remedy = "Keep one of the two."
                message = f"the key {key!r} is given twice"
                self.problems.append(Problem(self.file, line, message, remedy))
            here = (*path, key)
            mapping[key] = self.plain(value_node, here)
            self.lines[here] = line
        return mapping

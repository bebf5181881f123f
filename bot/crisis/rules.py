"""Read data/crisis/<locale>.yml into rules, and say file and line where one is wrong."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.crisis.patterns import Node, PatternError, one_of, parse, split

# Ten times faster where PyYAML was built with libyaml; the gateway reads this at its start.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# The order of the taxonomy: where a text means several, the first is its intent.
CRISIS_INTENTS = ("self_harm", "immediate_danger", "meet_in_person", "abuse_offline")


class CrisisDataError(ValueError):
    """A file of crisis phrases cannot be used; the message begins with file and line."""


@dataclass(frozen=True)
class Rule:
    """One line of a file: `intent` is meant, or with `negates` is not meant, where it occurs."""

    phrase: str
    intent: str
    negates: bool
    parts: tuple[Node, ...]  # all of them must be seen,
    near: int  # with at most so many words between the first and any other


def load_directory(path: Path) -> list[Rule]:
    """Read every <locale>.yml in the directory, in the order of their names.

    Raises CrisisDataError if there is none, or if one is not as the language says.
    """
    files = sorted(path.glob("*.yml"))
    if not files:
        raise CrisisDataError(f"{path}: no crisis phrases (<locale>.yml) here")
    return [rule for file in files for rule in load_file(file)]


def load_file(path: Path) -> list[Rule]:
    """Read the rules of one locale. Raises CrisisDataError, with the line, if it cannot."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise CrisisDataError(f"{where}: {error.problem}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise CrisisDataError(f"{path}: {error}") from error
    return _File(path).rules(root)


class _File:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._lists: dict[str, Node] = {}

    def rules(self, root: yaml.Node | None) -> list[Rule]:
        if root is None:
            raise CrisisDataError(f"{self._path}:1: empty")
        top = self._mapping(root)
        for name, node in top.items():
            if name not in ("locale", "lists", *CRISIS_INTENTS):
                raise self._error(node, f"unknown key {name!r}")
        locale = top.get("locale")
        if not isinstance(locale, yaml.ScalarNode) or locale.value != self._path.stem:
            raise self._error(locale or root, f"`locale: {self._path.stem}` is missing")
        if "lists" in top:
            for name, node in self._mapping(top["lists"]).items():
                items = self._items(node)
                self._lists[name] = one_of([self._parse(item, item.value) for item in items])
        found: list[Rule] = []
        for intent in CRISIS_INTENTS:
            if intent not in top:
                raise self._error(root, f"no phrases for {intent}")
            found += self._intent(intent, top[intent])
        return found

    def _intent(self, intent: str, node: yaml.Node) -> list[Rule]:
        keys = self._mapping(node)
        for name, inner in keys.items():
            if name not in ("phrases", "not", "idioms"):
                raise self._error(inner, f"unknown key {name!r}: phrases, not or idioms")
        if "phrases" not in keys:
            raise self._error(node, f"{intent} has no phrases")
        found: list[Rule] = []
        for name, inner in self._mapping(keys["phrases"]).items():
            phrase = f"{self._path.stem}.{intent}.{name}"
            found += [self._rule(item, intent, phrase, False) for item in self._items(inner)]
        for name in ("not", "idioms"):
            phrase = f"{self._path.stem}.{intent}.{name}"
            items = self._items(keys[name]) if name in keys else []
            found += [self._rule(item, intent, phrase, True) for item in items]
        return found

    def _rule(self, item: yaml.ScalarNode, intent: str, phrase: str, negates: bool) -> Rule:
        parts, near = split(item.value)
        found = tuple(self._parse(item, part) for part in parts)
        return Rule(phrase, intent, negates, found, near)

    def _parse(self, item: yaml.Node, part: str) -> Node:
        try:
            return parse(part, self._lists)
        except PatternError as error:
            raise self._error(item, str(error)) from error

    def _mapping(self, node: yaml.Node) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, "a mapping of names is needed here")
        found: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if key.value in found:
                raise self._error(key, f"{key.value!r} is here twice")
            found[key.value] = value
        return found

    def _items(self, node: yaml.Node) -> list[yaml.ScalarNode]:
        if not isinstance(node, yaml.SequenceNode):
            raise self._error(node, "a list of patterns is needed here")
        for item in node.value:
            if not isinstance(item, yaml.ScalarNode) or not item.value.strip():
                raise self._error(item, "a pattern in one line is needed here")
        return list(node.value)

    def _error(self, node: yaml.Node, message: str) -> CrisisDataError:
        return CrisisDataError(f"{self._path}:{node.start_mark.line + 1}: {message}")

"""The stories of `rasa test` walk through the rules: tests/stories against data/rules."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml

from bot.settings import ROOT

# What a person says, what answers it, and whether the form is open; slots follow from these.
KINDS = ("intent", "action", "active_loop")
Walk = tuple[tuple[str, str | None], ...]


def walk(steps: list[dict[str, Any]]) -> Walk:
    """The steps of a rule or a story as pairs of kind and name, without entities and slots."""
    return tuple((kind, step[kind]) for step in steps for kind in KINDS if kind in step)


def walks(folder: str, key: str) -> Iterator[tuple[str, Walk]]:
    """Name and steps of every rule or story in a folder."""
    for path in sorted((ROOT / folder).glob("*.yml")):
        for entry in yaml.safe_load(path.read_text("utf-8"))[key]:
            yield entry[key.replace("ies", "y").removesuffix("s")], walk(entry["steps"])


RULES = dict(walks("data/rules", "rules"))


@cache
def stories() -> tuple[Walk, ...]:
    return tuple(steps for _, steps in walks("tests/stories", "stories"))


def is_within(part: Walk, whole: Walk) -> bool:
    """Whether the steps of `part` follow one another without a gap in `whole`."""
    return any(whole[at : at + len(part)] == part for at in range(len(whole) - len(part) + 1))


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_walked_through_by_a_story(rule: str) -> None:
    walked = any(is_within(RULES[rule], story) for story in stories())
    assert walked, f"no story in tests/stories goes {RULES[rule]}"


def test_a_story_stands_once() -> None:
    names = [name for name, _ in walks("tests/stories", "stories")]
    assert len(names) > 60
    assert {name for name in names if names.count(name) > 1} == set()

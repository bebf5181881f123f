"""Decision tables: data/plans/<situation>.yml says which steps follow which answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.located import Key, Located, read_located
from bot.content.problems import Problem, without_problems

AUDIENCES = ("teen", "parent", "friend", "educator", "adult")  # whom a text can speak to
UNSET = "unset"
SKIPPED = "skipped"  # asked and not answered: not asked again, and to every rule as good as unset
MOST_QUESTIONS = 4
_KEYS = {
    "situation", "triage", "ask_when", "must_say", "must_say_to", "start", "steps", "handoff",
}  # fmt: skip
Rule = Mapping[str, tuple[str, ...]]
Slots = Mapping[str, str | None]


@dataclass(frozen=True)
class Step:
    """A script, shown when every `when` key matches and no `unless` key does."""

    script: str
    when: Rule
    unless: Rule
    line: int = 0


@dataclass(frozen=True)
class Plan:
    """The table of one situation. Slot values are lower-case texts; a missing value is `unset`.

    `must_say`: claims that opener and steps carry on every path; `must_say_to`: more of them by
    audience.
    """

    situation: str
    triage: tuple[str, ...]
    ask_when: Mapping[str, Rule]
    must_say: tuple[str, ...]
    must_say_to: Mapping[str, tuple[str, ...]]
    steps: tuple[Step, ...]
    start: str | None
    handoff: str | None
    file: str = ""

    def steps_for(self, slots: Slots) -> list[str]:
        """Script ids in order for these answers; each script at most once."""
        scripts = (
            step.script
            for step in self.steps
            if all(_matches(slots, key, step.when[key]) for key in step.when)
            and not any(_matches(slots, key, step.unless[key]) for key in step.unless)
        )
        return list(dict.fromkeys(scripts))

    def questions_for(self, slots: Slots, asked: int = 0) -> list[str]:
        """Slots still worth asking, in order. `asked` counts questions already put (most: four)."""
        open_slots = [
            name
            for name in self.triage
            if not slots.get(name)
            and all(
                _matches(slots, key, values) for key, values in self.ask_when.get(name, {}).items()
            )
        ]
        return open_slots[: max(0, MOST_QUESTIONS - asked)]


def _matches(slots: Slots, key: str, values: tuple[str, ...]) -> bool:
    value = slots.get(key)
    return (UNSET if not value or value == SKIPPED else value) in values


def load_plans(root: Path) -> dict[str, Plan]:
    """Plans by situation; raises ContentError with all problems."""
    return without_problems(read_plans(root))


def read_plans(root: Path) -> tuple[dict[str, Plan], list[Problem]]:
    """What could be read, and what could not."""
    plans: dict[str, Plan] = {}
    problems: list[Problem] = []
    for path in sorted((root / "data" / "plans").glob("*.yml")):
        source, found = read_located(path, root)
        problems += found
        if not isinstance(source.data, dict):
            if not found:
                problems.append(source.problem((), "is not a mapping", "Start with `situation:`."))
            continue
        plan = _plan(source, problems)
        if plan.situation != path.stem:
            remedy = f"Write `situation: {path.stem}` or rename the file."
            problems.append(source.problem(("situation",), "situation is not the name", remedy))
        plans[plan.situation] = plan
    return plans, problems


def _plan(source: Located, problems: list[Problem]) -> Plan:
    data: dict[str, Any] = source.data
    for key in set(data) - _KEYS:
        remedy = f"Known keys: {', '.join(sorted(_KEYS))}."
        problems.append(source.problem((key,), f"unknown key {key!r}", remedy))
    steps: list[Step] = []
    for index, item in enumerate(data.get("steps") or []):
        here: tuple[Key, ...] = ("steps", index)
        if not isinstance(item, dict) or not isinstance(item.get("script"), str):
            problems.append(source.problem(here, "a step has no script", "Write `- script: id`."))
            continue
        for key in set(item) - {"script", "when", "unless"}:
            remedy = "A step has script, when and unless."
            problems.append(source.problem((*here, key), f"unknown key {key!r}", remedy))
        when = _rule(source, (*here, "when"), item.get("when"), problems)
        unless = _rule(source, (*here, "unless"), item.get("unless"), problems)
        steps.append(Step(item["script"], when, unless, source.line(*here)))
    ask_when = data.get("ask_when") or {}
    if not isinstance(ask_when, dict):
        problems.append(source.problem(("ask_when",), "ask_when is not a mapping", "Mend it."))
        ask_when = {}
    start, handoff = data.get("start"), data.get("handoff")
    return Plan(
        situation=str(data.get("situation")),
        triage=_texts(source, ("triage",), data.get("triage"), problems),
        ask_when={
            slot: _rule(source, ("ask_when", slot), rule, problems)
            for slot, rule in ask_when.items()
        },
        must_say=_texts(source, ("must_say",), data.get("must_say"), problems),
        must_say_to=_rule(source, ("must_say_to",), data.get("must_say_to"), problems),
        steps=tuple(steps),
        start=start if isinstance(start, str) else None,
        handoff=handoff if isinstance(handoff, str) else None,
        file=source.file,
    )


def _texts(
    source: Located, path: tuple[Key, ...], value: Any, problems: list[Problem]
) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else (value if value is not None else [])
    if isinstance(items, list) and all(isinstance(item, str) for item in items):
        return tuple(items)
    remedy = "Use a list of texts; put yes and no in quotes."
    problems.append(source.problem(path, f"{path[-1]} is not a list of texts", remedy))
    return ()


def _rule(source: Located, path: tuple[Key, ...], value: Any, problems: list[Problem]) -> Rule:
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.append(source.problem(path, "a rule is not a mapping", "Write {slot: [value]}."))
        return {}
    return {slot: _texts(source, (*path, slot), v, problems) for slot, v in value.items()}

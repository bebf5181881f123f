"""Load vetted scripts: responses/<locale>/<topic>.yml in Rasa's response format plus metadata."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.content.located import Key, Located, read_located
from bot.content.problems import ContentError, Problem, without_problems

__all__ = [
    "PLACEHOLDERS", "Button", "ContentError", "Edition", "Problem", "canonical_json",
    "load_editions", "locales_of", "read_editions", "stray_braces", "without_placeholders",
]  # fmt: skip

PLACEHOLDERS = frozenset({"emergency_number", "platform", "topic", "country"})
_TOKEN = re.compile(r"\{([a-z_]+)\}")
_VARIATION_KEYS = {"text", "buttons", "condition", "channel", "metadata"}
_LISTS = ("says", "handoffs", "resources", "sources")
_METADATA_KEYS = {*_LISTS, "risk", "owner", "reviewed_by", "reviewed", "review_months"}
_CONDITIONS = {"audience", "channel", "country", "locale"}
NOT_LOCALES = {"resources"}


class Button(BaseModel):
    """A tap: what the person reads and the intent message it stands for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: str
    payload: str


class Edition(BaseModel):
    """One text of one script for one locale and, where given, audience, channel and country."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    script: str
    locale: str
    audience: str | None = None
    channel: str | None = None
    country: str | None = None
    text: str
    buttons: tuple[Button, ...] = ()
    says: tuple[str, ...] = ()
    handoffs: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    risk: str = "general"
    owner: str | None = None
    reviewed_by: str | None = None
    reviewed: str | None = None
    review_months: int | None = None
    sources: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    @cached_property
    def content_hash(self) -> str:
        """sha256 (hex) of what a reviewer approves; who approved it and when are not part of it."""
        left_out = {"owner", "reviewed_by", "reviewed", "review_months", "sources", "file", "line"}
        return hashlib.sha256(canonical_json(self.model_dump(exclude=left_out))).hexdigest()

    @property
    def conditions(self) -> dict[str, str]:
        """The conditions that are set: a subset of audience, channel, country."""
        given = {"audience": self.audience, "channel": self.channel, "country": self.country}
        return {name: value for name, value in given.items() if value is not None}


def canonical_json(value: Any) -> bytes:
    """One spelling of a value as UTF-8 JSON: sorted keys, no spaces, no escapes of letters."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


def without_placeholders(text: str, filling: str = "app") -> str:
    """A text with `filling` in the place of each placeholder."""
    return _TOKEN.sub(filling, text)


def stray_braces(text: str) -> bool:
    """Whether braces remain besides the known placeholders."""
    rest = _TOKEN.sub(lambda m: "" if m[1] in PLACEHOLDERS else m[0], text)
    return "{" in rest or "}" in rest


def locales_of(root: Path) -> list[str]:
    """The locales that have a folder under responses/."""
    folder = root / "responses"
    names = (path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else ()
    return sorted(name for name in names if name not in NOT_LOCALES and not name.startswith("."))


def load_editions(root: Path, locales: Iterable[str] | None = None) -> list[Edition]:
    """Every edition under `root`/responses, in file order; raises ContentError with all of it."""
    return without_problems(read_editions(root, locales))


def read_editions(
    root: Path, locales: Iterable[str] | None = None
) -> tuple[list[Edition], list[Problem]]:
    """What could be read, and what could not; for the lint, which reports everything at once."""
    editions: list[Edition] = []
    problems: list[Problem] = []
    for locale in locales_of(root) if locales is None else locales:
        home: dict[str, str] = {}
        for path in sorted((root / "responses" / locale).glob("*.yml")):
            source, found = read_located(path, root)
            problems += found
            if source.data is None:
                continue
            for script, variations in _scripts(source, problems):
                where = ("responses", script)
                if script in home:
                    message = f"{script} is already in {home[script]}"
                    problems.append(source.problem(where, message, "Keep it in one file."))
                home.setdefault(script, source.file)
                editions += _variations(source, where, locale, variations, problems)
    return editions, problems


def _scripts(source: Located, problems: list[Problem]) -> list[tuple[str, list[Any]]]:
    data = source.data
    if not isinstance(data, dict):
        problems.append(source.problem((), "is not a mapping", "Start with `responses:`."))
        return []
    for key in set(data) - {"version", "responses"}:
        problems.append(source.problem((key,), f"unknown key {key!r}", "Remove it."))
    responses = data.get("responses")
    if not isinstance(responses, dict):
        problems.append(source.problem((), "has no `responses:` mapping", "Add it."))
        return []
    good: list[tuple[str, list[Any]]] = []
    for script, variations in responses.items():
        where = ("responses", script)
        if not re.fullmatch(r"utter_[a-z0-9_]+", script):
            message = f"{script!r} is no script id"
            problems.append(source.problem(where, message, "Name it utter_<topic>_<name>."))
        if isinstance(variations, list) and variations:
            good.append((script, variations))
        else:
            problems.append(source.problem(where, f"{script} has no texts", "Add `- text:`."))
    return good


def _variations(
    source: Located,
    where: tuple[str, str],
    locale: str,
    variations: list[Any],
    problems: list[Problem],
) -> list[Edition]:
    script = where[1]
    editions: list[Edition] = []
    inherited: dict[str, Any] = {}
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for index, variation in enumerate(variations):
        path = (*where, index)
        if not isinstance(variation, dict) or not isinstance(variation.get("text"), str):
            problems.append(source.problem(path, f"{script} lacks a text", "Add `text: |-`."))
            continue
        for key in set(variation) - _VARIATION_KEYS:
            remedy = f"Known keys: {', '.join(sorted(_VARIATION_KEYS))}."
            problems.append(source.problem((*path, key), f"unknown key {key!r}", remedy))
        inherited = {**inherited, **_metadata(source, (*path, "metadata"), variation, problems)}
        conditions = _conditions(source, path, locale, variation, problems)
        identity = tuple(sorted(conditions.items()))
        line = source.line(*path)
        if identity in seen:
            message = f"{script} has the same conditions as the text on line {seen[identity]}"
            problems.append(source.problem(path, message, "Give it another condition."))
            continue
        seen[identity] = line
        text = variation["text"].strip()
        if stray_braces(text):
            remedy = f"Placeholders are {', '.join(sorted(PLACEHOLDERS))}; use no other braces."
            problems.append(source.problem((*path, "text"), f"{script} has a stray brace", remedy))
        editions.append(
            Edition(
                script=script,
                locale=locale,
                audience=conditions.get("audience"),
                channel=conditions.get("channel"),
                country=conditions.get("country"),
                text=text,
                buttons=_buttons(source, (*path, "buttons"), variation, problems),
                file=source.file,
                line=line,
                **inherited,
            )
        )
    return editions


def _metadata(
    source: Located, path: tuple[Key, ...], variation: dict[str, Any], problems: list[Problem]
) -> dict[str, Any]:
    metadata = variation.get("metadata") or {}
    if not isinstance(metadata, dict):
        problems.append(source.problem(path, "metadata is not a mapping", "Write key: value."))
        return {}
    good: dict[str, Any] = {}
    for key, value in metadata.items():
        here = (*path, key)
        if key not in _METADATA_KEYS:
            remedy = f"Known keys: {', '.join(sorted(_METADATA_KEYS))}."
            problems.append(source.problem(here, f"unknown metadata key {key!r}", remedy))
        elif key in _LISTS:
            if isinstance(value, list) and all(isinstance(item, str) for item in value):
                good[key] = tuple(value)
            else:
                problems.append(
                    source.problem(here, f"{key} is not a list of texts", "Use [a, b].")
                )
        elif key == "review_months":
            if value is None or (isinstance(value, int) and value > 0):
                good[key] = value
            else:
                problems.append(source.problem(here, "review_months is no number", "Use 3, 6, 12."))
        else:
            good[key] = None if value is None else str(value)
    if good.get("risk", "general") not in {"crisis", "safety", "general"}:
        message = f"risk {good.pop('risk')!r} is unknown"
        problems.append(source.problem(path, message, "Use crisis, safety or general."))
    return good


def _conditions(
    source: Located,
    path: tuple[Key, ...],
    locale: str,
    variation: dict[str, Any],
    problems: list[Problem],
) -> dict[str, str]:
    found: dict[str, str] = {}
    channel = variation.get("channel")
    if isinstance(channel, str):
        found["channel"] = channel
    conditions = variation.get("condition") or []
    for index, item in enumerate(conditions if isinstance(conditions, list) else [conditions]):
        here = (*path, "condition", index)
        if not isinstance(item, dict) or set(item) != {"type", "name", "value"}:
            remedy = "Write `- type: slot`, `name:` and `value:`."
            problems.append(source.problem(here, "a condition is incomplete", remedy))
        elif item["type"] != "slot" or item["name"] not in _CONDITIONS:
            remedy = f"Slots that may decide: {', '.join(sorted(_CONDITIONS))}."
            message = f"condition on {item['name']!r} is unknown"
            problems.append(source.problem(here, message, remedy))
        elif not isinstance(item["value"], str):
            message = f"condition value {item['value']!r} is not text"
            problems.append(source.problem(here, message, "Put the value in quotes."))
        elif item["name"] != "locale":
            found[item["name"]] = item["value"]
        elif item["value"] != locale:
            message = f"locale {item['value']!r} differs from the folder"
            problems.append(source.problem(here, message, "The folder decides; remove it."))
    return found


def _buttons(
    source: Located, path: tuple[Key, ...], variation: dict[str, Any], problems: list[Problem]
) -> tuple[Button, ...]:
    buttons: list[Button] = []
    for index, item in enumerate(variation.get("buttons") or []):
        if (
            isinstance(item, dict)
            and set(item) == {"title", "payload"}
            and all(isinstance(value, str) for value in item.values())
        ):
            buttons.append(Button(**item))
            if stray_braces(item["title"]):
                remedy = "Use known placeholders and no other braces."
                message = "a button has a stray brace"
                problems.append(source.problem((*path, index), message, remedy))
        else:
            remedy = "Give each button a quoted `title` and a `payload`, nothing else."
            problems.append(source.problem((*path, index), "a button is malformed", remedy))
    return tuple(buttons)

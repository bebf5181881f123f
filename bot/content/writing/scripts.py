"""Editions as responses/<locale>/<topic>.yml; what did not change keeps its lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.content.located import Located, read_located
from bot.content.problems import ContentError, Problem
from bot.content.scripts import NOT_LOCALES, Edition, load_editions, read_editions
from bot.content.writing.files import replace_changed, text_of
from bot.content.writing.layout import (
    NO_ITEM,
    Item,
    as_lines,
    cut,
    join_item,
    leading_asides,
    read_item,
    starts_of,
)
from bot.content.writing.variations import PARTS, changes

_HEAD = 'version: "3.1"\n\nresponses:\n'
_ELSEWHERE = "conversation.yml"
_INDENT = 2
_DEEPEST = 4  # texts are deeper, so that a comment here is none of their lines
Scripts = dict[str, list[Edition]]


@dataclass(frozen=True)
class _Script:
    """The lines of one script: all of them (`whole`), and cut into head and variations."""

    above: str
    whole: str
    head: str
    items: list[Item]


@dataclass(frozen=True)
class _Layout:
    head: str
    scripts: dict[str, _Script]
    tail: str


def write_editions(editions: Iterable[Edition], root: Path) -> list[Path]:
    """Bring the files of the locales of `editions` up to date; returns those that changed or went.

    Raises as `script_files` does, before anything is written.
    """
    given = list(editions)
    before = {old.file for old in load_editions(root, _locales(given))}
    return replace_changed(root, script_files(given, root), before)


def script_files(editions: Iterable[Edition], root: Path) -> dict[str, str]:
    """Every script file of the locales of `editions`: path under the root -> text.

    A script stays in the file that `root` has it in, and files without scripts are left out. Texts
    lose the spaces around them, as they do in the loader. Raises ContentError where the files of
    `root` cannot be read or an edition would not come back equal, ValueError for a locale that
    cannot be a folder.
    """
    given = list(editions)
    locales = _locales(given)
    existing = load_editions(root, locales)
    files: dict[str, str] = {}
    for locale in locales:
        old = [edition for edition in existing if edition.locale == locale]
        new = _by_script(edition for edition in given if edition.locale == locale)
        names = _names([*given, *existing])
        homes = _homes(locale, new, old, names)
        for file in sorted({*homes.values()}):
            before = _by_script(edition for edition in old if edition.file == file)
            here = {script: new[script] for script in new if homes[script] == file}
            files[file] = _file(root, file, locale, _ordered(here, before), before)
    return files


def _locales(editions: Iterable[Edition]) -> list[str]:
    locales = sorted({edition.locale for edition in editions})
    for locale in locales:
        if locale in NOT_LOCALES or not re.fullmatch(r"[A-Za-z0-9_-]+", locale):
            raise ValueError(f"{locale!r} is no locale")
    return locales


def _by_script(editions: Iterable[Edition]) -> Scripts:
    found: Scripts = {}
    for edition in editions:
        found.setdefault(edition.script, []).append(edition)
    return found


def _names(editions: Iterable[Edition]) -> dict[str, str]:
    """The name of the file that each script has in some locale."""
    return {
        one.script: Path(one.file).name
        for one in editions
        if one.file == f"responses/{one.locale}/{Path(one.file).name}"
    }


def _homes(
    locale: str, new: Scripts, old: list[Edition], names: Mapping[str, str]
) -> dict[str, str]:
    """The file of each script."""
    folder = f"responses/{locale}/"
    known = {edition.script: edition.file for edition in old}
    # A path comes from a database, so it must not lead out of the folder.
    safe = re.compile(re.escape(folder) + r"[A-Za-z0-9_-]+\.yml")
    homes: dict[str, str] = {}
    for script, editions in new.items():
        # A translation without a file of its own goes where its other languages are.
        named = (*(edition.file for edition in editions), folder + names.get(script, ""))
        own = next((file for file in named if safe.fullmatch(file)), None)
        homes[script] = known.get(script) or own or _like(script, known) or folder + _ELSEWHERE
    return homes


def _like(script: str, known: Mapping[str, str]) -> str:
    """The file with most of the scripts that begin with the same words; empty where none does."""
    words = script.split("_")
    for count in range(len(words) - 1, 1, -1):
        prefix = "_".join(words[:count]) + "_"
        files = Counter(file for name, file in known.items() if name.startswith(prefix))
        if files:
            return max(sorted(files), key=lambda file: files[file])
    return ""


def _ordered(new: Scripts, old: Scripts) -> Scripts:
    """Scripts and variations in the order of `old`, those that it lacks at the end."""
    ordered: Scripts = {}
    for script in sorted(new, key=lambda name: _place(name, list(old))):
        places = [edition.conditions for edition in old.get(script, [])]
        ordered[script] = sorted(new[script], key=lambda one: _place(one.conditions, places))
    return ordered


def _place(value: Any, values: list[Any]) -> int:
    return values.index(value) if value in values else len(values)


def _plain(scripts: Scripts) -> list[dict[str, Any]]:
    """What must come back, in order."""
    return [
        {**edition.model_dump(exclude={"file", "line"}), "text": edition.text.strip()}
        for editions in scripts.values()
        for edition in editions
    ]


def _file(root: Path, file: str, locale: str, new: Scripts, old: Scripts) -> str:
    text = text_of(root / file)
    if _plain(new) == _plain(old):
        return text
    bare = _Layout(leading_asides(as_lines(text)) + _HEAD, {}, "")
    layout = _read_layout(root, file, text) if old else None
    problems: list[Problem] = []
    # What is kept may need what is not (anchors, say): then the file is written anew.
    for tried in (layout, bare):
        if tried is not None:
            written = _compose(tried, new, old)
            problems = _differences(written, file, locale, new)
            if not problems:
                return written
    raise ContentError(problems)


def _differences(text: str, file: str, locale: str, wanted: Scripts) -> list[Problem]:
    """Why the loader would not read `wanted` from the text; empty where it would."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / file
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode("utf-8"))
        editions, problems = read_editions(Path(folder), [locale])
    if problems or _plain(_by_script(editions)) == _plain(wanted):
        return problems
    read = _by_script(editions)
    wrong = (
        name
        for name, given in wanted.items()
        if _plain({name: given}) != _plain({name: read.get(name, [])})
    )
    script = next(wrong, "a script")
    return [Problem(file, 0, f"{script} would not be read as it was given", "Change its words.")]


def _read_layout(root: Path, file: str, text: str) -> _Layout | None:
    """The file cut into its scripts; None where it is laid out in another way than ours."""
    source, _ = read_located(root / file, root)
    lines = as_lines(text)
    scripts = source.data["responses"]
    top = starts_of(source, lines, [("responses",)], "responses:")
    starts = starts_of(source, lines, [("responses", script) for script in scripts], "  {}:")
    last = max(source.line(key) for key in source.data) - 1
    if top is None or starts is None or last > starts[0]:
        return None
    (head, *pieces), tail = cut(lines, [0, *starts], _DEEPEST)
    found: dict[str, _Script] = {}
    for script, piece in zip(scripts, pieces, strict=True):
        first, items = _read_items(source, script, as_lines(piece.body), scripts[script])
        found[script] = _Script(piece.above, piece.body, first, items)
    return _Layout(head.body, found, tail)


def _read_items(
    source: Located, script: str, lines: list[str], variations: list[dict[str, Any]]
) -> tuple[str, list[Item]]:
    """The line of the id and the variations; no variations where they are laid out otherwise."""
    begin = source.line("responses", script)
    paths = [("responses", script, index) for index in range(len(variations))]
    starts = [source.line(*path) - begin for path in paths]
    ordered = all(low < high for low, high in zip([0, *starts], starts, strict=False))
    if not ordered or not all(lines[start].startswith("  - ") for start in starts):
        return f"  {script}:\n", [NO_ITEM] * len(paths)
    (head, *pieces), _ = cut(lines, [0, *starts], _DEEPEST)
    return head.body, [
        read_item(source, path, list(variation), piece, _INDENT)
        for path, variation, piece in zip(paths, variations, pieces, strict=True)
    ]


def _compose(layout: _Layout, new: Scripts, old: Scripts) -> str:
    out = layout.head
    former_first = next(iter(layout.scripts), None)
    for index, (script, editions) in enumerate(new.items()):
        kept = layout.scripts.get(script, _Script("\n", "", f"  {script}:\n", []))
        before = old.get(script, []) if kept.whole else []
        moved_up = index == 0 and script != former_first
        out += kept.above.lstrip("\n") if moved_up else kept.above
        if before and _plain({script: editions}) == _plain({script: before}):
            out += kept.whole
            continue
        out += kept.head + _variations(editions, before, kept.items)
    return out + layout.tail


def _variations(editions: list[Edition], old: list[Edition], items: list[Item]) -> str:
    out = ""
    places = [edition.conditions for edition in old]
    for index, edition in enumerate(editions):
        place = _place(edition.conditions, places)
        item = items[place] if place < len(items) else NO_ITEM
        former = old[place] if item.parts else None
        former_before = old[place - 1] if item.parts and place else None
        before = editions[index - 1] if index else None
        out += join_item(item, changes(edition, before, former, former_before), PARTS, _INDENT)
    return out

"""Resources as responses/resources/<country>.yml; what did not change keeps its lines."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot.content.directory import Contact, Directory, Resource, read_directory
from bot.content.located import Located, read_located
from bot.content.problems import ContentError, Problem, without_problems
from bot.content.writing.files import replace_changed, text_of
from bot.content.writing.layout import (
    Item,
    as_lines,
    cut,
    join_item,
    leading_asides,
    read_item,
    starts_of,
)
from bot.content.writing.scalars import UNSAFE

_FOLDER = "responses/resources/"
_HANDOFFS = "handoffs.yml"
_INTERNATIONAL = "international.yml"
_PLATFORMS = "platforms.yml"
_WIDTH = 98
_KEYS = tuple(Resource.model_fields)
_ONLY_IF_GIVEN = {"platform"}
Resources = dict[str, Resource]


class _Dumper(yaml.SafeDumper):
    """Lists and contacts on one line; texts with odd characters in double quotes, escaped."""


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    style = '"' if UNSAFE.search(value) or set(value) & {"\n", "\t"} else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _write_list(dumper: yaml.SafeDumper, value: tuple[str, ...]) -> yaml.Node:
    return dumper.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True)


def _write_contact(dumper: yaml.SafeDumper, value: Contact) -> yaml.Node:
    pairs = value.model_dump()
    return dumper.represent_mapping("tag:yaml.org,2002:map", pairs, flow_style=True)


_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(tuple, _write_list)
_Dumper.add_representer(Contact, _write_contact)


def write_resources(directory: Directory, root: Path) -> list[Path]:
    """Bring responses/resources/ up to date; returns the files that changed or went.

    handoffs.yml stays as it is, though it may name a resource that is gone. Raises as
    `resource_files` does, before anything is written.
    """
    before = {_FOLDER + name for name in _existing(root)}
    return replace_changed(root, resource_files(directory, root), before)


def resource_files(directory: Directory, root: Path) -> dict[str, str]:
    """Every resource file: path under the root -> text, without handoffs.yml.

    A resource stays in the file that `root` has it in, and files without resources are left out.
    Raises ContentError where the files of `root` cannot be read or a resource would not come back
    equal.
    """
    existing = _existing(root)
    homes = {key: name for name, resources in existing.items() for key in resources}
    wanted: dict[str, Resources] = {name: {} for name in existing}
    for key in sorted(directory.resources, key=lambda key: _place(key, list(homes))):
        resource = directory.resources[key]
        name = homes.get(key) or _new_home(resource, existing)
        wanted.setdefault(name, {})[key] = resource
    return {
        _FOLDER + name: _file(root, name, resources, existing.get(name, {}))
        for name, resources in sorted(wanted.items())
        if resources
    }


def _place(key: str, keys: list[str]) -> int:
    return keys.index(key) if key in keys else len(keys)


def _new_home(resource: Resource, existing: dict[str, Resources]) -> str:
    if resource.platform is not None and _PLATFORMS in existing:
        return _PLATFORMS
    is_country = re.fullmatch(r"[A-Za-z]{2}", resource.country)
    return f"{resource.country.lower()}.yml" if is_country else _INTERNATIONAL


def _existing(root: Path) -> dict[str, Resources]:
    """File name -> resources in the order of the file. Raises ContentError."""
    without_problems(read_directory(root))
    found: dict[str, Resources] = {}
    for path in sorted((root / _FOLDER).glob("*.yml")):
        data = read_located(path, root)[0].data if path.name != _HANDOFFS else None
        if isinstance(data, list) and data:
            resources = [Resource.model_validate(item) for item in data]
            found[path.name] = {resource.id: resource for resource in resources}
    return found


def _file(root: Path, name: str, new: Resources, old: Resources) -> str:
    path = root / _FOLDER / name
    text = text_of(path)
    if list(new.items()) == list(old.items()):
        return text
    header = leading_asides(as_lines(text))
    source, _ = read_located(path, root) if old else (Located("", [], {}), [])
    problems: list[Problem] = []
    # What is kept may need what is not (anchors, say): then the file is written anew.
    for layout in (_read_layout(source, as_lines(text)), (header, {}, "")):
        if layout is not None:
            written = _compose(layout, new, old)
            problems = _differences(written, name, new)
            if not problems:
                return written
    raise ContentError(problems)


def _differences(text: str, name: str, wanted: Resources) -> list[Problem]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / _FOLDER / name
        path.parent.mkdir(parents=True)
        path.write_bytes(text.encode("utf-8"))
        directory, problems = read_directory(Path(folder))
    if problems or directory.resources == wanted:
        return problems
    key = next((key for key in wanted if directory.resources.get(key) != wanted[key]), name)
    message = f"{key} would not be read as it was given"
    return [Problem(_FOLDER + name, 0, message, "Change its words.")]


Layout = tuple[str, dict[str, Item], str]


def _read_layout(source: Located, lines: list[str]) -> Layout | None:
    """Header, entry by id, end of the file; None where it is laid out in another way than ours."""
    starts = starts_of(source, lines, [(index,) for index in range(len(source.data))], "- ")
    if not starts:
        return None
    pieces, tail = cut(lines, starts, 2)
    items = {
        entry["id"]: read_item(source, (index,), list(entry), piece, 0)
        for index, (entry, piece) in enumerate(zip(source.data, pieces, strict=True))
    }
    return "".join(lines[: starts[0]]), items, tail


def _compose(layout: Layout, new: Resources, old: Resources) -> str:
    header, items, tail = layout
    entries: list[str] = []
    for key, resource in new.items():
        item = items.get(key, Item("\n", {}))
        former = old.get(key) if item.parts else None
        entries.append(join_item(item, _changes(resource, former), _KEYS, 0))
    if entries and next(iter(new)) != next(iter(items), None):
        entries[0] = entries[0].lstrip("\n")
    return header + "".join(entries) + tail


def _changes(resource: Resource, former: Resource | None) -> dict[str, str | None]:
    changed: dict[str, str | None] = {}
    for key in _KEYS:
        value: Any = getattr(resource, key)
        if former is not None and getattr(former, key) == value:
            continue
        left_out = value is None and key in _ONLY_IF_GIVEN
        changed[key] = None if left_out else _written(key, value)
    return changed


def _written(key: str, value: Any) -> str:
    if key == "source":
        value = value.model_dump()
    dumped = yaml.dump(
        [{key: value}], Dumper=_Dumper, width=_WIDTH, allow_unicode=True, sort_keys=False
    )
    return str(dumped)[2:]

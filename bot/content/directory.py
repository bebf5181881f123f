"""The help directory: which helpers exist, whom they serve, and which card to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.content.located import Located, read_located
from bot.content.problems import Problem, without_problems

UNVERIFIED = "own knowledge, unverified"
EMERGENCY = "emergency"
UNKNOWN_AGE = "13_17"  # whose age nobody told is treated as a minor
UNKNOWN_AUDIENCE = "teen"  # and who it is about, as the young person themselves
LOCAL_EMERGENCY = "int_local_emergency"  # its `what` stands in where a number is not verified
OTHER = "other"
_NOTHING: dict[str, Any] = {"what": {}, "anonymous": "unknown"}
HIDEABLE = ("what", "url", "phone", "sms", "hours", "cost", "anonymous")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(_Frozen):
    """A number: what a person reads and what a telephone dials (digits, + and separators only)."""

    display: str
    dial: str = Field(pattern=r"^\+?[0-9]{3,15}$")


class Source(_Frozen):
    title: str | None = None
    url: str | None = None
    kind: Literal["official", "government", "third_party", "none"]


class Resource(_Frozen):
    """One helper. `what`: locale -> text. `serves`: country codes or `world`."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    name: str
    what: dict[str, str]
    url: str | None = Field(default=None, pattern=r"^https://[^\s]+$")
    phone: Contact | None = None
    sms: Contact | None = None
    hours: str | None = None
    cost: str | None = None
    anonymous: Literal["yes", "no", "unknown"] = "unknown"
    audience: tuple[str, ...]
    languages: tuple[str, ...]
    eligibility: str
    country: str
    serves: tuple[str, ...]
    kind: str
    platform: str | None = None
    source: Source
    verified: Literal["stored page", "own knowledge, unverified"]
    unverified_fields: tuple[str, ...] = ()
    checked_on: str

    @property
    def is_emergency(self) -> bool:
        return self.kind == EMERGENCY

    def serves_country(self, country: str | None) -> bool:
        return "world" in self.serves or (country is not None and country in self.serves)


class HandoffEntry(_Frozen):
    """A place in a handoff list; without `audience` the audience of the resource decides."""

    id: str
    audience: tuple[str, ...] | None = None
    age_band: tuple[str, ...] | None = None


class Handoff(_Frozen):
    """The cards of one handoff: by platform, then by country; `other` where none is listed."""

    countries: dict[str, tuple[HandoffEntry, ...]] = {}
    other: tuple[HandoffEntry, ...] = ()
    by_platform: dict[str, tuple[HandoffEntry, ...]] = {}

    def entries(self) -> Iterable[HandoffEntry]:
        for group in (*self.countries.values(), self.other, *self.by_platform.values()):
            yield from group


class Directory(_Frozen):
    """Resources by id and handoffs by id. Everything it returns is safe to show."""

    resources: dict[str, Resource]
    handoffs: dict[str, Handoff]

    def select(
        self,
        handoff: str,
        country: str | None = None,
        audience: str | None = None,
        age_band: str | None = None,
        platform: str | None = None,
    ) -> list[Resource]:
        """Cards for a handoff, best first, unverified parts hidden. Raises KeyError if unknown."""
        lists = self.handoffs[handoff]
        chosen = self._shown(lists.by_platform.get(platform or "", ()), country, audience, age_band)
        local = self._shown(lists.countries.get(country or "", ()), country, audience, age_band)
        chosen += local or self._shown(lists.other, country, audience, age_band)
        return list({resource.id: resource for resource in chosen}.values())

    def show(self, resource_id: str, country: str | None = None) -> Resource | None:
        """One resource as it may be shown, or None where it must not be. Raises KeyError."""
        return self._visible(self.resources[resource_id], country)

    def emergency_number(self, country: str | None) -> str | None:
        """The verified emergency number of a country as people write it; None: not known."""
        if EMERGENCY not in self.handoffs:
            return None
        numbers = (card.phone for card in self.select(EMERGENCY, country))
        return next((number.display for number in numbers if number), None)

    def _shown(
        self,
        entries: Iterable[HandoffEntry],
        country: str | None,
        audience: str | None,
        age_band: str | None,
    ) -> list[Resource]:
        found: list[Resource] = []
        for entry in entries:
            resource = self.resources[entry.id]
            audiences = resource.audience if entry.audience is None else entry.audience
            fits = resource.is_emergency or bool(_who(audience or UNKNOWN_AUDIENCE) & {*audiences})
            if entry.age_band is not None:
                fits = fits and (age_band or UNKNOWN_AGE) in entry.age_band
            visible = self._visible(resource, country) if fits else None
            if visible is not None:
                found.append(visible)
        return found

    def _visible(self, resource: Resource, country: str | None) -> Resource | None:
        if not resource.serves_country(country):
            return None
        unverified = resource.verified == UNVERIFIED
        if unverified and not resource.is_emergency:
            return None
        hidden = HIDEABLE if unverified else resource.unverified_fields
        change: dict[str, Any] = {name: None for name in HIDEABLE if name in hidden}
        # These two are never empty in shape: no known wording, nothing known.
        change.update({name: value for name, value in _NOTHING.items() if name in change})
        shown = resource.model_copy(update=change)
        if resource.is_emergency and shown.phone is None:
            # Help in danger never disappears: the card stays and says to call the local number.
            stand_in = self.resources.get(LOCAL_EMERGENCY, resource)
            return shown.model_copy(update={"what": stand_in.what, "url": None, "sms": None})
        return shown


def _who(audience: str) -> set[str]:
    # A friend is most often a young person too; the directory knows no cards for friends alone.
    return {"friend", "teen"} if audience == "friend" else {audience}


def load_directory(root: Path) -> Directory:
    """Read responses/resources/*.yml; raises ContentError with all problems."""
    return without_problems(read_directory(root))


def read_directory(root: Path) -> tuple[Directory, list[Problem]]:
    """What could be read, and what could not. Handoff entries of unknown resources are left out."""
    resources: dict[str, Resource] = {}
    problems: list[Problem] = []
    folder = root / "responses" / "resources"
    for path in sorted(folder.glob("*.yml")):
        if path.name == "handoffs.yml":
            continue
        source, found = read_located(path, root)
        problems += found
        for index, item in enumerate(source.data if isinstance(source.data, list) else []):
            try:
                resource = Resource.model_validate(item)
            except ValidationError as error:
                problems += _invalid(source, (index,), error)
                continue
            if resource.id in resources:
                message = f"{resource.id} is in the directory twice"
                problems.append(source.problem((index,), message, "Keep one entry."))
            resources[resource.id] = resource
    handoffs = _handoffs(root, folder / "handoffs.yml", resources, problems)
    return Directory(resources=resources, handoffs=handoffs), problems


def _handoffs(
    root: Path, path: Path, resources: Mapping[str, Resource], problems: list[Problem]
) -> dict[str, Handoff]:
    if not path.is_file():
        return {}
    source, found = read_located(path, root)
    problems += found
    handoffs: dict[str, Handoff] = {}
    for name, groups in (source.data if isinstance(source.data, dict) else {}).items():
        shaped: dict[str, Any] = {"countries": {}}
        for group, entries in (groups or {}).items():
            if group == "by_platform":
                shaped[group] = {
                    platform: _entries(source, (name, group, platform), items, resources, problems)
                    for platform, items in (entries or {}).items()
                }
                continue
            items = _entries(source, (name, group), entries, resources, problems)
            if group == OTHER:
                shaped[OTHER] = items
            else:
                shaped["countries"][group] = items
        try:
            handoffs[name] = Handoff.model_validate(shaped)
        except ValidationError as error:
            problems += _invalid(source, (name,), error)
    return handoffs


def _entries(
    source: Located,
    path: tuple[str, ...],
    items: Any,
    resources: Mapping[str, Resource],
    problems: list[Problem],
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for index, item in enumerate(items if isinstance(items, list) else []):
        entry = {"id": item} if isinstance(item, str) else item
        if not isinstance(entry, dict) or entry.get("id") not in resources:
            message = f"{item!r} is no resource"
            problems.append(source.problem((*path, index), message, "Use an id of the directory."))
        else:
            entries.append(entry)
    return entries


def _invalid(source: Located, path: tuple[str | int, ...], error: ValidationError) -> list[Problem]:
    return [
        source.problem(
            (*path, *item["loc"]),
            f"{'.'.join(str(part) for part in item['loc']) or 'entry'}: {item['msg']}",
            "Mend this field.",
        )
        for item in error.errors()
    ]

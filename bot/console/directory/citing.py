"""Who cites a helper: scripts by name, and lists of cards by country."""

from __future__ import annotations

from dataclasses import dataclass

from bot.content.release import Release


@dataclass(frozen=True)
class Impact:
    """Scripts that name it, lists that hold it with their countries, scripts that show these."""

    scripts: tuple[str, ...]
    lists: dict[str, tuple[str, ...]]
    through_lists: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.scripts or self.lists)


def impact(release: Release, helper: str) -> Impact:
    """Where people would notice that a helper changes."""
    lists: dict[str, tuple[str, ...]] = {}
    for name, handoff in release.directory.handoffs.items():
        groups = {**handoff.countries, "other countries": handoff.other, **handoff.by_platform}
        places = tuple(
            place for place, entries in groups.items() if any(each.id == helper for each in entries)
        )
        if places:
            lists[name] = places
    named = {item.script for item in release.editions if helper in item.resources}
    shown = {item.script for item in release.editions if lists.keys() & {*item.handoffs}}
    return Impact(tuple(sorted(named)), lists, tuple(sorted(shown - named)))

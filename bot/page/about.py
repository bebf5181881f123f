"""What /about says about the release in force: counted, never claimed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot.content.release import BASELINE, Release
from bot.content.render import RenderContext, UnknownScript, render
from bot.content.scripts import Edition

DIGEST_DIGITS = 16
OWNERS = ("child_safety_editor", "crisis_editor", "privacy_editor")  # roles with a name in words
OTHER = "other"
CRISIS, CHAT = "crisis", "chat"
# Scripts of no situation, by how their names begin; the words of the page name each group.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "step": ("utter_step_",),
    "triage": ("utter_ask_triage_form_", "utter_why_"),
    "question": ("utter_ask_", "utter_should_"),
    "feeling": ("utter_feel_", "utter_fear_"),
    "keep": ("utter_keep_",),
}


@dataclass(frozen=True)
class Group:
    """Scripts that belong together and what was reviewed of their texts.

    `title` is empty where the words of the page name the group. `due`: the earliest day on which a
    reviewed text is to be read again.
    """

    name: str
    title: str
    scripts: int
    texts: int
    reviewed: int
    newest: str | None
    due: str | None

    @property
    def drafts(self) -> int:
        return self.texts - self.reviewed


@dataclass(frozen=True)
class Facts:
    """Dates are ISO 8601 days; None where there is none."""

    version: int
    created: str
    draft: bool
    baseline: bool
    digest: str
    scripts: int
    texts: int
    reviewed: int
    oldest: str | None
    newest: str | None
    helpers: int
    checked_first: str
    checked_last: str
    owners: tuple[Group, ...]
    topics: tuple[Group, ...]


def facts(release: Release, locale: str) -> Facts:
    """Read off the release; the titles of its topics in a locale."""
    reviews = sorted(edition.reviewed for edition in release.editions if edition.reviewed)
    checks = sorted(resource.checked_on for resource in release.directory.resources.values())
    return Facts(
        version=release.version,
        created=release.created[:10],
        draft=release.draft,
        baseline=release.origin == BASELINE,
        digest=release.digest[:DIGEST_DIGITS],
        scripts=len(release.scripts),
        texts=len(release.editions),
        reviewed=len(reviews),
        oldest=reviews[0] if reviews else None,
        newest=reviews[-1] if reviews else None,
        helpers=len(checks),
        checked_first=checks[0] if checks else "",
        checked_last=checks[-1] if checks else "",
        owners=_owners(release),
        topics=_topics(release, locale),
    )


def _owners(release: Release) -> tuple[Group, ...]:
    by_role: dict[str, list[Edition]] = {name: [] for name in (*OWNERS, OTHER)}
    for edition in release.editions:
        by_role[edition.owner if edition.owner in OWNERS else OTHER].append(edition)
    return tuple(_group(name, "", editions) for name, editions in by_role.items() if editions)


def _topics(release: Release, locale: str) -> tuple[Group, ...]:
    """The situations by their titles, then the groups."""
    titles = _titles(release, locale)
    begins = {name: (f"utter_{name}_",) for name in titles} | dict(GROUPS)
    urgent = {edition.script for edition in release.editions if edition.risk == CRISIS}
    topics = {
        script: next(
            (name for name, starts in begins.items() if script.startswith(starts)),
            CRISIS if script in urgent else CHAT,
        )
        for script in release.scripts
    }
    by_topic: dict[str, list[Edition]] = {name: [] for name in (*begins, CRISIS, CHAT)}
    for edition in release.editions:
        by_topic[topics[edition.script]].append(edition)
    return tuple(
        _group(name, titles.get(name, ""), editions)
        for name, editions in by_topic.items()
        if editions
    )


def _titles(release: Release, locale: str) -> dict[str, str]:
    """The situations, by title: what has a plan to start and a label to choose it by."""
    titles: dict[str, str] = {}
    for script in release.scripts:
        if script.endswith("_start"):
            name = script.removeprefix("utter_").removesuffix("_start")
            try:
                label = render(release, f"utter_choice_{name}", RenderContext(locale=locale))
            except UnknownScript:
                continue
            titles[name] = label.text
    return dict(sorted(titles.items(), key=lambda item: (item[1].casefold(), item[0])))


def _group(name: str, title: str, editions: list[Edition]) -> Group:
    reviews = sorted(edition.reviewed for edition in editions if edition.reviewed)
    due = sorted(day for edition in editions if (day := _due(edition)))
    return Group(
        name=name,
        title=title,
        scripts=len({edition.script for edition in editions}),
        texts=len(editions),
        reviewed=len(reviews),
        newest=reviews[-1] if reviews else None,
        due=due[0] if due else None,
    )


def _due(edition: Edition) -> str | None:
    """The day of the next review; in a shorter month its last day."""
    if not edition.reviewed or not edition.review_months:
        return None
    try:
        last = date.fromisoformat(edition.reviewed[:10])
    except ValueError:
        return None
    years, month = divmod(last.month - 1 + edition.review_months, 12)
    year, month = last.year + years, month + 1
    return date(year, month, min(last.day, monthrange(year, month)[1])).isoformat()

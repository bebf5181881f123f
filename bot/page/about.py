"""What /about says about the release in force: counted, never claimed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.content.release import Release

DIGEST_DIGITS = 16


@dataclass(frozen=True)
class Facts:
    """Dates are ISO 8601 days; None where there is none."""

    version: int
    created: str
    draft: bool
    digest: str
    scripts: int
    texts: int
    reviewed: int
    oldest: str | None
    newest: str | None
    helpers: int
    checked_first: str
    checked_last: str


def facts(release: Release) -> Facts:
    """Read off the release."""
    reviews = sorted(edition.reviewed for edition in release.editions if edition.reviewed)
    checks = sorted(resource.checked_on for resource in release.directory.resources.values())
    return Facts(
        version=release.version,
        created=release.created[:10],
        draft=release.draft,
        digest=release.digest[:DIGEST_DIGITS],
        scripts=len(release.scripts),
        texts=len(release.editions),
        reviewed=len(reviews),
        oldest=reviews[0] if reviews else None,
        newest=reviews[-1] if reviews else None,
        helpers=len(checks),
        checked_first=checks[0] if checks else "",
        checked_last=checks[-1] if checks else "",
    )

"""Who may show the page inside theirs: sites of the settings, each told of itself alone.

The loader names the site that it runs on (`/?host=https://school.example`); the answer allows that
one and no other, so that a false name shows nothing and nobody can read the list of partners.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from bot.headers import CONTENT_SECURITY_POLICY, NOBODY_FRAMES

OWN_FORMS = "form-action 'self'"


def known_host(given: str | None, allowed: Collection[str]) -> str | None:
    """The site as the settings name it, or None: nobody frames the page."""
    wanted = (given or "").strip().rstrip("/").lower()
    return wanted if wanted in allowed else None


def policy(exit_url: str, host: str | None) -> str:
    """The Content-Security-Policy of a page that `host` may frame; None for nobody."""
    # Browsers check where a form's answer redirects to as well: Leave must get through.
    exit_to = urlsplit(exit_url)
    forms = f"{OWN_FORMS} {exit_to.scheme}://{exit_to.netloc}"
    framed = f"frame-ancestors {host}" if host else NOBODY_FRAMES
    return CONTENT_SECURITY_POLICY.replace(OWN_FORMS, forms).replace(NOBODY_FRAMES, framed)

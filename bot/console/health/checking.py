"""One polite look at a link: what answers, where it leads, and whether the page is another one."""

from __future__ import annotations

import logging
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import RequestException, SSLError, Timeout
from urllib3.exceptions import HTTPError

from bot.console.health.addresses import (
    PUBLIC_ONLY,
    AddressRefused,
    NameUnanswered,
    NameUnknown,
    Trusted,
    names_are_known,
)
from bot.console.health.connecting import HTTPS_PORT, GuardedAdapter, certificate_end
from bot.console.health.looks import Look, Outcome
from bot.console.health.pages import page_hash
from bot.console.health.policy import Policy, policy

__all__ = ["Look", "Looker", "check_link", "open_session"]

logger = logging.getLogger(__name__)
PERMANENT = (301, 308)
DEAD = {404: "The page is not there (404).", 410: "The page was taken away for good (410)."}
BUSY = {
    401: "The site wants a sign-in (401).",
    403: "The site does not let programs in (403). Open it in a browser.",
    429: "The site asks programs to come less often (429).",
}
WHOLE_SECONDS = 30.0  # from the first request to the last byte
_PIECE = 16_384  # bytes
_CERTIFICATE = {
    "has expired": "Its certificate has ended: browsers warn of this page.",
    "not yet valid": "Its certificate is not valid yet: browsers warn of this page.",
    "self-signed": "Its certificate is signed by nobody known: browsers warn of this page.",
    "self signed": "Its certificate is signed by nobody known: browsers warn of this page.",
    "mismatch": "Its certificate is for another site: browsers warn of this page.",
}


OFFLINE = "Its name could not be looked up. Our own network may be down."


class _TooSlow(Exception):
    """The whole of it took too long."""


@dataclass
class _Way:
    """How far one look has come."""

    url: str
    rules: Policy
    until: float
    status: int | None = None
    final: str | None = None
    moved_for_good: bool = False
    hashed: str | None = None
    seen: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Looker:
    """Looks at one link after the other. `name` and `address`: who asks, and where the service is
    found; `trusted` is for tests."""

    name: str = "Handrail"
    address: str | None = None
    trusted: Trusted = PUBLIC_ONLY

    def look(self, url: str, before: str | None) -> Look:
        """One look, in a session of its own. Never raises for what a site does."""
        with open_session(self.name, self.address) as session:
            return check_link(session, url, before=before, trusted=self.trusted)


def open_session(name: str, address: str | None) -> requests.Session:
    """A session that says who asks (service name, public address), and keeps and sends nothing."""
    session = requests.Session()
    session.trust_env = False  # no proxy, password or certificate file of this machine
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    about = f"; +{address}" if address else ""
    session.headers.update(
        {
            "User-Agent": f"{name} link check (looks once a week{about})",
            "Accept": "text/html,*/*;q=0.5",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
    )
    return session


def check_link(
    session: requests.Session,
    url: str,
    *,
    before: str | None,
    trusted: Trusted,
    rules: Policy | None = None,
    whole_seconds: float = WHOLE_SECONDS,
) -> Look:
    """Look at a link. `before`: the hash of the page that people knew. Never raises for what a
    site does. The session's own adapter for https is replaced by one that guards addresses."""
    rules = rules or policy()
    way = _Way(url, rules, time.monotonic() + whole_seconds)
    adapter = GuardedAdapter(trusted)
    session.mount("https://", adapter)
    try:
        look = _told(way, _walk(session, way, trusted), before)
    except _FAILURES as error:
        look = _failed(way, error, trusted)
    except Exception as error:  # noqa: BLE001 - one odd site must not end the round of the others
        logger.error("link check: %s", type(error).__name__)
        look = Look(url, "unreachable", "The answer could not be read.")
    finally:
        adapter.close()
        session.cookies.clear()
    if look.certificate_ends is None:
        look = replace(look, certificate_ends=adapter.ends.get(_host(way.final or url)))
    return replace(look, status=way.status, final_url=way.final, body_hash=way.hashed)


def _walk(session: requests.Session, way: _Way, trusted: Trusted) -> str | None:
    """Follow redirects to the page. Returns why it was not followed to the end, if so."""
    here = way.url
    for _ in range(way.rules.most_redirects + 1):
        if urlsplit(here).scheme != "https":
            return "It leads to an address that is not encrypted (http). It was not followed."
        if here in way.seen:
            return "It leads round in a circle."
        way.seen.append(here)
        way.final = here
        wait = min(way.rules.timeout_seconds, _left(way))
        options: dict[str, Any] = {"stream": True, "allow_redirects": False}
        if trusted.authority is not None:
            options["verify"] = str(trusted.authority)
        with closing(session.get(here, timeout=(wait, wait), **options)) as answer:
            way.status = answer.status_code
            target = session.get_redirect_target(answer)
            if target is None:
                if answer.ok:
                    body = _read(answer, way)
                    way.hashed = page_hash(body, answer.headers.get("Content-Type", ""))
                return None
            way.moved_for_good |= answer.status_code in PERMANENT
        here = urldefrag(urljoin(here, target)).url
    return f"It leads on more than {way.rules.most_redirects} times."


def _read(answer: requests.Response, way: _Way) -> bytes:
    """At most `most_bytes` of the answer, piece by piece, so that a slow one ends in time."""
    body = bytearray()
    while len(body) < way.rules.most_bytes:
        piece = answer.raw.read1(min(_PIECE, way.rules.most_bytes - len(body)), True)
        if not piece:
            break
        body += piece
        _left(way)
    return bytes(body)


def _left(way: _Way) -> float:
    left = way.until - time.monotonic()
    if left <= 0:
        raise _TooSlow
    return left


def _told(way: _Way, stopped: str | None, before: str | None) -> Look:
    outcome, detail = _judged(way, stopped, before)
    return Look(way.url, outcome, detail)


def _judged(way: _Way, stopped: str | None, before: str | None) -> tuple[Outcome, str]:
    status = way.status or 0
    if stopped is not None:
        return "unreachable", stopped
    if status in DEAD:
        return "dead", DEAD[status]
    if not 200 <= status < 300:
        return "unreachable", BUSY.get(status, f"The site answers with an error ({status}).")
    elsewhere = _bare(_host(way.final or "")) != _bare(_host(way.url))
    moved = way.moved_for_good or elsewhere
    leads = f" It leads to {way.final}." if moved else ""
    if before is not None and way.hashed is not None and way.hashed != before:
        return "changed", f"The page has another title than before. Read it.{leads}"
    if moved:
        return "moved", f"It answers.{leads}"
    return "ok", "It answers."


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:  # brackets without an address in them, and the like
        return ""


def _bare(host: str) -> str:
    return host.removeprefix("www.")


_FAILURES = (
    AddressRefused,
    NameUnknown,
    NameUnanswered,
    _TooSlow,
    RequestException,
    HTTPError,
    OSError,
    ValueError,  # an address that is none, also one that a redirect names
)
# The first that fits: a certificate is a kind of connection, and so on.
_SAID: tuple[tuple[type[Exception], Outcome, str], ...] = (
    (AddressRefused, "unreachable", "It leads into a private network. It was not followed."),
    (NameUnknown, "dead", "Its name is not known on the internet."),
    (NameUnanswered, "unreachable", OFFLINE),
    (_TooSlow, "unreachable", "The answer took too long."),
    (SSLError, "certificate", "No safe connection could be made: browsers warn of this page."),
    (Timeout, "unreachable", "No answer in time."),
    (NotConnected, "unreachable", "The connection failed."),
    (HTTPError, "unreachable", "The answer broke off."),
    (OSError, "unreachable", "The connection failed."),
    (ValueError, "unreachable", "It is no usable address."),
)


def _failed(way: _Way, error: Exception, trusted: Trusted) -> Look:
    """A look at what could not be connected to. Nothing of the error itself is kept."""
    outcome, detail = next(each[1:] for each in _SAID if isinstance(error, each[0]))
    ends = None
    if outcome == "certificate":
        said = str(error)
        detail = next((text for mark, text in _CERTIFICATE.items() if mark in said), detail)
        parts = urlsplit(way.final or way.url)
        port = parts.port or HTTPS_PORT
        seconds = way.rules.timeout_seconds
        ends = certificate_end(parts.hostname or "", port, trusted, timeout=seconds)
    if isinstance(error, NameUnknown) and not names_are_known():
        outcome, detail = "unreachable", OFFLINE
    return Look(way.url, outcome, detail, certificate_ends=ends)

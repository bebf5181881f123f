"""Signed releases, the only texts that can be sent: canonical JSON and an Ed25519 signature."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bot.content.directory import Directory, load_directory
from bot.content.labels import Labels, load_labels
from bot.content.problems import ContentError, Problem
from bot.content.scripts import PLACEHOLDERS, Edition, canonical_json, load_editions, stray_braces

FORMAT = "handrail-release-1"
BASELINE = "baseline"  # what ships in responses/; a release of the console has another origin
# What the edge says by itself, in the default locale at the least: without them no page is whole.
REQUIRED_SCRIPTS = (
    "utter_crisis_card",
    "utter_late_reply",
    "utter_problem_bad_request",
    "utter_problem_busy",
    "utter_problem_expired",
    "utter_too_long",
    "utter_welcome",
)
_HEADER = FORMAT.encode() + b" "
_SIGNATURE_HEX = 128
Bundle = dict[str, Any]


class ReleaseRefused(Exception):
    """A bundle must not be used: forged, damaged, of another format or older than one seen."""


@dataclass(frozen=True)
class Release:
    """A verified bundle in memory. `digest` is the sha256 (hex) of its canonical JSON.

    `draft`: some text has not been reviewed by a named person. `origin`: baseline or console.
    """

    version: int
    created: str
    draft: bool
    origin: str
    locales: tuple[str, ...]
    editions: tuple[Edition, ...]
    directory: Directory
    labels: Mapping[str, Labels]
    digest: str
    content_digest: str
    _index: dict[tuple[str, str], tuple[Edition, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def default_locale(self) -> str:
        """The locale to fall back to: the first one of the bundle."""
        return self.locales[0]

    @property
    def scripts(self) -> frozenset[str]:
        return frozenset(edition.script for edition in self.editions)

    def editions_of(self, script: str, locale: str) -> tuple[Edition, ...]:
        """The editions of one script in one locale, in file order; empty where there are none."""
        return self._index.get((script, locale), ())

    def holds(self, script: str, content_hash: str) -> bool:
        """Whether an edition (hash or its first digits) is in this release."""
        return any(
            edition.script == script and edition.content_hash.startswith(content_hash)
            for edition in self.editions
        )

    @classmethod
    def from_bundle(cls, bundle: Bundle) -> Release:
        """Validate a bundle and index it. Raises ReleaseRefused."""
        if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
            raise ReleaseRefused("unknown format")
        try:
            editions = tuple(_edition(item) for item in bundle["editions"])
            parts = {"resources": bundle["resources"], "handoffs": bundle["handoffs"]}
            index: dict[tuple[str, str], tuple[Edition, ...]] = {}
            for edition in editions:
                key = (edition.script, edition.locale)
                index[key] = (*index.get(key, ()), edition)
            locales = tuple(bundle["locales"])
            if gaps := [*_gaps(editions, locales)]:
                raise ValueError("; ".join(problem.message for problem in gaps))
            return cls(
                version=int(bundle["version"]),
                created=str(bundle["created"]),
                draft=bool(bundle["draft"]),
                origin=str(bundle["origin"]),
                locales=locales,
                editions=editions,
                directory=Directory.model_validate(parts),
                labels={k: Labels.model_validate(v) for k, v in bundle["labels"].items()},
                digest=hashlib.sha256(canonical_json(bundle)).hexdigest(),
                content_digest=content_digest(bundle),
                _index=index,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ReleaseRefused(f"not a usable bundle: {error}") from error


def _edition(item: dict[str, Any]) -> Edition:
    fields = dict(item)
    claimed = fields.pop("hash")
    edition = Edition.model_validate(fields)
    if edition.content_hash != claimed:
        raise ValueError(f"{edition.script} does not match its hash")
    texts = (edition.text, *(button.title for button in edition.buttons))
    if any(stray_braces(text) for text in texts):
        raise ValueError(f"{edition.script} has a placeholder besides {sorted(PLACEHOLDERS)}")
    return edition


def content_digest(bundle: Bundle) -> str:
    """sha256 (hex) of what is said; releases that differ in number and time only share it."""
    content = {key: bundle[key] for key in bundle if key not in ("version", "created")}
    return hashlib.sha256(canonical_json(content)).hexdigest()


def build(
    editions: Iterable[Edition],
    directory: Directory,
    labels: Mapping[str, Labels],
    locales: Iterable[str],
    *,
    version: int = 1,
    created: str | None = None,
    origin: str = BASELINE,
) -> Bundle:
    """A bundle as plain data. The first locale is the one to fall back to. Raises ContentError."""
    order = list(locales)
    chosen = [edition for edition in editions if edition.locale in order]
    problems = [*_unknown_ids(chosen, directory)]
    problems += [
        Problem("responses/labels.yml", 0, f"labels for {locale} are missing", "Add them.")
        for locale in order
        if locale not in labels
    ]
    problems += _gaps(chosen, order)
    if problems:
        raise ContentError(problems)
    return {
        "format": FORMAT,
        "version": version,
        "created": created or datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "origin": origin,
        "draft": any(edition.reviewed is None for edition in chosen),
        "locales": order,
        "editions": [
            {
                **edition.model_dump(mode="json", exclude={"file", "line"}),
                "hash": edition.content_hash,
            }
            for edition in chosen
        ],
        "labels": {locale: labels[locale].model_dump(mode="json") for locale in order},
        **directory.model_dump(mode="json"),
    }


def _gaps(editions: Sequence[Edition], locales: Sequence[str]) -> Iterable[Problem]:
    """What keeps the edge from answering at all: a locale that is silent, a script that is not."""
    if not locales:
        yield Problem("responses", 0, "no locale is named", "Name one in HANDRAIL_LOCALES.")
        return
    # An edition with conditions fits some people only; these have to fit everybody.
    for_everybody = {
        item.script for item in editions if item.locale == locales[0] and not item.conditions
    }
    speaking = {item.locale for item in editions}
    for locale in locales[1:]:
        if locale not in speaking:
            remedy = "Write its scripts, or take it out of HANDRAIL_LOCALES."
            yield Problem(f"responses/{locale}", 0, f"{locale} has no script", remedy)
    for script in REQUIRED_SCRIPTS:
        if script not in for_everybody:
            message = f"{script} is missing in {locales[0]}"
            remedy = "Write it with a text that has no condition: no page is whole without it."
            yield Problem(f"responses/{locales[0]}", 0, message, remedy)


def _unknown_ids(editions: Iterable[Edition], directory: Directory) -> Iterable[Problem]:
    for edition in editions:
        known: tuple[tuple[str, tuple[str, ...], Mapping[str, Any]], ...] = (
            ("resource", edition.resources, directory.resources),
            ("handoff", edition.handoffs, directory.handoffs),
        )
        for kind, names, table in known:
            for name in names:
                if name not in table:
                    message = f"{edition.script} names the unknown {kind} {name}"
                    yield Problem(edition.file, edition.line, message, "Use an id that exists.")


def build_baseline(root: Path, locales: Iterable[str], version: int = 1) -> Bundle:
    """The bundle of what ships in `root`/responses. Raises ContentError."""
    order = list(locales)
    editions = load_editions(root, order)
    return build(editions, load_directory(root), load_labels(root), order, version=version)


def sign(bundle: Bundle, key: Ed25519PrivateKey) -> bytes:
    """The file form: one header line with the signature in hex, then the canonical JSON."""
    body = canonical_json(bundle)
    return _HEADER + key.sign(_HEADER + body).hex().encode() + b"\n" + body


def verify(data: bytes, public_key: Ed25519PublicKey) -> Release:
    """Check every byte and load. Raises ReleaseRefused; nothing unverified is parsed."""
    start = len(_HEADER) + _SIGNATURE_HEX
    header, digits, body = data[: len(_HEADER)], data[len(_HEADER) : start], data[start + 1 :]
    if header != _HEADER or data[start : start + 1] != b"\n":
        raise ReleaseRefused("unknown format")
    try:
        signature = bytes.fromhex(digits.decode("ascii"))
        if signature.hex().encode() != digits:  # hex has two spellings; accept the one we write
            raise ValueError("signature is not in lower-case hex")
        public_key.verify(signature, _HEADER + body)
        return Release.from_bundle(json.loads(body))
    except (InvalidSignature, ValueError) as error:
        raise ReleaseRefused(f"the signature does not hold: {error}") from error

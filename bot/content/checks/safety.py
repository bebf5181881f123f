"""What a text must say and whom it may name: claims, cards, crisis duties, review fields."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bot.content.checks.material import LocaleWords, Material
from bot.content.checks.wording import mentions
from bot.content.problems import Problem
from bot.content.scripts import Edition

_PAYLOAD = re.compile(r"/([a-z_]+)(\{.*\})?")
_EVIDENCE, _NO_COPIES, _ALONE = "keep_evidence", "no_copies", "cannot_alert_anyone"


def safety(material: Material) -> Iterator[Problem]:
    """Problems of every edition."""
    for edition in material.editions:
        for message, remedy in (
            *_names(material, edition),
            *_duties(material, edition),
            *_review(material, edition),
            *_buttons(material, edition),
        ):
            shown = f"{edition.script} [{edition.audience or 'default'}] {message}"
            yield Problem(edition.file, edition.line, shown, remedy)


def _names(material: Material, edition: Edition) -> Iterator[tuple[str, str]]:
    for kind, given, known, where in (
        ("claim", edition.says, material.claims, "responses/claims.yml"),
        ("resource", edition.resources, material.directory.resources, "responses/resources/"),
        (
            "handoff",
            edition.handoffs,
            material.directory.handoffs,
            "responses/resources/handoffs.yml",
        ),
    ):
        for name in given:
            if name not in known:
                yield f"names the unknown {kind} {name!r}", f"Use one of {where}."


def _duties(material: Material, edition: Edition) -> Iterator[tuple[str, str]]:
    words = material.policy.words.get(edition.locale, LocaleWords())
    evidence_alone = _EVIDENCE in edition.says and _NO_COPIES not in edition.says
    if evidence_alone and mentions(edition.text, words.image):
        remedy = f"Say that no copy is made, and add {_NO_COPIES} to says."
        yield f"speaks of evidence and images without {_NO_COPIES}", remedy
    if edition.risk == "crisis" and _ALONE not in edition.says:
        remedy = f"Say that nobody watches this chat, and add {_ALONE} to says."
        yield f"is a crisis text without {_ALONE}", remedy


def _review(material: Material, edition: Edition) -> Iterator[tuple[str, str]]:
    policy = material.policy
    if edition.owner not in policy.owners:
        yield f"has the owner {edition.owner!r}", f"Name one of {', '.join(policy.owners)}."
    longest = policy.review_months[edition.risk]
    if edition.review_months is None or edition.review_months > longest:
        message = f"is reviewed every {edition.review_months} months"
        yield message, f"Set review_months to {longest} or less for risk {edition.risk}."
    if (edition.reviewed is None) != (edition.reviewed_by is None):
        yield "has half a review", "Give reviewed and reviewed_by, or leave both null."
    if edition.reviewed and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", edition.reviewed):
        yield f"was reviewed on {edition.reviewed!r}", "Write the date as 2026-11-22."
    if not edition.sources:
        yield "has no sources", "Name the section of the guidance that it rests on."


def _buttons(material: Material, edition: Edition) -> Iterator[tuple[str, str]]:
    for button in edition.buttons:
        match = _PAYLOAD.fullmatch(button.payload)
        if match is None:
            yield f"has the payload {button.payload!r}", 'Write /intent or /intent{"name":"value"}.'
            continue
        if match[1] not in material.intents:
            yield f"has a button for the unknown intent {match[1]!r}", "Use one of domain.yml."
        try:
            values = json.loads(match[2] or "{}")
        except ValueError:
            yield f"has a payload that is not JSON ({button.payload})", "Mend the braces."
            continue
        for name, value in values.items():
            allowed = material.slots.get(name, ())
            if name not in material.entities:
                yield f"has a button with the unknown entity {name!r}", "Use one of domain.yml."
            elif allowed and value not in allowed:
                message = f"has a button that sets {name} to {value!r}"
                yield message, f"Use one of {', '.join(allowed)}."

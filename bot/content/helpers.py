"""Helpers of the directory as editions: a JSON body each, and the numbers that two people check."""

from __future__ import annotations

import hashlib

from bot.content.directory import Resource
from bot.content.scripts import canonical_json

HELPER = "resource:"  # the id of a helper among those of scripts
REVIEW_MONTHS = 6


def helper_id(helper: Resource) -> str:
    """Its id in the table of scripts."""
    return f"{HELPER}{helper.id}"


def helper_body(helper: Resource) -> str:
    """One spelling of it as JSON."""
    return canonical_json(helper.model_dump(mode="json")).decode()


def helper_hash(body: str) -> str:
    """sha256 (hex) of such a body."""
    return hashlib.sha256(body.encode()).hexdigest()


def helper_risk(helper: Resource) -> str:
    """How carefully it is looked at."""
    return "crisis" if helper.is_emergency or helper.kind == "crisis" else "safety"


def numbers_of(helper: Resource) -> list[str]:
    """Its links and numbers, as shown and as dialled: two people say that these are right."""
    links = [helper.url] if helper.url else []
    contacts = [contact for contact in (helper.phone, helper.sms) if contact]
    return [*links, *(text for each in contacts for text in (each.display, each.dial))]

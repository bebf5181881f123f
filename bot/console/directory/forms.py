"""A helper from a form, and what is wrong with it in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from bot.console.workflow.people import Refused
from bot.content.checks.material import LocaleWords
from bot.content.checks.wording import typed
from bot.content.directory import HIDEABLE, Resource
from bot.content.plans import AUDIENCES

VERIFIED = ("stored page", "own knowledge, unverified")
SOURCES = ("official", "government", "third_party", "none")
_DIAL = re.compile(r"[\s().\-–]")


def helper_from(
    form: MultiDict[str, str], locales: Sequence[str], known: Resource | None, today: date
) -> Resource:
    """What the form says; `known` keeps its id. Raises Refused with every mistake."""
    text = {name: form.get(name, "").strip() for name in form}
    values = {
        "id": known.id if known else text.get("id", ""),
        "name": text.get("name", ""),
        "what": {locale: text.get(f"what_{locale}", "") for locale in locales},
        "url": text.get("url") or None,
        "phone": _contact(text, "phone"),
        "sms": _contact(text, "sms"),
        "hours": text.get("hours") or None,
        "cost": text.get("cost") or None,
        "anonymous": text.get("anonymous", "unknown"),
        "audience": form.getlist("audience"),
        "languages": _listed(text.get("languages", "")),
        "eligibility": text.get("eligibility", ""),
        "country": text.get("country", "").upper(),
        "serves": [
            each if each == "world" else each.upper() for each in _listed(text.get("serves", ""))
        ],
        "kind": text.get("kind", ""),
        "platform": text.get("platform") or None,
        "source": {
            "title": text.get("source_title") or None,
            "url": text.get("source_url") or None,
            "kind": text.get("source_kind", "none"),
        },
        "verified": text.get("verified", VERIFIED[1]),
        "unverified_fields": form.getlist("unverified_fields"),
        "checked_on": today.isoformat(),
    }
    problems = [*_missing(values, locales)]
    try:
        made = Resource.model_validate(values)
    except ValidationError as error:
        problems += [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise Refused("; ".join(problems)) from error
    if problems:
        raise Refused("; ".join(problems))
    return made


def _missing(values: Mapping[str, Any], locales: Sequence[str]) -> list[str]:
    found = [
        f"{name} is missing"
        for name in ("name", "eligibility", "country", "kind")
        if not values[name]
    ]
    what = values["what"]
    for each in locales if isinstance(what, dict) else ():
        if not what[each]:
            found.append(f"what it does is missing in {each}")
        found += [f"{each}: {told}" for told in _typed(what[each])]
    audience = values["audience"]
    if not audience or (isinstance(audience, list) and not set(audience) <= {*AUDIENCES}):
        found.append("choose for whom it is")
    if not values["serves"]:
        found.append("name the countries that it serves, or world")
    return found


def _typed(text: str) -> list[str]:
    """Numbers and links in words: people would call what nobody checked."""
    return [message for message, _ in typed(text, LocaleWords())]


def _contact(text: Mapping[str, str], name: str) -> dict[str, str] | None:
    """A number as people read it and as a telephone dials it; the second follows from the first."""
    display = text.get(f"{name}_display", "")
    if not display:
        return None
    return {"display": display, "dial": text.get(f"{name}_dial") or _DIAL.sub("", display)}


def _place(name: str) -> str:
    return name if name == "world" else name.upper()


def _listed(text: str) -> list[str]:
    return [each for each in re.split(r"[\s,;]+", text) if each]


__all__ = ["HIDEABLE", "SOURCES", "VERIFIED", "helper_from"]

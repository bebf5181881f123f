"""Editions as rows and as what they hold: scripts, and helpers of the directory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from bot.console.workflow.people import Refused
from bot.content.directory import Resource
from bot.content.helpers import helper_body, helper_hash, numbers_of
from bot.content.models import Base
from bot.content.scripts import Button, Edition

_tables = Base.metadata.tables
script, edition, decision = _tables["script"], _tables["edition"], _tables["decision"]
release, release_edition = _tables["release"], _tables["release_edition"]
revision, recheck, withdrawal = _tables["revision"], _tables["recheck"], _tables["withdrawal"]
PLACE = ("script_id", "locale", "audience", "channel", "country")
# A text that has to be submitted before anybody decides about it.
AS_DRAFT = {"state": "draft", "submitter": None, "reviewed": None, "reviewed_by": None}


@dataclass(frozen=True)
class Content:
    """What an edition says: all of it is part of the content hash, but for the sources."""

    body: str
    buttons: tuple[Button, ...] = ()
    says: tuple[str, ...] = ()
    handoffs: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """As columns."""
        return {
            "body": self.body,
            "buttons": [button.model_dump() for button in self.buttons],
            **{
                name: list(getattr(self, name))
                for name in ("says", "handoffs", "resources", "sources")
            },
        }


def query() -> Select[Any]:
    """Editions with how their script is cared for."""
    kept = (script.c.risk, script.c.owner, script.c.review_months, script.c.kind)
    return select(edition, *kept).join(script, script.c.id == edition.c.script_id)


def live(connection: Connection, kind: str | None = None) -> list[Row[Any]]:
    """Every live edition by id, or those of scripts or of helpers (`resource`) alone."""
    rows = query().where(edition.c.state == "live").order_by(edition.c.id)
    return list(connection.execute(rows if kind is None else rows.where(script.c.kind == kind)))


def find(connection: Connection, edition_id: int) -> Row[Any]:
    """One edition. Raises Refused when there is none."""
    row = connection.execute(query().where(edition.c.id == edition_id)).one_or_none()
    if row is None:
        raise Refused("There is no such edition.")
    return row


def live_in_place(connection: Connection, row: Row[Any] | Mapping[str, Any]) -> Row[Any] | None:
    """The live edition of the same script, locale, audience, channel and country."""
    values = row if isinstance(row, Mapping) else row._mapping
    same = [edition.c[name] == values[name] for name in PLACE]
    return connection.execute(query().where(edition.c.state == "live", *same)).one_or_none()


def is_helper(row: Row[Any]) -> bool:
    """Whether it is an edition of a helper and not of a script."""
    return bool(row.kind == "resource")


def as_edition(row: Row[Any], **changes: Any) -> Edition:
    """A script's edition as the release holds it."""
    values: dict[str, Any] = {
        "script": row.script_id,
        "locale": row.locale,
        "audience": row.audience or None,
        "channel": row.channel or None,
        "country": row.country or None,
        "text": row.body,
        "buttons": [Button(**each) for each in row.buttons],
        "risk": row.risk,
        "owner": row.owner,
        "reviewed_by": row.reviewed_by,
        "reviewed": row.reviewed,
        "review_months": row.review_months,
        **{name: tuple(getattr(row, name)) for name in ("says", "handoffs", "resources")},
        "sources": tuple(row.sources),
    }
    return Edition.model_validate({**values, **changes})


def as_resource(row: Row[Any]) -> Resource:
    """A helper's edition as the directory holds it."""
    return Resource.model_validate(json.loads(row.body))


def content_of(row: Row[Any]) -> Content:
    """What a row says."""
    return Content(
        body=row.body,
        buttons=tuple(Button(**each) for each in row.buttons),
        says=tuple(row.says),
        handoffs=tuple(row.handoffs),
        resources=tuple(row.resources),
        sources=tuple(row.sources),
    )


def content_hash(row: Row[Any] | Mapping[str, Any]) -> str:
    """The hash of what a row (an edition joined with its script) says: sha256 in hex."""
    values = row if isinstance(row, Mapping) else row._mapping
    if values["kind"] == "resource":
        return helper_hash(values["body"])
    return Edition(
        script=values["script_id"],
        locale=values["locale"],
        audience=values["audience"] or None,
        channel=values["channel"] or None,
        country=values["country"] or None,
        text=values["body"],
        buttons=tuple(Button.model_validate(each) for each in values["buttons"]),
        risk=values["risk"],
        **{name: tuple(values[name]) for name in ("says", "handoffs", "resources")},
    ).content_hash


def helper_content(helper: Resource) -> Content:
    """A helper as content; its numbers and links stand where two people look."""
    return Content(body=helper_body(helper), resources=tuple(numbers_of(helper)))

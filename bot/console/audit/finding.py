"""Which entries of the audit trail somebody wants to see, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from bot.console.audit.telling import when
from bot.console.workflow.people import Refused
from bot.content.events import event

A_PAGE = 50
COLUMNS = ("id", "when", *(column.name for column in event.columns if column.name != "id"))
_AT_ONCE = 1000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; an empty field does not narrow it. Days as 2026-11-27 (UTC)."""

    person: str = ""
    kind: str = ""
    subject: str = ""
    first: str = ""
    last: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From the fields of a form."""
        return cls(**{name: given.get(name, "").strip() for name in cls.__dataclass_fields__})

    def given(self) -> dict[str, str]:
        """The fields that narrow it, as in an address."""
        return {name: value for name, value in self.__dict__.items() if value}

    def rules(self) -> list[ColumnElement[bool]]:
        """As conditions. Raises Refused for what is no day."""
        rules: list[ColumnElement[bool]] = []
        if self.person:
            rules.append(event.c.actor == self.person)
        if self.kind:
            rules.append(event.c.tag == self.kind)
        if self.subject:
            rules.append(event.c.subject.icontains(self.subject, autoescape=True))
        if self.first:
            rules.append(event.c.created >= _begins(self.first))
        if self.last:
            rules.append(event.c.created < _begins(self.last, days=1))
        return rules


def page_of(connection: Connection, wanted: Wanted, number: int) -> tuple[list[Row[Any]], int]:
    """The entries of a page, newest first, from 1 on; and how many there are on all pages."""
    rules = wanted.rules()
    count = select(func.count()).select_from(event).where(*rules)
    query = select(event).where(*rules).order_by(event.c.id.desc()).limit(A_PAGE)
    rows = connection.execute(query.offset((number - 1) * A_PAGE))
    return [*rows], int(connection.execute(count).scalar_one())


def known(connection: Connection, name: str) -> list[str]:
    """Every actor or tag that stands in the trail, in order."""
    column = event.c[name]
    return [*connection.execute(select(column).distinct().order_by(column)).scalars()]


def as_csv(connection: Connection, wanted: Wanted) -> Iterator[str]:
    """RFC 4180, oldest first, a line at a time; no cell begins as a formula of a spreadsheet."""
    query = select(event).where(*wanted.rules()).order_by(event.c.id)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(query).mappings()
    yield _line(COLUMNS)
    for row in rows:
        values = {**row, "when": when(row["created"])}
        yield _line([values[name] for name in COLUMNS])


def _line(cells: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_harmless(cell) for cell in cells])
    return out.getvalue()


def _harmless(cell: object) -> object:
    # A spreadsheet skips the spaces before a formula.
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _begins(day: str, days: int = 0) -> float:
    try:
        begins = datetime.combine(date.fromisoformat(day), datetime.min.time(), timezone.utc)
        return (begins + timedelta(days=days)).timestamp()
    except (ValueError, OverflowError):
        raise Refused("Write a day as 2026-11-27.") from None

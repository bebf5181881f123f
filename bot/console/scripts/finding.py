"""Finding scripts: by words, situation, audience, locale, claim, state, and by what is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from bot.console.workflow.bundle import is_stale, place_of
from bot.console.workflow.drafts import OPEN
from bot.console.workflow.editions import edition, query, script, withdrawal
from bot.console.workflow.reviews import Review, looks, review_of
from bot.content.plans import Plan

STATES = (*OPEN, "live", "stale", "withdrawn")


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; an empty field does not narrow it."""

    words: str = ""
    situation: str = ""
    audience: str = ""
    locale: str = ""
    claim: str = ""
    state: str = ""
    overdue: bool = False

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Wanted:
        """From the fields of a form."""
        names = ("words", "situation", "audience", "locale", "claim", "state")
        fields = {name: given.get(name, "").strip() for name in names}
        return cls(**fields, overdue=bool(given.get("overdue")))


@dataclass(frozen=True)
class Text:
    """An edition in a list."""

    row: Any
    review: Review
    stale: bool
    withdrawn: bool

    @property
    def states(self) -> frozenset[str]:
        more = {"stale": self.stale, "withdrawn": self.withdrawn}
        return frozenset({self.row.state, *(name for name, true in more.items() if true)})


@dataclass
class Found:
    """A script with its editions that matter now: live and open ones."""

    id: str
    risk: str
    texts: list[Text] = field(default_factory=list)

    def states(self) -> list[str]:
        """What is told of it in a list, the most urgent first."""
        have = frozenset(state for text in self.texts for state in text.states)
        order = ("withdrawn", "stale", "submitted", "approved", "rejected", "draft", "live")
        return [state for state in order if state in have]


def texts(
    connection: Connection, source: str, kind: str = "script", only: str | None = None
) -> list[Text]:
    """Every live and open edition of scripts or helpers, or of the script `only`: with its review
    and whether it is stale or withdrawn."""
    wanted = query().where(edition.c.state.in_((*OPEN, "live")))
    narrow = script.c.kind == kind if only is None else script.c.id == only
    mine = list(connection.execute(wanted.where(narrow)))
    live = {place_of(row): row for row in mine if row.state == "live"}
    out = {*connection.execute(select(withdrawal.c.edition_id)).scalars()}
    again = looks(connection)
    found: list[Text] = []
    for row in mine:
        on_air = row.state == "live"
        first = live.get((row.script_id, source, *place_of(row)[2:]))
        stale, withdrawn = on_air and is_stale(row, first), on_air and row.id in out
        found.append(Text(row, review_of(row, again), stale, withdrawn))
    return found


def find_scripts(
    known: Iterable[Text], wanted: Wanted, plans: Mapping[str, Plan], today: date
) -> list[Found]:
    """The scripts that fit, by id; each with those of its editions that fit."""
    scripts = _of_situation(wanted.situation, plans)
    words = wanted.words.casefold().split()
    found: dict[str, Found] = {}
    for text in known:
        row = text.row
        said = f"{row.script_id} {row.body}".casefold()
        fits = (
            all(word in said for word in words)
            and (not wanted.situation or _belongs(row.script_id, wanted.situation, scripts))
            and (not wanted.audience or row.audience == _audience(wanted.audience))
            and (not wanted.locale or row.locale == wanted.locale)
            and (not wanted.claim or wanted.claim in row.says)
            and (not wanted.state or wanted.state in text.states)
            and (not wanted.overdue or _overdue(text, today))
        )
        if fits:
            found.setdefault(row.script_id, Found(row.script_id, row.risk)).texts.append(text)
    return [found[name] for name in sorted(found)]


def _overdue(text: Text, today: date) -> bool:
    return bool(text.row.state == "live" and text.review.urgency(today) == "overdue")


def _audience(name: str) -> str:
    return "" if name == "everybody" else name


def _of_situation(situation: str, plans: Mapping[str, Plan]) -> frozenset[str]:
    plan = plans.get(situation)
    return frozenset(step.script for step in plan.steps) if plan else frozenset()


def _belongs(script: str, situation: str, scripts: frozenset[str]) -> bool:
    own = script.startswith(f"utter_{situation}_") or script == f"utter_choice_{situation}"
    return own or script.removesuffix("_why").removesuffix("_cant") in scripts

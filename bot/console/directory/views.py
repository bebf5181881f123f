"""The pages of helpers: the list with its health, one helper, its form, who cites it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from bot.console.access import ROLES, SEE_OTHER, Room, person
from bot.console.current import desk, material, release_in_force, today, working
from bot.console.directory.citing import impact
from bot.console.directory.forms import HIDEABLE, SOURCES, VERIFIED, helper_from
from bot.console.health.calls import numbers
from bot.console.health.keeping import approved_helpers
from bot.console.health.overview import overview
from bot.console.scripts.showing import history, shown
from bot.console.workflow import drafts
from bot.console.workflow.editions import as_resource, find, helper_content
from bot.console.workflow.people import Refused
from bot.content.directory import Resource
from bot.content.helpers import HELPER
from bot.content.plans import AUDIENCES

room = Room("helpers", __name__)


@room.page("/helpers", may_call=ROLES)
def search() -> str:
    """Find helpers."""
    words = request.args.get("words", "").casefold().split()
    country = request.args.get("country", "").upper()
    helpers = release_in_force().directory.resources.values()
    found = [
        each
        for each in helpers
        if all(word in f"{each.id} {each.name} {each.kind}".casefold() for word in words)
        and (not country or each.country == country or country in each.serves)
    ]
    found.sort(key=lambda each: (each.country, each.name))
    countries = sorted({each.country for each in helpers})
    return render_template(
        "directory/search.html",
        found=found,
        words=request.args.get("words", ""),
        country=country,
        countries=countries,
        person=person(),
    )


@room.page("/helpers/<helper_id>", may_call=ROLES)
def one(helper_id: str) -> str:
    """One helper: what is live, its history, who cites it."""
    release = release_in_force()
    with desk().engine.connect() as connection:
        past = history(connection, f"{HELPER}{helper_id}")
        known = approved_helpers(desk().engine, desk().root).get(helper_id)
        health = overview(connection, [known], desk().now())[0] if known else None
    if not past:
        raise Refused(f"There is no helper {helper_id}.")
    return render_template(
        "directory/helper.html",
        helper=release.directory.resources.get(helper_id) or as_resource(past[0]),
        live=next((row for row in past if row.state == "live"), None),
        open=[row for row in past if row.state in drafts.OPEN],
        history=past,
        impact=impact(release, helper_id),
        health=health,
        numbers=numbers(known) if known else [],
        person=person(),
    )


@room.page("/helpers/editions/<int:number>", may_call=ROLES)
def edition(number: int) -> str:
    """One edition of a helper: what changes, decisions."""
    with desk().engine.connect() as connection:
        it = shown(connection, find(connection, number), desk().config.locales[0])
    helper = as_resource(it.row)
    before = None if it.live is None else as_resource(it.live)
    return render_template(
        "directory/edition.html",
        it=it,
        helper=helper,
        changes=_changes(before, helper),
        impact=impact(release_in_force(), helper.id),
        person=person(),
    )


def _changes(before: Resource | None, after: Resource) -> list[tuple[str, str, str]]:
    old = {} if before is None else before.model_dump(mode="json")
    new = after.model_dump(mode="json")
    return [
        (name, _told(old.get(name)), _told(value))
        for name, value in new.items()
        if old.get(name) != value
    ]


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {each}" for name, each in value.items() if each) or "–"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "–"
    return "–" if value in (None, "") else str(value)


@room.page("/helpers/new", may_call=("author",))
def new() -> str:
    """The form of a helper that the directory does not have."""
    return _form(None, None, None)


@room.page("/helpers/new", may_call=("author",), methods=["POST"])
def add() -> Any:
    """Begin a draft of a new helper."""
    try:
        helper = helper_from(request.form, desk().config.locales, None, today())
        if helper.id in release_in_force().directory.resources:
            raise Refused(f"{helper.id} is in the directory already.")
        with working() as work:
            number = drafts.start_helper(work, helper)
    except Refused as error:
        return _form(None, None, str(error)), 409
    return redirect(url_for("helpers.edition", number=number), SEE_OTHER)


@room.page("/helpers/<helper_id>/start", may_call=("author",), methods=["POST"])
def start(helper_id: str) -> Any:
    """Begin a draft of a live helper."""
    with working() as work:
        helper = release_in_force().directory.resources.get(helper_id)
        past = history(work.connection, f"{HELPER}{helper_id}")
        live = next((row for row in past if row.state == "live"), None)
        if live is None or helper is None:
            raise Refused(f"There is no live helper {helper_id}.")
        number = drafts.start(work, live.id)
    return redirect(url_for("helpers.edit", number=number), SEE_OTHER)


@room.page("/helpers/editions/<int:number>/edit", may_call=("author",))
def edit(number: int) -> str:
    """The form of a helper's draft."""
    with desk().engine.connect() as connection:
        row = find(connection, number)
    return _form(row, as_resource(row), None)


@room.page("/helpers/editions/<int:number>/edit", may_call=("author",), methods=["POST"])
def save(number: int) -> Any:
    """Save a helper's draft."""
    with desk().engine.connect() as connection:
        row = find(connection, number)
    try:
        helper = helper_from(request.form, desk().config.locales, as_resource(row), today())
        with working() as work:
            seen = request.form.get("seen", "")
            drafts.save(work, number, helper_content(helper), seen=seen)
    except Refused as error:
        return _form(row, as_resource(row), str(error)), 409
    flash("Saved.", "good")
    return redirect(url_for("helpers.edition", number=number), SEE_OTHER)


def _form(row: Any, helper: Resource | None, problem: str | None) -> str:
    return render_template(
        "directory/edit.html",
        row=row,
        helper=helper,
        given=request.form if problem else None,
        problem=problem,
        locales=desk().config.locales,
        audiences=AUDIENCES,
        kinds=sorted({each.kind for each in material().directory.resources.values()}),
        verified=VERIFIED,
        sources=SOURCES,
        hideable=HIDEABLE,
    )

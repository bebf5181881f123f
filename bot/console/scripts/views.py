"""The pages of scripts: find, read, edit, submit, discuss, restore."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import Connection, insert, select, update

from bot.console.access import ROLES, SEE_OTHER, Room, person
from bot.console.current import desk, material, release_in_force, today, working
from bot.console.scripts.finding import STATES, Wanted, find_scripts, texts
from bot.console.scripts.forms import MORE_BUTTONS, content_from, payloads_of
from bot.console.scripts.linting import lint
from bot.console.scripts.showing import comment, discussion, history, shown
from bot.console.workflow import drafts
from bot.console.workflow.editions import as_edition, content_of, find, is_helper
from bot.console.workflow.people import Refused
from bot.content.plans import AUDIENCES

room = Room("scripts", __name__)
WRITERS = ("author", "translator")


@room.page("/scripts", may_call=ROLES)
def search() -> str:
    """Find scripts."""
    wanted, config = Wanted.of(request.args), desk().config
    with desk().engine.connect() as connection:
        known = texts(connection, config.locales[0])
    found = find_scripts(known, wanted, material().plans, today())
    return render_template(
        "scripts/search.html",
        wanted=wanted,
        found=found,
        today=today(),
        locales=config.locales,
        situations=material().situations,
        audiences=("everybody", *AUDIENCES),
        claims=sorted(material().claims),
        states=STATES,
    )


@room.page("/scripts/<script_id>", may_call=ROLES)
def script(script_id: str) -> str:
    """One script: its live texts, drafts, history, discussion."""
    config = desk().config
    with desk().engine.connect() as connection:
        mine = texts(connection, config.locales[0], only=script_id)
        past, said = history(connection, script_id), discussion(connection, script_id)
    if not past:
        raise Refused(f"There is no script {script_id}.")
    order = {locale: place for place, locale in enumerate(config.locales)}
    mine.sort(
        key=lambda text: (order.get(text.row.locale, 9), text.row.state != "live", text.row.id)
    )
    return render_template(
        "scripts/script.html",
        script_id=script_id,
        care=past[0],
        texts=mine,
        history=past,
        discussion=said,
        today=today(),
        locales=config.locales,
        audiences=AUDIENCES,
        channels=("web", "messaging", *sorted(material().policy.channels)),
    )


@room.page("/editions/<int:number>", may_call=ROLES)
def edition(number: int) -> str:
    """One edition: its words beside those that are live, checks, decisions."""
    with desk().engine.connect() as connection:
        found = shown(connection, find(connection, number), desk().config.locales[0])
    return render_template("scripts/edition.html", it=found, person=person())


@room.page("/editions/<int:number>/start", may_call=WRITERS, methods=["POST"])
def start(number: int) -> Any:
    """Begin a draft of an edition; of an old one, to restore it."""
    with working() as work:
        made = drafts.start(work, number)
    return redirect(url_for("scripts.edit", number=made), SEE_OTHER)


@room.page("/scripts/<script_id>/variation", may_call=WRITERS, methods=["POST"])
def variation(script_id: str) -> Any:
    """Begin a text for another language, audience, channel or country, with the words of one."""
    fields = ("locale", "audience", "channel", "country")
    place = {name: request.form.get(name, "").strip() for name in fields}
    place["country"] = place["country"].upper()
    _check_place(place)
    with working() as work:
        origin = _text(work.connection, int(request.form.get("origin", "0") or 0))
        content = content_of(origin)
        made = drafts.start_place(work, {**place, "script_id": script_id}, content)
    return redirect(url_for("scripts.edit", number=made), SEE_OTHER)


def _check_place(place: dict[str, str]) -> None:
    channels = ("", "web", "messaging", *material().policy.channels)
    country = place["country"]
    if place["locale"] not in desk().config.locales:
        raise Refused("Choose a language that is offered.")
    if place["audience"] not in ("", *AUDIENCES) or place["channel"] not in channels:
        raise Refused("Choose one of the audiences and channels.")
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        raise Refused("Write the country as two letters, e.g. US, or leave it empty.")


@room.page("/editions/<int:number>/edit", may_call=WRITERS)
def edit(number: int) -> str:
    """The form of a draft."""
    with desk().engine.connect() as connection:
        found = shown(connection, _text(connection, number), desk().config.locales[0])
    return _form(found, found.row, None)


def _text(connection: Connection, number: int) -> Any:
    """An edition of a script. Raises Refused for one of a helper, which has a form of its own."""
    row = find(connection, number)
    if is_helper(row):
        raise Refused("Helpers have a form of their own.")
    return row


@room.page("/editions/<int:number>/edit", may_call=WRITERS, methods=["POST"])
def save(number: int) -> Any:
    """Save a draft; what another person saved meanwhile is not overwritten."""
    problem = None
    try:
        with working() as work:
            before = content_of(_text(work.connection, number))
            content = content_from(request.form, material(), before)
            drafts.save(work, number, content, seen=request.form.get("seen", ""))
    except Refused as error:
        problem = str(error)
    if problem is None:
        flash("Saved.", "good")
        return redirect(url_for("scripts.edition", number=number), SEE_OTHER)
    with desk().engine.connect() as connection:
        found = shown(connection, find(connection, number), desk().config.locales[0])
    # What was typed stays in the form: nothing that somebody wrote is lost.
    return _form(found, _typed(found.row), problem), 409


def _typed(row: Any) -> dict[str, Any]:
    form = request.form
    pairs = zip(form.getlist("title"), form.getlist("payload"), strict=False)
    return {
        **row._mapping,
        "body": form.get("body", ""),
        "buttons": [{"title": title, "payload": payload} for title, payload in pairs if title],
        "sources": form.get("sources", "").splitlines(),
        **{name: form.getlist(name) for name in ("says", "handoffs", "resources")},
    }


def _form(found: Any, values: Any, problem: str | None) -> str:
    release = release_in_force()
    return render_template(
        "scripts/edit.html",
        it=found,
        values=values if isinstance(values, dict) else dict(values._mapping),
        problem=problem,
        claims=sorted(material().claims),
        handoffs=sorted(release.directory.handoffs),
        helpers=sorted(release.directory.resources.values(), key=lambda r: (r.country, r.name)),
        payloads=payloads_of(release.editions),
        more=MORE_BUTTONS,
    )


@room.page("/editions/<int:number>/lint", may_call=WRITERS, methods=["POST"])
def check(number: int) -> dict[str, Any]:
    """What the checks make of what stands in the form now; nothing is saved."""
    with desk().engine.connect() as connection:
        row = _text(connection, number)
    content = content_from(request.form, material(), content_of(row))
    found = lint(material(), as_edition(row, **_fields(content)))
    grade = None if found.grade is None else round(found.grade, 1)
    return {"problems": found.problems, "hints": found.hints, "grade": grade, "words": found.words}


def _fields(content: Any) -> dict[str, Any]:
    kept = {name: getattr(content, name) for name in ("buttons", "says", "handoffs", "resources")}
    return {**kept, "text": content.body, "sources": content.sources}


@room.page("/editions/<int:number>/submit", may_call=WRITERS, methods=["POST"])
def submit(number: int) -> Any:
    """Hand a draft over for review, when the checks have nothing against it."""
    with working() as work:
        row = find(work.connection, number)
        it = shown(work.connection, row, work.source)
        if it.findings and it.findings.problems:
            raise Refused("The checks found something. Mend it first; then submit.")
        seen, note = request.form.get("seen", ""), request.form.get("note", "")
        drafts.submit(work, number, seen=seen, note=note.strip())
    flash("Submitted. Another person reads it now.", "good")
    return redirect(url_for("scripts.edition", number=number), SEE_OTHER)


@room.page("/editions/<int:number>/back", may_call=WRITERS, methods=["POST"])
def take_back(number: int) -> Any:
    """Make it a draft again."""
    with working() as work:
        drafts.take_back(work, number)
    return redirect(url_for("scripts.edition", number=number), SEE_OTHER)


@room.page("/scripts/<script_id>/say", may_call=ROLES, methods=["POST"])
def say(script_id: str) -> Any:
    """A word to the others about a script."""
    body = request.form.get("body", "").strip()
    if not body:
        raise Refused("Write something first.")
    with working() as work:
        values = {"script_id": script_id, "actor": work.actor.name, "created": work.now}
        work.connection.execute(insert(comment).values(**values, body=body[:4000]))
    return redirect(url_for("scripts.script", script_id=script_id) + "#discussion", SEE_OTHER)


@room.page("/comments/<int:number>/settle", may_call=ROLES, methods=["POST"])
def settle(number: int) -> Any:
    """Mark a word as settled."""
    with working() as work:
        mine = update(comment).where(comment.c.id == number, comment.c.resolved.is_(None))
        work.connection.execute(mine.values(resolved=work.now))
        about = select(comment.c.script_id).where(comment.c.id == number)
        script_id = work.connection.execute(about).scalar()
    if script_id is None:
        raise Refused("There is no such comment.")
    return redirect(url_for("scripts.script", script_id=script_id) + "#discussion", SEE_OTHER)

"""The pages of releases: what may be published, the history, going back, withdrawing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select

from bot.console.access import ROLES, SEE_OTHER, Room, person
from bot.console.current import desk, press, working
from bot.console.queue.work import approved
from bot.console.releases.comparing import compared
from bot.console.scripts.finding import texts
from bot.console.workflow import publishing
from bot.console.workflow.bundle import HOLDING
from bot.console.workflow.editions import find, live_in_place, release
from bot.console.workflow.people import Refused
from bot.content.helpers import HELPER

room = Room("releases", __name__)
_SHOWN = (release.c.version, release.c.digest, release.c.draft, release.c.signer, release.c.created,
          release.c.notes)  # fmt: skip


@room.page("/releases", may_call=ROLES)
def page() -> str:
    """What may be published now, and every release so far."""
    with desk().engine.connect() as connection:
        waiting = [(row, live_in_place(connection, row)) for row in approved(connection)]
        past = list(connection.execute(select(*_SHOWN).order_by(release.c.version.desc())))
    return render_template("releases/releases.html", waiting=waiting, past=past, person=person())


@room.page("/releases/<int:version>", may_call=ROLES)
def one(version: int) -> str:
    """One release: its notes, and what it changed."""
    with desk().engine.connect() as connection:
        row = connection.execute(select(*_SHOWN).where(release.c.version == version)).one_or_none()
        if row is None:
            raise Refused(f"There is no release {version}.")
        newest = connection.execute(
            select(release.c.version).order_by(release.c.version.desc()).limit(1)
        ).scalar_one()
        changes = compared(connection, version)
    return render_template(
        "releases/release.html", row=row, changes=changes, newest=newest, person=person()
    )


@room.page("/releases/publish", may_call=("publisher",), step_up=True, methods=["POST"])
def publish() -> Any:
    """Put the chosen texts in force."""
    ids = [int(each) for each in request.form.getlist("edition") if each.isdecimal()]
    with working() as work:
        version = publishing.publish(work, press(), ids, notes=request.form.get("notes", "")[:4000])
    flash(f"Release {version} is published. People read it within ten seconds.", "good")
    return redirect(url_for("releases.one", version=version), SEE_OTHER)


@room.page("/releases/<int:version>/back", may_call=("publisher",), step_up=True, methods=["POST"])
def roll_back(version: int) -> Any:
    """Say again what an earlier release said."""
    with working() as work:
        reason = request.form.get("reason", "")[:2000]
        made = publishing.roll_back(work, press(), version, reason=reason)
    flash(f"Release {made} says what release {version} said.", "good")
    return redirect(url_for("releases.one", version=made), SEE_OTHER)


@room.page("/scripts/<script_id>/withdraw", may_call=("publisher", "reviewer"))
def withdrawal(script_id: str) -> str:
    """Before a text is withdrawn: which, why, and what is said instead."""
    with desk().engine.connect() as connection:
        mine = texts(connection, desk().config.locales[0], only=script_id)
        holding = texts(connection, desk().config.locales[0], only=HOLDING)
    live = [each for each in mine if each.row.state == "live"]
    if not live:
        raise Refused("Nothing of it is live.")
    if script_id.startswith(HELPER):
        holding = []  # what is withdrawn of a helper is hidden
    return render_template(
        "releases/withdraw.html", script_id=script_id, live=live, holding=holding, person=person()
    )


@room.page(
    "/scripts/<script_id>/withdraw",
    may_call=("publisher", "reviewer"),
    step_up=True,
    methods=["POST"],
)
def withdraw(script_id: str) -> Any:
    """Take texts out at once; the holding text stands in on every channel."""
    ids = [int(each) for each in request.form.getlist("edition") if each.isdecimal()]
    with working() as work:
        if any(find(work.connection, each).script_id != script_id for each in ids):
            raise Refused("That is a text of another script.")
        reason = request.form.get("reason", "")[:2000]
        version = publishing.withdraw(work, press(), ids, reason=reason)
    flash(f"Withdrawn by release {version}. A review of it is open in the queue.", "good")
    return redirect(url_for("scripts.script", script_id=script_id), SEE_OTHER)

"""The pages of the queue: what waits, and decisions."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from bot.console.access import ROLES, SEE_OTHER, Room, person
from bot.console.current import desk, today, working
from bot.console.queue.work import queue
from bot.console.workflow import deciding
from bot.console.workflow.editions import find
from bot.console.workflow.people import Refused

room = Room("queue", __name__)
TOLD = {"approved": "Approved. It can be published now.", "submitted": "Approved. One more has to.",
        "draft": "Returned to its author.", "rejected": "Rejected."}  # fmt: skip


@room.page("/queue", may_call=ROLES)
def page() -> str:
    """What waits for somebody."""
    with desk().engine.connect() as connection:
        waits = queue(connection, desk().config.locales[0], person().name, today())
    return render_template("queue/queue.html", waits=waits, person=person(), today=today())


@room.page("/editions/<int:number>/decide", may_call=("reviewer",), step_up=True, methods=["POST"])
def decide(number: int) -> Any:
    """Approve, return or reject exactly what was on the page."""
    form = request.form
    verdict = form.get("verdict", "")
    if verdict not in ("approve", "changes", "reject"):
        raise Refused("Choose one: approve, return or reject.")
    with working() as work:
        state = deciding.decide(
            work,
            number,
            verdict,  # type: ignore[arg-type]
            seen=form.get("seen", ""),
            in_round=int(form.get("round", "0")) if form.get("round", "").isdecimal() else -1,
            reason=form.get("reason", "")[:2000],
        )
        back = url_for("scripts.edition", number=find(work.connection, number).id)
    flash(TOLD[state], "good")
    return redirect(back, SEE_OTHER)


@room.page("/editions/<int:number>/right", may_call=("reviewer",), methods=["POST"])
def read_again(number: int) -> Any:
    """A live text was read again and is right."""
    with working() as work:
        seen, note = request.form.get("seen", ""), request.form.get("note", "")
        deciding.read_again(work, number, seen=seen, note=note.strip()[:500])
    flash("Noted. Its next review counts from today.", "good")
    return redirect(url_for("scripts.edition", number=number), SEE_OTHER)

"""The pages of links and numbers: what was checked, look now, note a call."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from bot.console.access import ROLES, SEE_OTHER, person
from bot.console.current import desk, press, working
from bot.console.directory.views import room
from bot.console.health.calls import record_call
from bot.console.health.checking import Looker
from bot.console.health.keeping import approved_helpers, rule
from bot.console.health.overview import overview
from bot.console.health.rounds import look_at
from bot.console.workflow.people import Refused
from bot.content.directory import Resource

__all__ = ["room"]
CARERS = ("author", "reviewer", "publisher")


def looker() -> Looker:
    """What looks at links here."""
    return desk().looker or Looker(address=desk().config.public_url)


@room.page("/helpers/health", may_call=ROLES)
def health() -> str:
    """Every helper and what is known of its link and number, the worst first."""
    helpers = approved_helpers(desk().engine, desk().root)
    with desk().engine.connect() as connection:
        found = overview(connection, helpers.values(), desk().now())
    only = bool(request.args.get("only"))
    shown = [one for one in found if one.worries or not only]
    return render_template(
        "directory/health.html", found=shown, total=len(found), only=only, person=person()
    )


@room.page("/helpers/<helper_id>/check", may_call=CARERS, methods=["POST"])
def check(helper_id: str) -> Any:
    """Look at a link now."""
    helper = _known(helper_id)
    if not helper.url:
        raise Refused("It has no link.")
    engine, config, now = desk().engine, desk().config, desk().now
    for _, look in look_at(engine, [helper], by=person().name, looker=looker(), now=now):
        flash(f"{look.url}: {look.detail}", "good" if look.outcome == "ok" else "warn")
    rule(engine, config, press(), now())
    return redirect(url_for("helpers.one", helper_id=helper_id), SEE_OTHER)


@room.page("/helpers/<helper_id>/called", may_call=CARERS, methods=["POST"])
def called(helper_id: str) -> Any:
    """Note who answered a number."""
    helper, form = _known(helper_id), request.form
    with working() as work:
        outcome, note = form.get("outcome", ""), form.get("note", "").strip()
        record_call(work, helper, form.get("number", ""), outcome, note)
    if outcome == "wrong":
        flash("Noted. Withdraw it now if people reach a stranger there.", "bad")
    else:
        flash("Noted.", "good")
    return redirect(url_for("helpers.one", helper_id=helper_id), SEE_OTHER)


def _known(helper_id: str) -> Resource:
    helper = approved_helpers(desk().engine, desk().root).get(helper_id)
    if helper is None:
        raise Refused(f"There is no helper {helper_id}.")
    return helper

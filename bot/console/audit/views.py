"""The pages of the audit trail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.routing import BuildError

from bot.console.access import ROLES, SEE_OTHER, Room, person
from bot.console.audit.finding import A_PAGE, Wanted, as_csv, known, page_of
from bot.console.audit.telling import Told, told, when
from bot.console.current import anchored, desk, today
from bot.content.anchors import Verdict, anchor_path, glance, verify

room = Room("audit", __name__)
MAY_TAKE_ALONG = ("admin", "publisher")
_LAST_PAGE = 1_000_000


@room.after_app_request
def _anchored(answer: Response) -> Response:
    """Whatever a form of any room noted is anchored before its answer goes out."""
    if request.method == "POST":
        anchored()
    return answer


@room.page("/audit", may_call=ROLES)
def page() -> str:
    """Who did what, newest first."""
    wanted = Wanted.of(request.args)
    number = min(max(request.args.get("page", 1, int), 1), _LAST_PAGE)
    with desk().engine.connect() as connection:
        rows, count = page_of(connection, wanted, number)
        people, kinds = known(connection, "actor"), known(connection, "tag")
    return render_template(
        "audit/audit.html",
        entries=[(each, _address(each), when(each.row.created)) for each in map(told, rows)],
        count=count,
        number=number,
        pages=max(-(-count // A_PAGE), 1),
        wanted=wanted,
        people=people,
        kinds=kinds,
        trail=glance(desk().engine, _anchor(), desk().secret),
        person=person(),
        may_take_along=person().may(*MAY_TAKE_ALONG),
    )


@room.page("/audit/check", may_call=ROLES, methods=["POST"])
def check() -> Any:
    """Check the whole trail now."""
    verdict = verify(desk().engine, _anchor(), desk().secret)
    flash(_sentence(verdict), "good" if verdict.ok else "bad")
    return redirect(url_for("audit.page"), SEE_OTHER)


@room.page("/audit.csv", may_call=MAY_TAKE_ALONG, step_up=True)
def take_along() -> Response:
    """The chosen entries as a table for spreadsheets."""
    wanted, engine = Wanted.of(request.args), desk().engine
    wanted.rules()  # refuses before the first line is sent

    def lines() -> Iterator[str]:
        with engine.connect() as connection:
            yield from as_csv(connection, wanted)

    name = f"attachment; filename=audit-{today()}.csv"
    return Response(lines(), mimetype="text/csv", headers={"content-disposition": name})


def _anchor() -> Any:
    return anchor_path(desk().config.data_folder)


def _sentence(verdict: Verdict) -> str:
    if verdict.ok and verdict.since is not None:
        return f"The trail holds. {verdict.reason} It is complete since {when(verdict.since)}."
    return f"The trail does not hold. {verdict.reason} Tell whoever runs this installation."


def _address(entry: Told) -> str | None:
    """Where the subject of an entry is shown, if it has a page here."""
    try:
        if entry.page == "releases.one":
            return url_for(entry.page, version=entry.number)
        return url_for(entry.page, number=entry.number) if entry.page else None
    except BuildError:
        return None

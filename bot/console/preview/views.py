"""The preview of an edition, and a conversation in which it can be tried."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, redirect, render_template, request, session, url_for

from bot.console.access import ROLES, SEE_OTHER, Room
from bot.console.current import desk, release_in_force
from bot.console.desk import Shown
from bot.console.workflow.editions import as_edition, find, is_helper
from bot.console.workflow.people import Refused
from bot.content.labels import DEFAULT
from bot.content.release import Release
from bot.content.render import RenderContext

room = Room("preview", __name__)
TALK = "talk"  # the key of the trial conversation in the browser's session


@dataclass(frozen=True)
class Column:
    """One language: what each channel sends."""

    locale: str
    own: bool
    channels: list[Shown]


@room.page("/editions/<int:number>/preview", may_call=ROLES)
def page(number: int) -> str:
    """Every channel, each language side by side, for a country and a platform."""
    row, release = _with(number)
    country = request.args.get("country") or desk().config.default_country
    platform = request.args.get("platform") or None
    columns = [
        Column(
            locale,
            locale == row.locale,
            list(
                desk().previews(
                    release,
                    row.script_id,
                    RenderContext(
                        locale=locale,
                        audience=row.audience or None,
                        country=row.country or country,
                        platform=platform,
                    ),
                )
            ),
        )
        for locale in release.locales
    ]
    columns.sort(key=lambda column: not column.own)
    labels = release.labels[release.default_locale]
    return render_template(
        "preview/page.html",
        row=row,
        columns=columns,
        country=country,
        platform=platform or "",
        countries={k: v for k, v in sorted(labels.country.items()) if k != DEFAULT},
        platforms={k: v for k, v in sorted(labels.platform.items()) if k != DEFAULT},
    )


def _with(number: int) -> tuple[Any, Release]:
    with desk().engine.connect() as connection:
        row = find(connection, number)
    if is_helper(row):
        raise Refused("Helpers are shown on their own page.")
    return row, desk().with_edition(release_in_force(), as_edition(row))


@room.page("/editions/<int:number>/try", may_call=ROLES)
def trial(number: int) -> str:
    """A conversation with this edition in its place."""
    row, _ = _with(number)
    talk = session.get(TALK)
    sandbox = _sandbox()
    turns = sandbox.messages(talk) if talk and sandbox.knows(talk) else []
    return render_template("preview/trial.html", row=row, turns=turns, open=bool(turns))


@room.page("/editions/<int:number>/try", may_call=ROLES, methods=["POST"])
def say(number: int) -> Any:
    """Begin, say something, press a button, or end."""
    row, _ = _with(number)
    sandbox, form, talk = _sandbox(), request.form, session.get(TALK)
    if form.get("act") == "begin" or not talk or not sandbox.knows(talk):
        if talk:
            sandbox.end(talk)
        session[TALK] = talk = sandbox.begin(
            row.locale, form.get("country") or None, edition=as_edition(row)
        )
    if form.get("act") == "end":
        sandbox.end(talk)
        session.pop(TALK, None)
    elif form.get("button"):
        sandbox.say(talk, button=form["button"])
    elif form.get("text", "").strip():
        sandbox.say(talk, text=form["text"][:4000])
    return redirect(url_for("preview.trial", number=number) + "#end", SEE_OTHER)


@room.page("/editions/<int:number>/try.yml", may_call=ROLES)
def as_test(number: int) -> Response:
    """The conversation as a test for developers."""
    talk, sandbox = session.get(TALK), _sandbox()
    if not talk or not sandbox.knows(talk):
        raise Refused("There is no conversation to save. Say something first.")
    name = f"attachment; filename=conversation-{number}.yml"
    headers = {"content-disposition": name}
    return Response(sandbox.as_test(talk), mimetype="text/yaml", headers=headers)


def _sandbox() -> Any:
    if desk().sandbox is None:
        raise Refused("There is no trial conversation here.")
    return desk().sandbox

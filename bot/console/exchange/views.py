"""The page on which scripts go out as files for git, and differences come in as drafts."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from flask import Response, flash, redirect, render_template, url_for

from bot.console.access import ROLES, SEE_OTHER, Room, person
from bot.console.current import desk, working
from bot.console.exchange.importing import (
    Drift,
    drift,
    live_directory,
    live_editions,
    take_in_all,
)
from bot.content.directory import load_directory
from bot.content.scripts import load_editions
from bot.content.writing import resource_files, script_files

room = Room("exchange", __name__)


def differences() -> Drift:
    """How the project's files and the console differ now."""
    root, locales = desk().root, desk().config.locales
    editions, directory = load_editions(root, locales), load_directory(root)
    with desk().engine.connect() as connection:
        return drift(connection, editions, directory)


@room.page("/exchange", may_call=ROLES)
def page() -> str:
    """What differs, and the ways out and in."""
    return render_template("exchange/exchange.html", differs=differences(), person=person())


@room.page("/exchange/responses.zip", may_call=ROLES)
def export() -> Response:
    """Every live script and helper as the files of responses/."""
    root = desk().root
    with desk().engine.connect() as connection:
        files = script_files(live_editions(connection), root)
        files |= resource_files(live_directory(connection, root), root)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    headers = {"content-disposition": "attachment; filename=responses.zip"}
    return Response(packed.getvalue(), mimetype="application/zip", headers=headers)


@room.page("/exchange/take-in", may_call=("author",), methods=["POST"])
def take_in() -> Any:
    """Make submitted drafts of what the files say otherwise."""
    differs = differences()
    with working() as work:
        made, left = take_in_all(work, differs)
    flash(f"{made} drafts are submitted for review.", "good")
    for each in left[:20]:
        flash(each, "warn")
    return redirect(url_for("queue.page"), SEE_OTHER)

"""The page of what was not understood, and the files that staff propose of it."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import insert, select

from bot.console.access import Room
from bot.console.current import desk, material, working
from bot.console.workflow.people import Refused
from bot.content.models import Base
from bot.content.unclear.clusters import clusters, proposal_file
from bot.content.unclear.redaction import MARK
from bot.content.unclear.sentences import read_sentences

room = Room("unclear", __name__)
SEE_OTHER = 303
STAFF = ("author", "translator", "reviewer", "publisher")
proposal = Base.metadata.tables["proposal"]
MOST_SENTENCES, LONGEST = 50, 200
_ODD = re.compile(r"\d|https?:|www\.|[\w-]{2,}\.[a-z]{2,}\b|@|[\[\](){}]", re.I)


@room.page("/unclear", may_call=STAFF)
def page() -> str:
    """Groups of redacted sentences that at least ten conversations share, and the proposals."""
    with desk().engine.connect() as connection:
        found = {
            locale: clusters(read_sentences(connection, locale)) for locale in desk().config.locales
        }
        made = list(connection.execute(select(proposal).order_by(proposal.c.id.desc()).limit(100)))
    return render_template(
        "unclear/unclear.html",
        found=found,
        made=made,
        on=desk().config.learn_unclear,
        intents=sorted(material().intents),
        mark=MARK,
    )


@room.page("/unclear/propose", may_call=STAFF, methods=["POST"])
def propose() -> Any:
    """Keep sentences that are proposed for an intent."""
    locale, intent = request.form.get("locale", ""), request.form.get("intent", "")
    if locale not in desk().config.locales or intent not in material().intents:
        raise Refused("Choose a language and what the sentences mean.")
    sentences = _sentences(request.form.get("sentences", ""))
    with working() as work:
        values = {"locale": locale, "intent": intent, "sentences": sentences}
        made = work.connection.execute(
            insert(proposal).values(**values, actor=work.actor.name, created=work.now)
        )
        (number,) = made.inserted_primary_key or (0,)
        work.note("proposal:made", f"proposal {number}", f"{len(sentences)} for {intent}")
    flash("Kept. Developers take the file from here.", "good")
    return redirect(url_for("unclear.page"), SEE_OTHER)


def _sentences(text: str) -> list[str]:
    lines = list(dict.fromkeys(filter(None, (" ".join(x.split()) for x in text.splitlines()))))
    if not lines or len(lines) > MOST_SENTENCES:
        raise Refused(f"Write 1 to {MOST_SENTENCES} sentences, one a line.")
    for line in lines:
        if MARK in line:
            raise Refused(f"Put a word in the place of each {MARK}, or leave the line out.")
        if len(line) > LONGEST or _ODD.search(line):
            raise Refused("Leave out numbers, links, brackets and very long lines.")
    return lines


@room.page("/unclear/proposals/<int:number>.yml", may_call=STAFF)
def file(number: int) -> Response:
    """A proposal as a file of training sentences."""
    with desk().engine.connect() as connection:
        query = select(proposal).where(proposal.c.id == number)
        row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused("There is no such proposal.")
    text = proposal_file(row.locale, row.intent, row.sentences)
    name = f"attachment; filename=proposal-{number}-{row.locale}-{row.intent}.yml"
    return Response(text, mimetype="text/yaml", headers={"content-disposition": name})

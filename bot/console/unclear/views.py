"""The page of what was not understood, and the files that staff propose of it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import insert, select

from bot.console.access import SEE_OTHER, Room
from bot.console.current import desk, material, working
from bot.console.unclear.proposing import checked
from bot.console.workflow.people import Refused
from bot.content.insight.publishing import LEAST, rounded
from bot.content.models import Base
from bot.content.unclear.clusters import clusters, proposal_file
from bot.content.unclear.redaction import MARK
from bot.content.unclear.sentences import read_sentences

room = Room("unclear", __name__)
STAFF = ("author", "translator", "reviewer", "publisher")
proposal = Base.metadata.tables["proposal"]


@room.page("/unclear", may_call=STAFF)
def page() -> str:
    """Groups of redacted sentences that at least ten conversations share, and the proposals."""
    return _page()


@room.page("/unclear/propose", may_call=STAFF, methods=["POST"])
def propose() -> Any:
    """Keep sentences that are proposed for an intent; what was typed is not lost."""
    locale, intent = request.form.get("locale", ""), request.form.get("intent", "")
    if locale not in desk().config.locales:
        raise Refused("Choose a language of this installation.")
    text = request.form.get("sentences", "")
    try:
        if intent not in material().intents:
            raise Refused("Choose what the sentences mean.")
        sentences = checked(locale, intent, text)
    except Refused as error:
        typed = {"locale": locale, "intent": intent, "sentences": text.splitlines()}
        return _page(problem=str(error), typed=typed), 409
    with working() as work:
        values = {"locale": locale, "intent": intent, "sentences": sentences}
        made = work.connection.execute(
            insert(proposal).values(**values, actor=work.actor.name, created=work.now)
        )
        (number,) = made.inserted_primary_key or (0,)
        work.note("proposal:made", f"proposal {number}", f"{len(sentences)} for {intent}")
    flash("Kept. Developers take the file from here.", "good")
    return redirect(url_for("unclear.page"), SEE_OTHER)


# Greater numbers are none of the database's.
@room.page("/unclear/proposals/<int(max=2147483647):number>.yml", may_call=STAFF)
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


def _page(problem: str = "", typed: dict[str, Any] | None = None) -> str:
    with desk().engine.connect() as connection:
        found = {
            locale: [
                (rounded(each.size), each.sentences)
                for each in clusters(read_sentences(connection, locale), LEAST)
            ]
            for locale in desk().config.locales
        }
        made = list(connection.execute(select(proposal).order_by(proposal.c.id.desc()).limit(100)))
    return render_template(
        "unclear/unclear.html",
        found=found,
        made=made,
        on=desk().config.learn_unclear,
        intents=sorted(material().intents),
        mark=MARK,
        problem=problem,
        typed=typed,
    )

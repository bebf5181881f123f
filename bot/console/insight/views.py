"""The pages of insight: which questions there are, and the answer to one of them."""

from __future__ import annotations

from flask import Response, render_template, request

from bot.console.access import ROLES, Room
from bot.console.current import desk, today
from bot.console.insight.drawing import chart_of
from bot.console.workflow.people import Refused
from bot.content.insight import Table, UnknownQuestion, answer, as_csv, questions

room = Room("insight", __name__)
WEEKS = (12, 26, 52)


@room.page("/insight", may_call=ROLES)
def page() -> str:
    """Every question that may be asked."""
    return render_template("insight/insight.html", questions=questions())


@room.page("/insight/<question>", may_call=ROLES)
def one(question: str) -> str:
    """The answer to a question, as a chart where it is over weeks, and as a table."""
    weeks = _weeks()
    table = _answer(question, weeks)
    return render_template(
        "insight/answer.html",
        question=question,
        table=table,
        chart=chart_of(table),
        weeks=weeks,
        choices=WEEKS,
    )


@room.page("/insight/<question>.csv", may_call=ROLES)
def csv(question: str) -> Response:
    """The same for a spreadsheet."""
    name = f"attachment; filename=insight-{question}.csv"
    text = as_csv(_answer(question, _weeks()))
    return Response(text, mimetype="text/csv", headers={"content-disposition": name})


def _weeks() -> int:
    given = request.args.get("weeks", str(WEEKS[0]))
    if given not in map(str, WEEKS):
        raise Refused(f"Choose {', '.join(map(str, WEEKS))} weeks.")
    return int(given)


def _answer(question: str, weeks: int) -> Table:
    try:
        with desk().engine.connect() as connection:
            return answer(connection, question, weeks=weeks, today=today())
    except UnknownQuestion:
        raise Refused("That may not be asked. The list has everything that may.") from None

"""The one way in which staff read the counts: a question of the list, answered with care."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from bot.content import models
from bot.content.insight.publishing import Count, busy_weeks, published, weeks_over
from bot.content.insight.questions import UnknownQuestion, question, questions
from bot.content.insight.retention import WEEKS_KEPT
from bot.content.insight.table import Table, as_csv, lay_out

__all__ = ["Table", "UnknownQuestion", "answer", "as_csv", "questions"]
_tally = models.Base.metadata.tables["tally"]


def answer(connection: Connection, question_id: str, *, weeks: int = 12, today: date) -> Table:
    """The answer for the last `weeks` weeks that are over (1 to 104). Raises UnknownQuestion, and
    ValueError for another number of weeks."""
    asked = question(question_id)
    if not 1 <= weeks <= WEEKS_KEPT:
        raise ValueError(f"weeks must be 1 to {WEEKS_KEPT}")
    window = weeks_over(weeks, today)
    columns = (_tally.c.week, _tally.c.channel, _tally.c.locale, _tally.c.measure, _tally.c.name)
    query = select(*columns, _tally.c.conversations).where(
        _tally.c.week.in_(window), _tally.c.measure.in_({"conversation", asked.measure})
    )
    counts = [Count(*row) for row in connection.execute(query)]
    groups = published(counts, asked.measure, busy_weeks(counts))
    return lay_out(asked, groups, window)

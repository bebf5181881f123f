"""Counts by week, read through a closed list of questions."""

from bot.content.insight.answering import Table, UnknownQuestion, answer, as_csv, questions

__all__ = ["Table", "UnknownQuestion", "answer", "as_csv", "questions"]

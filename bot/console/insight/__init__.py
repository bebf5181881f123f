"""Insight without disclosure: a closed list of questions, as tables, charts and CSV."""

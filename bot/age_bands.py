"""The three age bands that decide which services are for somebody."""

from __future__ import annotations

TEEN, ADULT = 13, 18


def band(years: int) -> str:
    """`under_13`, `13_17` or `adult`: the values of the slot age_band."""
    if years < TEEN:
        return "under_13"
    return "13_17" if years < ADULT else "adult"

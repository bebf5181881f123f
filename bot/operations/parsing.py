"""`handrail parse`: what is understood of each line, one JSON object a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TextIO

from bot.operations.lines import BadLine, read_object, text_in, whole, write_line

if TYPE_CHECKING:
    from bot.recognition.parsing import ParseResult

NOTHING = {
    "intent": "out_of_scope",
    "confidence": 0.0,
    "ranking": [],
    "entities": [],
    "crisis": None,
    "meanings": [],
}


class Reader(Protocol):
    """What reads a text: bot.recognition.parsing.Recogniser."""

    def parse(self, text: str, locale_hint: str | None = None) -> ParseResult: ...


def parse_lines(
    reader: Reader,
    lines: Iterable[str],
    results: TextIO,
    *,
    hint: str | None,
    fallback: str,
    jsonl: bool,
) -> None:
    """Write one result a line, blank ones included; a broken line is out of scope.

    `hint` is the likely locale, `fallback` that of a line that could not be read.
    """
    for number, line in enumerate(lines, 1):
        text = whole(line)
        try:
            if jsonl:
                text = _text(line)
            found = reader.parse(text, hint).as_dict()
        except Exception as error:  # noqa: BLE001 - one line must not end all others
            if isinstance(error, BadLine):
                text = ""
            print(f"line {number}: {type(error).__name__}: {_reason(error)}", file=sys.stderr)
            found = {"text": text, "locale": fallback, **NOTHING}
        write_line(found, results)


def _text(line: str) -> str:
    return (text_in(read_object(line), "text") or "") if line.strip() else ""


def _reason(error: Exception) -> str:
    # Of a fault of ours the kind alone: its message may hold the text.
    return str(error) if isinstance(error, BadLine) else "it could not be read"

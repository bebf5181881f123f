"""JSON lines in and out: one out for each one in, whatever comes in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn, TextIO

# JSON lets these stand as they are; many readers take them for the end of a line.
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


class BadLine(ValueError):
    """A line that is not what is asked for; the message says how, without repeating it."""


def lines_of(source: BinaryIO) -> Iterator[str]:
    """Lines without their end, split at line feeds alone; what is no UTF-8 becomes U+FFFD."""
    for line in source:
        yield line.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", "replace")


def whole(text: str) -> str:
    """The text with U+FFFD for lone surrogates, which JSON can spell and UTF-8 cannot."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_object(line: str) -> dict[str, Any]:
    """The JSON object of a line. Raises BadLine."""
    try:
        found = json.loads(line.removeprefix("\ufeff"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"not JSON ({type(error).__name__})") from None
    if not isinstance(found, dict):
        raise BadLine("not a JSON object")
    return found


def text_in(given: dict[str, Any], name: str, *, needed: bool = True) -> str | None:
    """The text under a name; None where it is absent or null and not needed. Raises BadLine."""
    found = given.get(name)
    if found is None and not needed:
        return None
    if not isinstance(found, str):
        raise BadLine(f"`{name}` is not a text")
    return whole(found)


def write_line(value: dict[str, Any], results: TextIO) -> None:
    """Write an object in one line, at once."""
    line = json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS)
    print(line, file=results, flush=True)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")

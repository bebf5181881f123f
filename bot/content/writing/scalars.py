"""Single values as YAML text that every reader (YAML 1.1, 1.2, ours) takes for the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import yaml
from yaml.resolver import Resolver

# What cannot stand in YAML as it is, or what some readers take for the end of a line.
UNSAFE = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_ESCAPED = re.compile(rf'{UNSAFE.pattern}|[\t\n"\\]')
_PLAIN = re.compile(r"[\w¿¡/](?:[^\n\t\[\]{}?'\"]*[^\s\[\]{}?:'\"])?")
_TEXT = "tag:yaml.org,2002:str"
_RESOLVER: Any = Resolver()
_SHORT = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def scalar(value: str, quote: str = "'") -> str:
    """A text on one line: bare where that is safe, else in `quote`, else with escapes."""
    if _is_plain(value):
        return value
    if quote == "'" and not UNSAFE.search(value) and not set(value) & {"\n", "\t", "'"}:
        return f"'{value}'"
    return _double(value)


def flow_list(values: Iterable[str]) -> str:
    """[a, b] on one line."""
    return "[" + ", ".join(_in_list(value) for value in values) + "]"


def block(text: str, indentation: int) -> str:
    """A stripped text as `|-` and indented lines; on one line with escapes where it must be."""
    if not text or UNSAFE.search(text):
        return _double(text)
    lines = (" " * indentation + line if line else "" for line in text.split("\n"))
    return "|-\n" + "\n".join(lines)


def _is_plain(value: str) -> bool:
    if not _PLAIN.fullmatch(value) or UNSAFE.search(value):
        return False
    if ": " in value or " #" in value:
        return False
    return bool(_RESOLVER.resolve(yaml.ScalarNode, value, (True, False)) == _TEXT)


def _in_list(value: str) -> str:
    return f"'{value}'" if _is_plain(value) and set(value) & {",", ":"} else scalar(value)


def _double(value: str) -> str:
    return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), value) + '"'


def _escape(char: str) -> str:
    code = ord(char)
    return _SHORT.get(char) or (f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}")

"""One JSON line out for each line in, whatever comes in."""

from __future__ import annotations

import io
import json
from dataclasses import asdict, dataclass
from typing import Any

import pytest

from bot.operations.lines import BadLine, lines_of, read_object, text_in, whole, write_line
from bot.operations.parsing import parse_lines

ODD = {
    "no UTF-8": b"\xff\xfe help \xc3",
    "NUL": b"he\x00lp",
    "a blank line": b"",
    "spaces": b"   ",
    "a carriage return inside": b"one\rtwo",
    "a line separator": "one\u2028two\u2029three\x85four".encode(),
    "a megabyte": b"a" * 1_000_000,
    "a lone surrogate in JSON": rb'{"text": "\ud800 help \udfff"}',
    "a pair of surrogates in JSON": rb'{"text": "\ud83d\ude2d"}',
    "a list": b'["help"]',
    "a text that is a number": b'{"text": 7}',
    "a text that is null": b'{"text": null}',
    "a text that is a list": b'{"text": ["help"]}',
    "no text": b"{}",
    "half an object": b'{"text": "help',
    "NaN": b'{"text": NaN}',
    "brackets without end": b"[" * 100_000,
    "a number without end": b"9" * 100_000,
    "a byte order mark": b'\xef\xbb\xbf{"text": "help"}',
}


@dataclass
class Understood:
    text: str
    intent: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Echo:
    """Understands every text as a greeting, and fails at one."""

    def parse(self, text: str, locale_hint: str | None = None) -> Any:
        if text == "fail":
            raise RuntimeError("canary")
        return Understood(text, "greet")


def parsed(*lines: bytes, jsonl: bool = False) -> list[dict[str, Any]]:
    """What is written for these lines, read again by the strictest reading of a line."""
    results = io.BytesIO()
    writer = io.TextIOWrapper(results, "utf-8")
    given = lines_of(io.BytesIO(b"\n".join(lines) + b"\n"))
    parse_lines(Echo(), given, writer, hint=None, fallback="en", jsonl=jsonl)
    return [json.loads(line) for line in results.getvalue().decode("utf-8").splitlines()]


@pytest.mark.parametrize("jsonl", [True, False])
def test_every_line_has_its_result_in_order(jsonl: bool) -> None:
    good = b'{"text": "good"}'
    lines = [line for odd in ODD.values() for line in (odd, good)]
    found = parsed(*lines, jsonl=jsonl)
    assert len(found) == len(lines)
    expected = "good" if jsonl else good.decode()
    assert {result["text"] for result in found[1::2]} == {expected}


def test_a_line_that_is_no_object_with_a_text_is_out_of_scope() -> None:
    for odd in (b"[1]", b'{"text": null}', b'{"text": 7}', b"{}", b"nonsense"):
        (found,) = parsed(odd, jsonl=True)
        assert (found["text"], found["intent"], found["crisis"]) == ("", "out_of_scope", None)


def test_a_text_that_cannot_be_read_ends_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    found = parsed(b"fail", b"help")
    assert [result["intent"] for result in found] == ["out_of_scope", "greet"]
    assert found[0]["text"] == "fail"
    assert "canary" not in capsys.readouterr().err


def test_lone_surrogates_are_replaced_and_pairs_are_signs() -> None:
    first, second = parsed(
        *(ODD[f"a {kind} in JSON"] for kind in ("lone surrogate", "pair of surrogates")), jsonl=True
    )
    assert first["text"] == "\ufffd help \ufffd"
    assert second["text"] == "😭"
    assert whole("\ud800a\udc00") == "\ufffda\ufffd"


def test_a_line_ends_at_a_line_feed_alone() -> None:
    assert list(lines_of(io.BytesIO(b"a\r\nb\rc\n\nd"))) == ["a", "b\rc", "", "d"]


def test_a_result_is_one_line_for_every_reader() -> None:
    results = io.StringIO()
    write_line({"text": ODD["a line separator"].decode()}, results)
    assert len(results.getvalue().splitlines()) == 1
    assert json.loads(results.getvalue())["text"] == ODD["a line separator"].decode()


@pytest.mark.parametrize("given", [7, None, ["en"], {}, True])
def test_what_is_no_text_is_refused(given: Any) -> None:
    with pytest.raises(BadLine, match="`text` is not a text"):
        text_in({"text": given}, "text")
    assert text_in({}, "text", needed=False) is None


@pytest.mark.parametrize(
    "line", ["", "nonsense", "[]", "7", "null", "[" * 100_000, '{"a": Infinity}']
)
def test_what_is_no_object_is_refused_without_being_repeated(line: str) -> None:
    with pytest.raises(BadLine) as caught:
        read_object(line)
    assert len(str(caught.value)) < 60

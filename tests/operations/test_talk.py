"""`handrail talk` answers every line, and says which one was no dialogue."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.conftest import import_rasa
from tests.gateway.conftest import (  # noqa: F401 - fixtures
    gateway,
    prepared,
    recorded,
    worker,
)
from tests.gateway.fakes import FakeWorker, Gateway

import_rasa()

from bot.operations.talking import dialogue  # noqa: E402

BROKEN = {
    "a blank line": "",
    "no JSON": "{",
    "a list": "[]",
    "no turns": '{"id": "1"}',
    "turns that are a text": '{"id": "1", "turns": "help"}',
    "a turn that is null": '{"id": "1", "turns": ["help", null]}',
    "a turn that is a number": '{"id": "1", "turns": [7]}',
    "a locale that is a list": '{"id": "1", "turns": ["help"], "locale": ["en"]}',
    "a country that is a number": '{"id": "1", "turns": ["help"], "country": 1}',
    "brackets without end": "[" * 100_000,
}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
async def test_a_broken_line_is_an_object_with_an_error(
    gateway: Gateway,  # noqa: F811
    worker: FakeWorker,  # noqa: F811
    line: str,
) -> None:
    spoken = await dialogue(gateway.edge, line)
    assert spoken["error"].startswith("not a dialogue: ")
    assert spoken["turns"] == []
    assert spoken["id"] == ("1" if line.startswith('{"id"') else None)
    assert worker.texts == []


async def test_whatever_is_typed_is_a_turn(gateway: Gateway) -> None:  # noqa: F811
    turns = ["help", "", "\x00", "\ud800 lone", "a" * 1_000_000, "\u2028"]
    spoken = await dialogue(gateway.edge, json.dumps({"id": 7, "turns": turns}))
    assert "error" not in spoken
    assert spoken["id"] == 7
    assert all(turn["messages"] for turn in spoken["turns"])
    assert spoken["turns"][3]["user"] == "\ufffd lone"
    json.dumps(spoken, ensure_ascii=False).encode("utf-8")


async def test_locale_and_country_are_read_as_programs_write_them(
    gateway: Gateway,  # noqa: F811
    worker: FakeWorker,  # noqa: F811
) -> None:
    line = {"locale": "en-US", "country": "gb", "turns": ["help"]}
    await dialogue(gateway.edge, json.dumps(line))
    line = {"locale": "tlh", "country": "nowhere", "turns": ["help"]}
    await dialogue(gateway.edge, json.dumps(line))
    first, second = (body["metadata"] for body in worker.taken)
    assert (first["locale"], first["country"]) == ("en", "GB")
    assert (second["locale"], second["country"]) == (None, None)


async def test_a_fault_in_the_middle_keeps_what_was_said_before(
    gateway: Gateway,  # noqa: F811
    worker: FakeWorker,  # noqa: F811
) -> None:
    def fail(text: str) -> bool:
        if text == "fail here":
            raise RuntimeError("canary")
        return False

    worker.held = fail
    line: dict[str, Any] = {"id": "1", "turns": ["good day", "fail here", "never"]}
    spoken = await dialogue(gateway.edge, json.dumps(line))
    assert [turn["user"] for turn in spoken["turns"]] == ["good day"]
    assert spoken["error"] == "RuntimeError"

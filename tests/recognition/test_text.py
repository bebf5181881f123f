"""Cleaning, payloads and language."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.recognition.language import detect
from bot.recognition.normalise import BEGINNING, LIMIT, normalise
from bot.recognition.payload import as_typed, is_payload


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  hello \n\t there ", "hello there"),
        ("k\u200bm\u200cs", "kms"),
        ("ｈｅｌｐ ｍｅ", "help me"),
        ("don\u2019t", "don't"),
        ("nooooooooo", "nooo"),
        ("a\x00b\x07c", "abc"),
        ("\u202ereversed\u202c", "reversed"),
        ("$10000", "$10000"),
        ("", ""),
        ("\u200b\u200b", ""),
        ("\ud800 lone surrogate", "lone surrogate"),
    ],
)
def test_text_is_cleaned(raw: str, clean: str) -> None:
    assert normalise(raw) == clean


@pytest.mark.parametrize("length", [LIMIT, LIMIT + 1, 5_000, 100_000])
def test_a_long_text_keeps_its_beginning_and_its_end(length: int) -> None:
    words = ("beginning " + "ab " * length)[: length - 4] + " end"
    clean = normalise(words)
    assert len(clean) <= LIMIT
    assert clean.startswith("beginning")
    assert clean.endswith("end")


def test_the_beginning_is_the_larger_part() -> None:
    text = "".join(f"w{number} " for number in range(2_000))
    assert normalise(text)[:BEGINNING].rstrip() == text[:BEGINNING].rstrip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/affirm", True),
        ('/affirm{"choice":"next"}', True),
        ('/inform_audience{"audience": "teen"} ', True),
        ("/ i want to die", False),
        ("/kms tonight", False),
        ("affirm", False),
        ("", False),
    ],
)
def test_payloads_are_told_from_text(text: str, expected: bool) -> None:
    assert is_payload(Message(data={"text": text})) is expected


@pytest.mark.parametrize(
    ("typed", "kept"), [("/restart", "restart"), (" //help", "help"), ("and/or", "and/or")]
)
def test_typed_text_is_never_a_payload(typed: str, kept: str) -> None:
    assert as_typed(typed) == kept


@pytest.mark.parametrize(
    ("text", "hint", "locale"),
    [
        ("someone sent me a pic", None, "en"),
        ("alguien tiene mis fotos", None, "es"),
        ("alguien tiene mis fotos y tengo miedo", "en", "es"),
        ("someone has my pictures", "es", "en"),
        ("no", "es", "es"),
        ("no", "en", "en"),
        ("ok", "es", "es"),
        ("", "es", "es"),
        ("😭😭", "es", "es"),
        ("123", None, "en"),
        ("someone has my pictures", "fr", "en"),
    ],
)
def test_the_language_is_detected(text: str, hint: str | None, locale: str) -> None:
    assert detect(text, hint) == locale

"""Facts that people tell: what counts, and what must not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.recognition.entities import read_entities
from bot.recognition.finder import Finder
from bot.recognition.normalise import normalise
from bot.recognition.phrases import PhraseError, compile_line

CASES: list[tuple[str, dict[str, Any]]] = [
    ("i'm 15", {"age": [15], "age_band": ["13_17"], "audience": ["teen"]}),
    ("15", {"age": [15], "age_band": ["13_17"]}),
    ("15 yo", {"age": [15], "age_band": ["13_17"]}),
    ("15f", {"age": [15], "age_band": ["13_17"], "audience": ["teen"]}),
    ("she is twelve", {"age": [12], "age_band": ["under_13"]}),
    ("im almost 18", {"age": [17], "age_band": ["13_17"], "audience": ["teen"]}),
    ("he is 35", {"age": [35], "age_band": []}),
    ("im 100% sure", {"age": [], "audience": []}),
    ("i was 15 in the photo, now i'm 22", {"age_band": ["13_17"]}),
    (
        "a 40 year old man is talking to my daughter (13)",
        {"age": [40, 13], "age_band": ["13_17"], "audience": ["parent"]},
    ),
    ("my 10yo", {"age": [10], "age_band": ["under_13"]}),
    ("i'm a mom", {"audience": ["parent"], "relation": []}),
    ("my daughter is on roblox", {"audience": ["parent"], "relation": ["my daughter"]}),
    ("my friend", {"audience": ["friend"], "relation": ["my friend"]}),
    ("one of my students told me", {"audience": ["educator"], "relation": ["my student"]}),
    ("I am a school counselor", {"audience": ["educator"]}),
    ("my mom will kill me", {"audience": [], "contact": []}),
    ("my friend made a deepfake of me with ai", {"audience": [], "image_kind": ["ai_made"]}),
    ("he says he will send it to my friends", {"audience": [], "shared_yet": ["threatened"]}),
    ("i didn't pay", {"paid": ["no"]}),
    ("i didnt pay", {"paid": ["no"]}),
    ("we refused to pay them", {"paid": ["no"]}),
    ("i already paid him $200 in gift cards", {"paid": ["yes"], "payment": ["gift_card"]}),
    ("should i pay him", {"paid": [], "demand": ["money"]}),
    ("he sent me $50 on cash app", {"paid": [], "demand": [], "payment": ["cash_app"]}),
    ("he will post my nudes if i dont send $500", {"paid": [], "demand": ["money"]}),
    ("they want more pics", {"demand": ["images"]}),
    ("he wants to meet up", {"demand": ["meeting"]}),
    ("they havent posted anything yet", {"shared_yet": ["no"]}),
    ("my ex posted my nudes on insta", {"shared_yet": ["posted"], "contact": ["known"]}),
    ("someone on disc i never met", {"platform": ["discord"], "contact": ["online_only"]}),
    ("my stepdad touches me", {"contact": ["at_home"]}),
    ("it was on snapchatt and tik tok", {"platform": ["snapchat", "tiktok"]}),
    ("i live in Canada", {"country": ["CA"]}),
    ("US", {"country": ["US"]}),
    ("help us", {"country": []}),
    ("he is from nigeria", {"country": []}),
    ("ai girlfriend app", {"image_kind": []}),
    ("someone made a fake account", {"image_kind": []}),
    ("a boy in my class", {"setting": ["school"], "contact": ["known"]}),
]


def values(finder: Finder, text: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in read_entities(finder, normalise(text)):
        found.setdefault(row["entity"], []).append(row["value"])
    return found


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_an_english_text_tells_these_facts(
    english: Finder, text: str, expected: dict[str, list[Any]]
) -> None:
    found = values(english, text)
    assert {entity: found.get(entity, []) for entity in expected} == expected


def test_spanish_facts_are_read(spanish: Finder) -> None:
    found = values(spanish, "soy mamá, mi hija de 13 años no pagó y le piden fotos por insta")
    assert found["audience"] == ["parent"]
    assert found["age_band"] == ["13_17"]
    assert found["platform"] == ["instagram"]
    assert found["demand"] == ["images"]


def test_places_point_into_the_clean_text(english: Finder) -> None:
    text = normalise("my  daughter is on Insta")
    row = next(r for r in read_entities(english, text) if r["entity"] == "platform")
    assert text[row["start"] : row["end"]] == "Insta"
    assert row["extractor"] == "EntityFinder"
    assert row["confidence_entity"] == 1.0


def test_a_line_with_an_unknown_list_is_refused() -> None:
    with pytest.raises(PhraseError):
        compile_line("my <nobody>", {})


def test_a_line_that_needs_nothing_is_refused() -> None:
    with pytest.raises(PhraseError):
        compile_line("~3", {})

"""Facts that people tell: what counts, and what must not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.recognition.entities import read_entities
from bot.recognition.finder import Finder
from bot.recognition.normalise import normalise
from bot.recognition.phrases import PhraseError, compile_line
from tests.recognition.facts import values

CASES: list[tuple[str, dict[str, Any]]] = [
    ("i'm 15", {"age": [15], "age_band": ["13_17"], "audience": ["teen"]}),
    ("15", {"age": [15], "age_band": ["13_17"]}),
    ("15 yo", {"age": [15], "age_band": ["13_17"]}),
    ("15f", {"age": [15], "age_band": ["13_17"], "audience": ["teen"]}),
    ("she is twelve", {"age": [12], "age_band": ["under_13"]}),
    ("he is thirty-five", {"age": [35]}),
    ("i am forty nine", {"age": [49], "age_band": ["adult"]}),
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
    # who is concerned, and whose age it is; then where, what, whether, and when
    ("my friend from fortnite wants to meet me", {"audience": []}),
    ("stop being my friend", {"audience": []}),
    ("he's my only friend", {"audience": []}),
    ("my sister is here now", {"audience": []}),
    ("my cousin hurts me", {"audience": []}),
    ("my brother keeps touching me", {"audience": []}),
    ("my uncle makes me do stuff", {"audience": []}),
    ("my friend is being blackmailed", {"audience": ["friend"]}),
    ("my friend got blackmailed", {"audience": ["friend"]}),
    ("my friend wants to kill herself", {"audience": ["friend"]}),
    ("my sister tried to hurt herself", {"audience": ["friend"]}),
    ("my gf got her nudes leaked", {"audience": ["friend"]}),
    ("my brother wants to kill me", {"audience": []}),
    ("we sent one", {"paid": ["yes"]}),
    ("we sent one of them an email", {"paid": []}),
    # what has an answer of its own
    ("should we pay them", {"remark": ["pay"]}),
    ("can i get my money back", {"remark": ["pay"]}),
    ("i told my mom", {"remark": ["good_step"]}),
    ("i told my mom and she is mad", {"remark": []}),
    ("should i have told my mom", {"remark": []}),
    ("he left", {"remark": ["safe"]}),
    ("he left me", {"remark": []}),
    ("the police are here", {"remark": ["safe"]}),
    ("i am not safe", {"remark": []}),
    ("i cant call he will hear me", {"remark": ["wont_call"]}),
    ("they keep calling me", {"remark": []}),
    ("my best friend was sent a fake nude of herself", {"audience": ["friend"]}),
    ("my friend has a problem", {"audience": ["friend"]}),
    ("its for a friend", {"audience": ["friend"]}),
    ("for a friend hes 14", {"audience": ["friend"], "age_band": ["13_17"]}),
    ("my sister is being threatened", {"audience": ["friend"]}),
    ("my friend sent a nude to a guy", {"audience": ["friend"]}),
    ("someone is blackmailing my friend", {"audience": ["friend"]}),
    ("they made a fake of my sister", {"audience": ["friend"]}),
    ("my lad sent a photo", {"audience": ["parent"]}),
    ("it's about my boy", {"audience": ["parent"]}),
    ("my grandaughter is 12", {"audience": ["parent"], "age_band": ["under_13"]}),
    ("my boyfriend shared it", {"audience": []}),
    ("its my daughter hes 15 im 20", {"age_band": ["13_17"]}),
    ("for my friend hes 15 im 20", {"audience": ["friend"], "age_band": ["13_17"]}),
    ("im her sister im 17", {"age_band": [], "audience": ["friend"]}),
    ("15 girl", {"age_band": ["13_17"], "audience": ["teen"]}),
    ("girl 15", {"age_band": ["13_17"], "audience": ["teen"]}),
    ("me 15", {"age_band": ["13_17"], "audience": ["teen"]}),
    ("im a boy btw", {"audience": ["teen"]}),
    ("im a girl", {"audience": ["teen"]}),
    ("not in the US", {"country": []}),
    ("im in ireland not the US", {"country": ["IE"]}),
    ("in ireland not in the us", {"country": ["IE"]}),
    ("we moved from canada to spain", {"country": ["ES"]}),
    ("i moved from texas to england", {"country": ["GB"]}),
    ("i dont live in canada", {"country": []}),
    ("i live in canada", {"country": ["CA"]}),
    ("should i message him", {"platform": []}),
    ("can i message them first", {"platform": []}),
    ("he texted on imessage", {"platform": ["imessage"]}),
    ("i message", {"platform": ["imessage"]}),
    ("wants 200 or they leak my nudes", {"demand": ["money"], "shared_yet": ["threatened"]}),
    ("he wants money for my nudes", {"demand": ["money"]}),
    ("they want 300", {"demand": ["money"]}),
    ("he wants apple cards", {"demand": ["money"], "payment": ["gift_card"]}),
    ("they are blackmailing him for money", {"demand": ["money"]}),
    ("he says pay or he posts my pics", {"demand": ["money"]}),
    ("he wants more pics", {"demand": ["images"]}),
    ("i havent paid", {"paid": ["no"]}),
    ("havent paid yet", {"paid": ["no"]}),
    ("not paid", {"paid": ["no"]}),
    ("we have not paid anything", {"paid": ["no"]}),
    ("i paid 50", {"paid": ["yes"]}),
    ("already sent 50 on cashapp", {"paid": ["yes"], "payment": ["cash_app"]}),
    ("yes paid", {"paid": ["yes"]}),
    ("i paid them", {"paid": ["yes"]}),
    ("sent the gift card code", {"paid": ["yes"], "payment": ["gift_card"]}),
    ("he sent 50 on cashapp to me", {"paid": []}),
    ("should i send 50 on cashapp", {"paid": []}),
    ("he sent it round", {"shared_yet": ["posted"]}),
    ("they sent it around the school", {"shared_yet": ["posted"]}),
    ("it's in a group chat", {"shared_yet": ["posted"]}),
    ("its in the group chat now", {"shared_yet": ["posted"]}),
    ("can they find out who uploaded it", {"shared_yet": []}),
    ("i dont know who posted it", {"shared_yet": ["posted"]}),
    ("today", {"meeting": ["today"]}),
    ("tonight", {"meeting": ["today"]}),
    ("now", {"meeting": ["today"]}),
    ("right now", {"meeting": ["today"]}),
    ("im with him right now", {"meeting": ["today"]}),
    ("he is on the way", {"meeting": ["today"]}),
    ("in an hour", {"meeting": ["today"]}),
    ("im meeting him in an hour", {"meeting": ["today"]}),
    ("we meet tonight", {"meeting": ["today"]}),
    ("tomorrow", {"meeting": ["later"]}),
    ("im meeting him tomorrow", {"meeting": ["later"]}),
    ("he wants to meet this weekend", {"meeting": ["later"]}),
    ("on saturday", {"meeting": ["later"]}),
    ("next week", {"meeting": ["later"]}),
    ("in 3 days", {"meeting": ["later"]}),
    ("not yet", {"meeting": ["later"]}),
    ("she met him yesterday", {"meeting": ["happened"]}),
    ("we already met", {"meeting": ["happened"]}),
    ("already met", {"meeting": ["happened"]}),
    ("last week", {"meeting": ["happened"]}),
    ("yesterday", {"meeting": ["happened"]}),
    ("i met up with him last week", {"meeting": ["happened"]}),
    ("she has never met him", {"meeting": []}),
    ("i met him online last week", {"meeting": []}),
    ("he will post it tonight", {"meeting": []}),
    ("they want money by friday", {"meeting": []}),
    ("he sent it yesterday", {"meeting": []}),
    ("we met on snap last month", {"meeting": []}),
    ("meeting him at the mall saturday", {"meeting": ["later"]}),
    ("he is coming to see me friday", {"meeting": ["later"]}),
    ("hes picking me up in 20 minutes", {"meeting": ["today"]}),
    ("hes 15 im 20", {"age_band": ["13_17"], "audience": []}),
    ("im with him at the mall right now", {"meeting": ["today"]}),
    ("he sent me 15 dollars", {"age": []}),
    ("give me 15 minutes", {"age": []}),
    ("a girl 15 from my school", {"audience": []}),
    ("it's my friend", {"audience": ["friend"]}),
    ("shes my friend", {"audience": []}),
    ("my friend told me to post it", {"audience": []}),
    ("i told my friend about it", {"audience": []}),
    ("my best friend is scared", {"audience": ["friend"]}),
    ("my little brother got scammed", {"audience": ["friend"]}),
    ("i have a friend who is being sextorted", {"audience": ["friend"]}),
    ("my brother is 12", {"audience": ["friend"], "age_band": ["under_13"]}),
    ("in the uk", {"country": ["GB"]}),
    ("i am in the US", {"country": ["US"]}),
    ("i moved to canada", {"country": ["CA"]}),
    ("i sent the money", {"paid": ["yes"]}),
    ("we paid twice", {"paid": ["yes"]}),
    ("no, not paid", {"paid": ["no"]}),
    ("i refuse to pay", {"paid": ["no"]}),
    ("if i send the gift card will he stop", {"paid": []}),
    ("he wants me to send him 3 pics", {"demand": ["images"]}),
    ("he wants to see me", {"meeting": []}),
    ("i need help now", {"meeting": []}),
    ("he is going to post it today", {"meeting": []}),
    ("what do i do now", {"meeting": []}),
    ("i am scared right now", {"meeting": []}),
    ("my meeting with the principal is tomorrow", {"meeting": []}),
    ("we meet the counselor on friday", {"meeting": []}),
    ("maybe tomorrow", {"meeting": ["later"]}),
    ("yes tonight", {"meeting": ["today"]}),
    ("saturday i think", {"meeting": ["later"]}),
    ("ok not yet", {"meeting": ["later"]}),
    ("friday", {"meeting": ["later"]}),
    ("im not meeting him tomorrow", {"meeting": []}),
    ("i asked 2 friends", {"demand": []}),
    ("how do i send a message", {"platform": []}),
]


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

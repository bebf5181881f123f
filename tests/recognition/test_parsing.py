"""A trained model from end to end. Its data is a small part, so only plain texts are asked."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from bot.recognition.encoder import Encoder
from bot.recognition.encoder_files import find
from bot.recognition.parsing import ModelUnusable, Recogniser


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hello", "greet"),
        ("thanks", "thank"),
        ("i want to kill myself", "self_harm"),
        ("he says he will post my nudes unless i pay him", "sextortion"),
        ("no quiero vivir", "self_harm"),
        ("me amenaza con subir mis fotos si no le pago", "sextortion"),
        ("cómo denuncio esto", "ask_report"),
        ("gracias", "thank"),
        ("HE SAYS HE WILL POST MY NUDES UNLESS I PAY HIM", "sextortion"),
    ],
)
def test_plain_texts_are_understood(recogniser: Recogniser, text: str, intent: str) -> None:
    assert recogniser.parse(text).intent == intent


@pytest.mark.parametrize("text", ["", "   ", "?", "...", "\u200b", "😭😭", "-_-"])
def test_noise_is_out_of_scope_with_no_confidence(recogniser: Recogniser, text: str) -> None:
    found = recogniser.parse(text)
    assert (found.intent, found.confidence, found.crisis) == ("out_of_scope", 0.0, None)


def test_a_crisis_in_the_middle_of_a_long_text_is_seen(recogniser: Recogniser) -> None:
    text = "we had pasta today. " * 200 + "i want to kill myself. " + "it rained. " * 200
    found = recogniser.parse(text)
    assert found.crisis == found.intent == "self_harm"


def test_a_crisis_is_named_and_stands_first(recogniser: Recogniser) -> None:
    found = recogniser.parse("he threatens to post my nudes and i want to die")
    assert found.crisis == "self_harm"
    assert found.ranking[0]["name"] == "self_harm"


@pytest.mark.parametrize("text", ["/restart", '/affirm{"choice":"yes"}', "//self_harm"])
def test_typed_payloads_are_only_text(recogniser: Recogniser, text: str) -> None:
    found = recogniser.parse(text)
    assert found.text == text
    assert not any(row["entity"] == "choice" for row in found.entities)


def test_the_hint_decides_for_short_texts(recogniser: Recogniser) -> None:
    assert recogniser.parse("ok", "es").locale == "es"
    assert recogniser.parse("ok", "en").locale == "en"


def test_confidences_are_probabilities_best_first(recogniser: Recogniser) -> None:
    ranking = recogniser.parse("how do i report a picture").ranking
    confidences = [row["confidence"] for row in ranking]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < sum(confidences) <= 1.0001


def test_the_same_text_always_reads_the_same(recogniser: Recogniser) -> None:
    assert recogniser.parse("is it illegal") == recogniser.parse("is it illegal")


def test_what_is_typed_never_reaches_a_log(
    recogniser: Recogniser, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        recogniser.parse("/unheard of xylophone")
    printed = capfd.readouterr()
    assert "xylophone" not in caplog.text + printed.out + printed.err


def test_a_result_is_plain_data(recogniser: Recogniser) -> None:
    found = recogniser.parse("my daughter is 12 and on roblox").as_dict()
    assert json.loads(json.dumps(found)) == found
    assert {"text", "locale", "intent", "confidence", "ranking", "entities", "crisis"} <= set(found)


def test_rasas_agent_gives_the_same_and_obeys_payloads(model: Path) -> None:
    import asyncio

    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    read = asyncio.run(agent.parse_message("i want to kill myself"))
    assert read["intent"]["name"] == read["crisis"] == "self_harm"
    assert read["locale"] == "en"
    pressed = asyncio.run(agent.parse_message('/affirm{"choice": "next"}'))
    assert pressed["intent"] == {"name": "affirm", "confidence": 1.0}
    assert [row["value"] for row in pressed["entities"]] == ["next"]
    assert "crisis" not in pressed


def test_a_missing_or_broken_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable):
        Recogniser.load(tmp_path)
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"not a model")
    with pytest.raises(ModelUnusable):
        Recogniser.load(broken)


def test_the_encoder_is_deterministic_and_of_length_one() -> None:
    encoder = Encoder(find("data/encoder"))
    alone = encoder.encode("someone has my pictures")
    among = encoder.encode_all(["hi", "someone has my pictures", "a longer text " * 40])[1]
    assert np.array_equal(alone, among)
    assert alone.shape == (384,)
    assert float(np.linalg.norm(alone)) == pytest.approx(1.0, abs=1e-5)


def test_both_languages_say_the_same_in_one_place() -> None:
    encoder = Encoder(find("data/encoder"))
    english, spanish, far = encoder.encode_all(
        [
            "my ex posted my private pictures and everybody at school has seen them",
            "mi ex publicó mis fotos íntimas y todo el colegio ya las vio",
            "what will the weather be like tomorrow",
        ]
    )
    assert english @ spanish > english @ far + 0.2

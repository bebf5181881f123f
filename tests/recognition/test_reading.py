"""What the encoder gets to read: words, whatever else was typed with them."""

from __future__ import annotations

import pytest

from bot.recognition.encoder import Encoder, as_read
from bot.recognition.encoder_files import find


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("HE HAS MY PICS", "he has my pics"),
        ("¡AYÚDENME, POR FAVOR!", "¡ayúdenme, por favor!"),
        ("he has my pics 😭😭", "he has my pics"),
        ("he 💀 has my ❤️ pics", "he has my pics"),
        ("He has my pics", "He has my pics"),
        ("¿Qué hago? niño", "¿Qué hago? niño"),
        ("OK", "OK"),
        ("USA", "USA"),
        ("i live in the USA", "i live in the USA"),
        ("😭", "😭"),
        ("", ""),
    ],
)
def test_shouting_and_pictures_change_nothing(typed: str, read: str) -> None:
    assert as_read(typed) == read


def test_a_long_story_keeps_its_beginning_and_its_end() -> None:
    encoder = Encoder(find("data/encoder"), max_tokens=32)
    begin, end = "he threatens to post my photos", "what do i do now"
    whole, longer, other = (
        encoder.encode(f"{begin} {'and ' * times}{last}")
        for times, last in ((100, end), (150, end), (100, "tell me a joke"))
    )
    assert (whole == longer).all()
    assert not (whole == other).all()

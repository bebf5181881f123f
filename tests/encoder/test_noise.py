"""Worsened sentences stay sentences, and the same dice give the same ones."""

from __future__ import annotations

import random

import pytest

from encoder.noise import slips, without_accents, worsen

SENTENCES = (
    "He says he'll send my pictures to everyone at school.",
    "¿Qué hago? Me amenazó y ya pagué, qué vergüenza...",
    "k",
    "?!",
    "😭😭 ayuda",
)


@pytest.mark.parametrize("text", SENTENCES)
def test_nothing_is_lost_altogether(text: str) -> None:
    for seed in range(200):
        assert worsen(text, random.Random(seed)).strip()


def test_the_same_dice_give_the_same_sentence() -> None:
    for text in SENTENCES:
        assert worsen(text, random.Random(5)) == worsen(text, random.Random(5))


def test_accents_go_and_letters_stay() -> None:
    assert without_accents("¿Qué pasó, niño? pingüino") == "¿Que paso, nino? pinguino"


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_slips_happen_as_often_as_asked(rate: float) -> None:
    text = "g" * 10_000
    assert slips(text, 0.0, random.Random(1)) == text
    changed = slips(text, rate, random.Random(1))
    # A quarter of the slips hits the key beside; three in ten leave out, two in ten double.
    beside = sum(sign != "g" for sign in changed)
    assert beside == pytest.approx(0.25 * rate * len(text), rel=0.2)
    assert len(text) - len(changed) == pytest.approx(0.1 * rate * len(text), rel=0.6)

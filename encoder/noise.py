"""How frightened people type: sentences as they were written, made worse at random."""

from __future__ import annotations

import random
import unicodedata

_KEYS = "qwertyuiop asdfghjkl zxcvbnm"
_RATES = (0.03, 0.06, 0.1)


def worsen(text: str, dice: random.Random) -> str:
    """The text without accents, or without punctuation, in capitals, or with slips of the thumb."""
    drawn = dice.random()
    if drawn < 0.25:
        return without_accents(text).lower()
    if drawn < 0.4:
        return "".join(sign for sign in text if sign.isalnum() or sign in " '").strip() or text
    if drawn < 0.45:
        return text.upper()
    return slips(text, dice.choice(_RATES), dice)


def without_accents(text: str) -> str:
    """The text as many people type it on a phone."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def slips(text: str, rate: float, dice: random.Random) -> str:
    """The text in which a letter is left out, doubled, swapped or missed at a rate from 0 to 1."""
    typed: list[str] = []
    for sign in text:
        if not sign.isalpha() or dice.random() >= rate:
            typed.append(sign)
            continue
        drawn = dice.random()
        if drawn < 0.3:
            continue
        if drawn < 0.5:
            typed += (sign, sign)
        elif drawn < 0.75 and typed:
            typed.insert(-1, sign)
        else:
            typed.append(_beside(sign, dice))
    return "".join(typed).strip() or text


def _beside(sign: str, dice: random.Random) -> str:
    place = _KEYS.find(sign.lower())
    if place < 0:
        return sign
    return _KEYS[max(0, min(len(_KEYS) - 1, place + dice.choice((-1, 1))))]

"""The same sentences as they are typed by shaking thumbs, on old phones, in a hurry."""

from __future__ import annotations

import random
from collections.abc import Callable

from encoder.noise import slips, without_accents

_EMOJI = ("😭", "😢", "🙏", "💀", "😳", "🥺", "😰", "❤️")


def _emoji(text: str, dice: random.Random) -> str:
    words = text.split(" ")
    for _ in range(2):
        words.insert(dice.randrange(len(words) + 1), dice.choice(_EMOJI))
    return " ".join(words)


def _bare(text: str, dice: random.Random) -> str:
    return "".join(sign for sign in text if sign.isalnum() or sign == " ").strip() or text


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "typos in 5 % of letters": lambda text, dice: slips(text, 0.05, dice),
    "typos in 10 % of letters": lambda text, dice: slips(text, 0.1, dice),
    "typos in 20 % of letters": lambda text, dice: slips(text, 0.2, dice),
    "no punctuation": _bare,
    "no accents": lambda text, dice: without_accents(text),
    "capitals": lambda text, dice: text.upper(),
    "two emoji": _emoji,
}

"""What an SMS costs: the parts that a text is sent in, by the alphabet that it needs.

3GPP TS 23.038 (alphabets) and 23.040 (joined parts); Twilio bills each part:
https://www.twilio.com/docs/glossary/what-sms-character-limit
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

GSM_7, UCS_2 = "GSM-7", "UCS-2"
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")  # two septets each: an escape and a sign
# Units that fit into a single part, and into each of several: a header takes the rest.
_ROOM = {GSM_7: (160, 153), UCS_2: (70, 67)}
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′ʼ", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−•", "-"),
        **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
        "…": "...",
    }
)


@dataclass(frozen=True)
class Segments:
    """A text as SMS: its alphabet, its length in septets or 16-bit units, and its parts."""

    encoding: str
    units: int
    count: int


def segments(text: str) -> Segments:
    """How a text is sent; an empty one is still one message."""
    if is_gsm_7(text):
        return _counted(GSM_7, [2 if sign in _EXTENSION else 1 for sign in text])
    return _counted(UCS_2, [2 if ord(sign) > 0xFFFF else 1 for sign in text])


def is_gsm_7(text: str) -> bool:
    """Whether every sign is in the GSM alphabet: é, ñ, ü and ¿ are, á, í, ó and ú are not."""
    return all(sign in _BASIC or sign in _EXTENSION for sign in text)


def smart(text: str) -> str:
    """The text with plain quotes, dashes and spaces where these alone would make it UCS-2.

    What needs UCS-2 anyway, such as Spanish, is composed (NFC) and else left as it is.
    """
    composed = unicodedata.normalize("NFC", text)
    plain = composed.translate(_PLAIN)
    return plain if is_gsm_7(plain) else composed


def _counted(encoding: str, lengths: Iterable[int]) -> Segments:
    lengths = list(lengths)
    single, several = _ROOM[encoding]
    units = sum(lengths)
    if units <= single:
        return Segments(encoding, units, 1)
    count, used = 1, 0
    for length in lengths:  # a sign of two units is never parted
        if used + length > several:
            count, used = count + 1, 0
        used += length
    return Segments(encoding, units, count)

"""Fold what a person typed into plain tokens, so that one phrase covers its many spellings."""

import re
import unicodedata

# Marks are dropped before normalising as well: ordering a long run of them takes quadratic time.
_APOSTROPHES = "'\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`\uff07"
_DROPPED = dict.fromkeys(map(ord, _APOSTROPHES))
_DROPPED.update(
    (code, None)
    for code in (*range(0x20000), *range(0xE0000, 0xE0200))  # the planes that hold such marks
    if unicodedata.category(chr(code)) in ("Cf", "Mn", "Me")
    or (unicodedata.category(chr(code)) == "Cc" and chr(code) not in "\t\n\v\f\r")
)
_SKIN_TONES = dict.fromkeys(range(0x1F3FB, 0x1F400))
_LOOKALIKES = str.maketrans("аеорсхуікѕјԁһвнмтαεορικνυ", "aeopcxyiksjdhbhmtaeopikvu")
_LEET = str.maketrans("013456789@$!|", "oieasgtbgasil")

_MIXED_SCRIPT = re.compile(r"\w*(?:[a-z][\u0370-\u04ff\u0500-\u052f]|[\u0370-\u052f][a-z])\w*")
_LEET_INSIDE = re.compile(r"(?<=[a-z])[01345789@$]+(?=[a-z])")
# A mark of exclamation is a letter only early in a short word: "k!ll", and not "stop!please".
_LEET_BANG = re.compile(r"\b([a-z]{1,2})[!|]{1,2}([a-z]{1,6})\b")
_LEET_FIRST = re.compile(r"(?<![\w@$])[5$@](?=[a-z]{4})")
_LONG_RUN = re.compile(r"([^\W\d_])\1{2,}")
_DOUBLED = frozenset("bcdefglmnoprst")  # letters that words do write twice
_SPELLED = re.compile(r"(?<![^\W_])[a-z](?:[ .\-_*/][a-z]){2,}(?![^\W_])")
_ELLIPSIS = re.compile(r"\.{2,}")
_CENSORED = re.compile(r"(?<=[a-z])\*+(?=[a-z])")
_STAR = "\ue000"  # stands for a censoring star while other symbols are removed
_SENTENCE_END = re.compile(r"[.!?\u00bf\u00a1\u3002\u061f\u0964]+")
_EMOJI = re.compile("([\u2190-\u2bff\U0001f000-\U0001faff])")
_OTHER = re.compile(r"[^\w.\ue000\u2190-\u2bff\U0001f000-\U0001faff]+|_+")

SENTENCE_END = "."


def fold(text: str) -> str:
    """Give the text as lower-case tokens, one space apart, with "." for the end of a sentence.

    Undone on the way: accents, styled and invisible letters, look-alike alphabets, digits and
    signs for letters ("d1e", "k!ll"), stretched letters ("diiie"), spelled words ("d i e").
    Apostrophes vanish ("don't" is "dont"), emoji stay as tokens, "su*cide" keeps its star.
    Takes any string, time in proportion to its length; never fails.
    """
    folded = text.translate(_DROPPED)
    if not folded.isascii():
        folded = unicodedata.normalize("NFKC", folded).casefold()
        folded = unicodedata.normalize("NFKD", folded).translate(_DROPPED).translate(_SKIN_TONES)
        folded = _MIXED_SCRIPT.sub(lambda found: found[0].translate(_LOOKALIKES), folded)
    folded = folded.casefold()
    folded = _LEET_INSIDE.sub(lambda found: found[0].translate(_LEET), folded)
    folded = _LEET_BANG.sub(r"\1i\2", folded)
    folded = _LEET_FIRST.sub(lambda found: found[0].translate(_LEET), folded)
    folded = _LONG_RUN.sub(_shorten, folded)
    folded = _SPELLED.sub(_join_letters, folded)
    folded = _CENSORED.sub(_STAR, folded)
    folded = _ELLIPSIS.sub(" ", folded).replace("&", " and ")
    folded = _SENTENCE_END.sub(" . ", folded)
    folded = _EMOJI.sub(r" \1 ", _OTHER.sub(" ", folded))
    return " ".join(folded.replace(_STAR, "*").split())


def squeeze(word: str) -> str:
    """Give the word with every doubled letter written once ("kill" is "kil")."""
    return "".join(letter for at, letter in enumerate(word) if at == 0 or letter != word[at - 1])


def unleet(word: str) -> tuple[str, str]:
    """Give the two readings of a word whose digits stand for letters: 1 as i, and 1 as l."""
    return word.translate(_LEET), word.replace("1", "l").translate(_LEET)


def _shorten(found: re.Match[str]) -> str:
    letter = found[1]
    return letter * 2 if letter in _DOUBLED else letter


def _join_letters(found: re.Match[str]) -> str:
    letters = re.sub(r"[^a-z]", "", found[0])
    # "can i k m s": the pronoun before a spelled word is a word of its own.
    if letters[0] == "i" and len(letters) > 3:
        return "i " + letters[1:]
    return letters

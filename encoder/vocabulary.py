"""Which word pieces the encoder keeps: those that English and Spanish words are made of.

The published vocabulary has 250,000 pieces in a hundred languages. A unigram tokeniser splits a
text alike whether or not pieces lie beside it that cannot occur in it, so the others are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from wordfreq import top_n_list

from encoder.noise import without_accents

COMMON_WORDS = 60_000  # of each language, by wordfreq's lists
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
START, END, UNKNOWN = 0, 2, 3
_EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
_LATIN_END, _PUNCTUATION = 0x250, range(0x2010, 0x2040)


def tokeniser(pieces: Sequence[str], scores: Sequence[float]) -> Tokenizer:
    """XLM-RoBERTa's tokeniser over these pieces; the special ones come first."""
    pairs = [(piece, float(score)) for piece, score in zip(pieces, scores, strict=True)]
    made = Tokenizer(models.Unigram(pairs, unk_id=UNKNOWN, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", START), ("</s>", END)]
    )
    return made


def kept(pieces: Sequence[str], scores: Sequence[float], locales: Iterable[str]) -> list[int]:
    """Places of the pieces to keep, in their order."""
    whole = tokeniser(pieces, scores)
    words = chain.from_iterable(top_n_list(locale, COMMON_WORDS) for locale in locales)
    found = set(range(len(SPECIAL)))
    for word in words:
        for form in {word, word.capitalize(), without_accents(word)}:
            found.update(whole.encode(form).ids)
    found |= {place for place, piece in enumerate(pieces) if _is_basic(piece.lstrip("▁"))}
    return sorted(found)


def _is_basic(piece: str) -> bool:
    """Emoji, and pieces of at most three Latin letters: what any other word falls apart into."""
    if _EMOJI.search(piece):
        return True
    return len(piece) <= 3 and all(
        ord(sign) < _LATIN_END or ord(sign) in _PUNCTUATION or sign == "€" for sign in piece
    )

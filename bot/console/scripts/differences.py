"""What changed between two texts, word by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

# A word or a sign, with the space after it: a space alone makes no two passages alike.
_WORDS = re.compile(r"[\w'’-]+\s*|[^\w\s]\s*|\s+")


@dataclass(frozen=True)
class Part:
    """A run of words that both texts have, or one alone."""

    kind: Literal["same", "added", "removed"]
    text: str


def difference(before: str, after: str) -> list[Part]:
    """The parts in reading order; joined without the removed ones they are `after`. Space alone
    is no difference."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    parts: list[Part] = []
    before_words, after_words = ([each.strip() for each in text] for text in (old, new))
    matcher = SequenceMatcher(None, before_words, after_words, autojunk=False)
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            parts.append(Part("same", "".join(new[k:m])))
            continue
        if i < j:
            parts.append(Part("removed", "".join(old[i:j])))
        if k < m:
            parts.append(Part("added", "".join(new[k:m])))
    return parts


def told(parts: list[Part]) -> str:
    """The difference in words, for who does not see colours."""
    changes = [
        f"{'added' if part.kind == 'added' else 'removed'}: “{part.text.strip()}”"
        for part in parts
        if part.kind != "same" and part.text.strip()
    ]
    return "; ".join(changes) or "no words differ"

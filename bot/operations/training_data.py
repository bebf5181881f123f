"""The lint of data/nlu: what two intents claim, or one author wrote twice, teaches nothing."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from bot.content.problems import Problem

ALIKE = 0.8  # share of words in common from which two sentences are near-duplicates
SHORT = 5  # sentences with fewer different words are often rightly alike ("i'm 15", "im 15")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Line:
    """One training sentence and where it stands."""

    text: str
    intent: str
    locale: str
    file: str
    number: int

    @property
    def words(self) -> frozenset[str]:
        return frozenset(_WORDS.findall(self.text.casefold()))


def check_training_data(root: Path) -> list[Problem]:
    """Duplicates within a locale, and near-duplicates of two intents."""
    lines = list(read_lines(root))
    return [*_duplicates(lines), *_near_duplicates(lines)]


def read_lines(root: Path) -> Iterator[Line]:
    """Every sentence of data/nlu/<locale>/*.yml in file order; other files are not ours to read."""
    for path in sorted((root / "data" / "nlu").glob("*/*.yml")):
        file = path.relative_to(root).as_posix()
        intent = ""
        for number, raw in enumerate(
            path.read_text("utf-8", errors="replace").splitlines(), start=1
        ):
            text = raw.strip()
            if text.startswith("- intent:"):
                intent = text.removeprefix("- intent:").strip()
            elif text.startswith("- ") and intent:
                yield Line(text[2:], intent, path.parent.name, file, number)


def _duplicates(lines: list[Line]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Line] = {}
    for line in lines:
        before = first.setdefault((line.locale, " ".join(line.text.casefold().split())), line)
        if before is not line:
            message = f"{line.text!r} stands in {before.file}:{before.number} too"
            yield Problem(line.file, line.number, message, "Leave one of them out.")


def _near_duplicates(lines: list[Line]) -> Iterator[Problem]:
    """Only pairs that share their rarest words are compared, which finds all that are alike."""
    usage: dict[str, int] = defaultdict(int)
    known = [(line, line.words) for line in lines]
    known = [(line, words) for line, words in known if len(words) >= SHORT]
    for _, words in known:
        for word in words:
            usage[word] += 1
    # Two sets that share 80 % of their union share one of the rarest 20 % (and one) of each.
    by_word: dict[str, list[int]] = defaultdict(list)
    for place, (_, words) in enumerate(known):
        rare = sorted(words, key=lambda word: (usage[word], word))
        for word in rare[: len(rare) - int(ALIKE * len(rare)) + 1]:
            by_word[word].append(place)
    seen: set[tuple[int, int]] = set()
    for places in by_word.values():
        for pair in combinations(places, 2):
            if pair in seen:
                continue
            seen.add(pair)
            (one, words), (other, others) = known[pair[0]], known[pair[1]]
            if one.intent == other.intent:
                continue
            if len(words & others) >= ALIKE * len(words | others):
                message = f"{other.text!r} ({other.intent}) is nearly {one.text!r} ({one.intent})"
                remedy = f"See {one.file}:{one.number}: reword one, or give both the same intent."
                yield Problem(other.file, other.number, message, remedy)

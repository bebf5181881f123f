"""What many people say and the bot does not know: redacted sentences that are alike, in groups."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from bot.content.unclear.redaction import LEAST_KNOWN, MARK, joined, word_lists
from bot.content.unclear.sentences import Sentence
from bot.settings import ROOT

ALIKE = 0.5  # share of words in common from which two sentences are in one group
MOST_SHOWN = 5
_INTENT = re.compile(r"[a-z][a-z_]{0,39}")
_LOCALE = re.compile(r"[a-z]{2,3}")
_MARKUP = re.compile(r"[\[\](){}\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True)
class Cluster:
    """Sentences that are alike: `size` voices said them; `sentences` are examples, the one that
    most voices said first."""

    size: int
    sentences: tuple[str, ...]


@dataclass
class _Group:
    seed: frozenset[str]
    voices: set[str] = field(default_factory=set)
    sentences: list[str] = field(default_factory=list)


def clusters(
    rows: Iterable[Sentence], minimum: int = 10, *, stop_words: frozenset[str] | None = None
) -> list[Cluster]:
    """Groups that at least `minimum` different voices are in, the largest first.

    A sentence joins the first group whose first sentence shares half of its words. Of a sentence
    only words are shown that `minimum` voices used in all; the rest is masked.
    """
    ignored = _stop_words() if stop_words is None else stop_words
    voices: dict[str, set[str]] = defaultdict(set)
    users: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        voices[row.words].add(row.voice)
        for word in row.words.split():
            users[word].add(row.voice)
    common = frozenset(word for word, users_ in users.items() if len(users_) >= minimum)
    groups: list[_Group] = []
    for sentence in sorted(voices, key=lambda one: (-len(voices[one]), one)):
        meant = _meant(sentence, ignored)
        group = next((each for each in groups if _alike(each.seed, meant)), None)
        if group is None:
            groups.append(group := _Group(meant))
        group.voices |= voices[sentence]
        group.sentences.append(sentence)
    found = [
        Cluster(len(group.voices), _shown(group.sentences, common))
        for group in groups
        if len(group.voices) >= minimum
    ]
    return sorted(found, key=lambda one: (-one.size, one.sentences))


def proposal_file(locale: str, intent: str, sentences: Sequence[str]) -> str:
    """A file of Rasa's training data for developers to merge. Raises ValueError for what is no
    locale, intent or sentence: marks, brackets and line ends are none of a sentence."""
    if not _LOCALE.fullmatch(locale) or not _INTENT.fullmatch(intent):
        raise ValueError("no locale or no intent")
    lines = list(dict.fromkeys(" ".join(_MARKUP.sub(" ", text).split()) for text in sentences))
    if not lines or any(not line or MARK in line for line in lines):
        raise ValueError("a proposal needs sentences without marks")
    # Strings as block scalars are Rasa's form, and nothing in them is read as YAML.
    examples = "".join(f"    - {line}\n" for line in lines)
    head = {"intent": intent, "metadata": {"author": "staff", "locale": locale}}
    item = yaml.safe_dump([head], sort_keys=False, allow_unicode=True, default_flow_style=None)
    return f'version: "3.1"\n\nnlu:\n{item}  examples: |\n{examples}'


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    lists: Mapping[str, frozenset[str]] = word_lists(ROOT).get("stop_words", {})
    return frozenset().union(*lists.values())


def _meant(sentence: str, ignored: frozenset[str]) -> frozenset[str]:
    words = frozenset(sentence.split()) - {MARK}
    return words - ignored or words


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= ALIKE * len(one | other)


def _shown(sentences: Iterable[str], common: frozenset[str]) -> tuple[str, ...]:
    """Examples, the words that few used masked; those that say nothing any more are left out."""
    shown: dict[str, None] = {}
    for sentence in sentences:
        words = [word if word in common else MARK for word in sentence.split()]
        if sum(word != MARK for word in words) >= LEAST_KNOWN:
            shown[joined(words)] = None
        if len(shown) == MOST_SHOWN:
            break
    return tuple(shown)

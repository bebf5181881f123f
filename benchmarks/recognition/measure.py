"""Asks a trained model the sentences that were kept apart, as written and as badly typed."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.recognition.figures import confusions, figures
from benchmarks.recognition.sentences import Sentence
from benchmarks.recognition.worse import WAYS
from bot.recognition.messages import CRISIS_ORDER
from bot.recognition.parsing import Recogniser

TWENTY_WORDS = (
    "some guy i met on snap says he will send my pictures to everyone at school "
    "unless i pay him today"
)
TIMES, WARM_UP = 200, 30
Said = list[tuple[str, float]]


@dataclass(frozen=True)
class Measured:
    """Figures of one group of sentences: how many there are, and how many of them are a crisis."""

    count: int
    crises: int
    figures: dict[str, float]
    confusions: list[tuple[str, str, int]]


def ask(recogniser: Recogniser, texts: Iterable[str]) -> Said:
    """Intent and confidence of each text; no channel says which language it is."""
    found = [recogniser.parse(text) for text in texts]
    return [(each.intent, each.confidence) for each in found]


def groups(sentences: list[Sentence], said: Said, most: int = 12) -> dict[str, Measured]:
    """By locale, and by author within it: the figures of what was said."""
    names: dict[str, list[int]] = {}
    for place, sentence in enumerate(sentences):
        names.setdefault(sentence.locale, []).append(place)
        names.setdefault(f"{sentence.locale}: {sentence.author}", []).append(place)
    return {name: _measured(sentences, said, places, most) for name, places in names.items()}


def badly_typed(
    recogniser: Recogniser, sentences: list[Sentence]
) -> dict[str, dict[str, Measured]]:
    """For each way of typing worse: the figures by locale."""
    found: dict[str, dict[str, Measured]] = {}
    for way, worsen in WAYS.items():
        dice = random.Random(11)
        said = ask(recogniser, [worsen(sentence.text, dice) for sentence in sentences])
        by_group = groups(sentences, said)
        found[way] = {name: value for name, value in by_group.items() if ":" not in name}
    return found


def milliseconds(recogniser: Recogniser, text: str = TWENTY_WORDS) -> tuple[float, float]:
    """Median and 95th percentile of reading a text, through all of recognition."""
    times = []
    for number in range(TIMES + WARM_UP):
        begin = time.perf_counter()
        recogniser.parse(f"{text} {number}")
        times.append((time.perf_counter() - begin) * 1000)
    kept = times[WARM_UP:]
    return statistics.median(kept), statistics.quantiles(kept, n=20)[-1]


def _measured(sentences: list[Sentence], said: Said, places: list[int], most: int) -> Measured:
    truth = [sentences[place].intent for place in places]
    names = [said[place][0] for place in places]
    sure = [said[place][1] for place in places]
    crises = sum(intent in CRISIS_ORDER for intent in truth)
    return Measured(
        len(places), crises, figures(truth, names, sure), confusions(truth, names, most)
    )

"""How well the facts of a message are read: platform, audience, age, demand, payment and so on.

Each sentence of data/evaluation/entities.yml goes through the lines of its locale, as in use. Run
from the project root:

    python -m benchmarks.entities             the table
    python -m benchmarks.entities --misses    also every sentence that is read otherwise

Figures, for each entity and locale and for all together: how many values the labels hold;
precision (of the values found, those that are labelled), recall (of the labelled ones, those that
are found) and F1; then the share of sentences whose every fact is as labelled. A value counts once
in a sentence. Entities that the labels do not cover, such as `paid`, are left out.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.recognition.entities import read_entities
from bot.recognition.finder import Finder
from bot.recognition.normalise import normalise

ENTITIES = ("platform", "audience", "age", "demand", "payment", "country", "setting", "relation")
ALL = "all"

Facts = set[tuple[str, str | int]]  # entity and value


@dataclass(frozen=True)
class Sentence:
    """A message and the facts that it tells."""

    text: str
    locale: str
    facts: Facts


@dataclass(frozen=True)
class Result:
    """One sentence, and what was found in it."""

    sentence: Sentence
    found: Facts


def read_sentences(path: Path) -> list[Sentence]:
    """The labelled sentences. Raises ValueError for an entity that is not measured."""
    sentences: list[Sentence] = []
    for row in yaml.safe_load(path.read_text(encoding="utf-8")):
        unknown = set(row["entities"]) - set(ENTITIES)
        if unknown:
            raise ValueError(f"{path}: {row['text']!r} has {sorted(unknown)}")
        facts = {(entity, value) for entity, values in row["entities"].items() for value in values}
        sentences.append(Sentence(row["text"], row["locale"], facts))
    return sentences


def recognise(sentences: Iterable[Sentence], folder: Path) -> list[Result]:
    """What the lines of a folder (data/entities) find in each sentence."""
    finders = {path.stem: Finder.from_file(path) for path in sorted(folder.glob("*.yml"))}
    results: list[Result] = []
    for sentence in sentences:
        rows = read_entities(finders[sentence.locale], normalise(sentence.text))
        found = {(row["entity"], row["value"]) for row in rows if row["entity"] in ENTITIES}
        results.append(Result(sentence, found))
    return results


def figures(results: Iterable[Result], entity: str) -> dict[str, float]:
    """The figures of one entity, or of all; not a number where there is nothing to divide by."""
    labelled = found = right = 0
    for result in results:
        truth = {fact for fact in result.sentence.facts if entity in (ALL, fact[0])}
        said = {fact for fact in result.found if entity in (ALL, fact[0])}
        labelled += len(truth)
        found += len(said)
        right += len(truth & said)
    return {
        "labelled": labelled,
        "precision": share(right, found),
        "recall": share(right, labelled),
        "F1": share(2 * right, found + labelled),
    }


def share(part: int, whole: int) -> float:
    """A share; not a number of nothing."""
    return part / whole if whole else float("nan")


def measure(results: list[Result]) -> dict[str, dict[str, dict[str, float]]]:
    """The figures by locale (or `all`), then by entity (or `all`, or `sentences`)."""
    measured: dict[str, dict[str, dict[str, float]]] = {}
    for locale in (*sorted({result.sentence.locale for result in results}), ALL):
        some = [result for result in results if locale in (ALL, result.sentence.locale)]
        exact = sum(result.found == result.sentence.facts for result in some)
        measured[locale] = {entity: figures(some, entity) for entity in (*ENTITIES, ALL)}
        measured[locale]["sentences"] = {"labelled": len(some), "right": share(exact, len(some))}
    return measured


def misses(results: Iterable[Result]) -> list[str]:
    """The sentences that are read otherwise than labelled, with what is missing and too much."""
    lines: list[str] = []
    for result in results:
        missing, wrong = result.sentence.facts - result.found, result.found - result.sentence.facts
        if missing or wrong:
            marks = [f"-{entity}={value}" for entity, value in sorted(missing, key=str)]
            marks += [f"+{entity}={value}" for entity, value in sorted(wrong, key=str)]
            lines.append(f"{result.sentence.locale}  {result.sentence.text}  [{', '.join(marks)}]")
    return lines


def table(measured: dict[str, dict[str, dict[str, Any]]]) -> None:
    """Prints the figures."""
    for locale, by_entity in measured.items():
        for entity, values in by_entity.items():
            shares = "".join(f"{k} {v:6.3f}  " for k, v in values.items() if k != "labelled")
            print(f"{locale:4} {entity:10} {values['labelled']:4}  {shares}".rstrip())


def main() -> None:
    """Runs the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--set", type=Path, default=Path("data/evaluation/entities.yml"))
    options.add_argument("--data", type=Path, default=Path("data/entities"))
    options.add_argument("--misses", action="store_true", help="show what is read otherwise")
    given = options.parse_args()
    results = recognise(read_sentences(given.set), given.data)
    table(measure(results))
    if given.misses:
        print("\n".join(misses(results)))


if __name__ == "__main__":
    main()

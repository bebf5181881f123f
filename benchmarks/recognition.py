"""How well messages are recognised from people whose words the model never read.

Each author of data/nlu is held out in turn, the head learns from the others, and the held-out
messages go through head, threshold and crisis reflex as they do in use. Run from the project root:

    python -m benchmarks.recognition            the table, with the keys of config.yml
    python -m benchmarks.recognition --sweep    also thresholds and crisis limits, to choose them

Figures: share of right intents; macro-F1 over intents; crisis recall (of crisis messages, those
answered as some crisis), false crisis (of the others, those answered as one), out-of-scope recall;
then milliseconds for a message of 20 words through all of recognition.
"""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from sklearn.metrics import f1_score

from bot.crisis import CrisisMatcher
from bot.recognition.crisis import CrisisReflex, decide
from bot.recognition.encoder import Encoder
from bot.recognition.encoder_files import find
from bot.recognition.intent import IntentHead
from bot.recognition.linear import Floats
from bot.recognition.messages import CRISIS_ORDER, OUT_OF_SCOPE
from bot.recognition.normalise import normalise

TWENTY_WORDS = (
    "some guy i met on snap says he will send my pictures to everyone at school "
    "unless i pay him today"
)


@dataclass(frozen=True)
class Example:
    """One line of data/nlu."""

    text: str
    intent: str
    author: str


@dataclass(frozen=True)
class HeldOut:
    """What was said about one author's messages by a head that never read them."""

    examples: list[Example]
    classes: list[str]
    chances: Floats  # [examples, classes]
    phrases: list[tuple[str, ...]]  # crisis intents whose phrases were seen


@dataclass(frozen=True)
class Limits:
    """The keys of config.yml that decide after the head."""

    threshold: float
    mass: float
    single: float


def read_examples(folder: Path) -> list[Example]:
    """Every example of the training data, cleaned."""
    found: list[Example] = []
    for path in sorted(folder.rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            author = str(block.get("metadata", {}).get("author", ""))
            for line in block["examples"].splitlines():
                found.append(Example(normalise(line[2:]), block["intent"], author))
    return found


def settings(component: type[Any], pipeline: list[dict[str, Any]]) -> dict[str, Any]:
    """A component's defaults with the keys that config.yml sets."""
    given = [entry for entry in pipeline if str(entry["name"]).endswith("." + component.__name__)]
    return {**component.get_default_config(), **(given[0] if given else {})}


def hold_out(
    examples: list[Example], vectors: Floats, head: dict[str, Any], matcher: CrisisMatcher
) -> dict[str, HeldOut]:
    """Fits one head for each author, without that author."""
    authors = np.array([example.author for example in examples])
    results: dict[str, HeldOut] = {}
    for author in sorted(set(authors)):
        known = [example for example in examples if example.author != author]
        unknown = [example for example in examples if example.author == author]
        fitted = IntentHead(head, None, None)  # type: ignore[arg-type]
        fitted.fit(
            [example.text for example in known],
            vectors[authors != author],
            [example.intent for example in known],
            [example.author for example in known],
        )
        chances = fitted.probabilities(
            [example.text for example in unknown], vectors[authors == author]
        )
        seen = [matcher.match(example.text) for example in unknown]
        phrases = [() if match is None else (match.intent, *match.also) for match in seen]
        results[author] = HeldOut(unknown, fitted.classes, chances, phrases)
    return results


def answers(held: HeldOut, limits: Limits) -> list[str]:
    """The final intents of an author's messages."""
    found: list[str] = []
    for row, phrases in zip(held.chances, held.phrases, strict=True):
        order = np.argsort(-row)[:10]
        ranking = [(held.classes[place], float(row[place])) for place in order]
        name, confidence = ranking[0]
        name = name if confidence >= limits.threshold else OUT_OF_SCOPE
        crisis = decide(ranking, phrases, limits.mass, limits.single)
        found.append(crisis or name)
    return found


def figures(truth: list[str], said: list[str]) -> dict[str, float]:
    """The figures of the module's docstring, as shares."""
    crisis = np.array([intent in CRISIS_ORDER for intent in truth])
    alarm = np.array([intent in CRISIS_ORDER for intent in said])
    outside = np.array([intent == OUT_OF_SCOPE for intent in truth])
    right = np.array(truth) == np.array(said)
    return {
        "right": float(right.mean()),
        "macro-F1": float(f1_score(truth, said, average="macro")),
        "crisis recall": float(alarm[crisis].mean()),
        "right crisis": float(right[crisis].mean()),
        "false crisis": float(alarm[~crisis].mean()),
        "oos recall": float(right[outside].mean()),
        "false oos": float((np.array(said) == OUT_OF_SCOPE)[~outside].mean()),
    }


def table(held: dict[str, HeldOut], limits: Limits) -> None:
    """Prints the figures of each author and of all."""
    truth: list[str] = []
    said: list[str] = []
    for author, one in held.items():
        expected = [example.intent for example in one.examples]
        given = answers(one, limits)
        row(author, figures(expected, given))
        truth, said = truth + expected, said + given
    row("all", figures(truth, said))
    # The phrases were written by people who know such messages: what the head sees without them.
    alone = [replace(one, phrases=[()] * len(one.phrases)) for one in held.values()]
    row("all, head alone", figures(truth, [name for one in alone for name in answers(one, limits)]))


def row(name: str, values: dict[str, float]) -> None:
    """Prints one line of the table."""
    print(f"{name:20}" + "".join(f"{key} {value:6.3f}  " for key, value in values.items()))


def confusions(held: dict[str, HeldOut], limits: Limits, most: int = 15) -> None:
    """Prints the commonest confusions, the right intent first."""
    counts: dict[tuple[str, str], int] = {}
    for one in held.values():
        for example, given in zip(one.examples, answers(one, limits), strict=True):
            if given != example.intent:
                counts[example.intent, given] = counts.get((example.intent, given), 0) + 1
    for (right, wrong), count in sorted(counts.items(), key=lambda item: -item[1])[:most]:
        print(f"  {count:3}  {right} read as {wrong}")


def milliseconds(model: Path) -> str:
    """Median and 95th percentile of parsing a message of 20 words."""
    from bot.recognition.parsing import Recogniser

    with Recogniser.load(model) as recogniser:
        times = []
        for number in range(120):
            begin = time.perf_counter()
            recogniser.parse(f"{TWENTY_WORDS} {number}")
            times.append((time.perf_counter() - begin) * 1000)
    cuts = statistics.quantiles(times[20:], n=20)
    return f"ms per message: median {statistics.median(times[20:]):.1f}, p95 {cuts[-1]:.1f}"


def main() -> None:
    """Runs the benchmark."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--data", type=Path, default=Path("data/nlu"))
    options.add_argument("--model", type=Path, help="a trained model, to measure time")
    options.add_argument("--sweep", action="store_true", help="try limits after the head")
    options.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="another value for a key of the head",
    )
    given = options.parse_args()
    pipeline = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
    head = settings(IntentHead, pipeline)
    head |= {key: yaml.safe_load(value) for key, value in (one.split("=") for one in given.set)}
    reflex = settings(CrisisReflex, pipeline)
    limits = Limits(float(head["threshold"]), float(reflex["mass"]), float(reflex["single"]))
    examples = read_examples(given.data)
    begin = time.perf_counter()
    encoder = Encoder(find("minilm"))
    vectors = np.stack(encoder.encode_all([example.text for example in examples]))
    print(f"{len(examples)} examples, encoded in {time.perf_counter() - begin:.1f} s")
    matcher = CrisisMatcher.from_directory(Path(str(reflex["data"])))
    held = hold_out(examples, vectors, head, matcher)
    table(held, limits)
    confusions(held, limits)
    if given.sweep:
        for threshold in (0.0, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4):
            print(f"threshold {threshold}")
            table(held, Limits(threshold, limits.mass, limits.single))
        for mass in (0.2, 0.3, 0.4, 0.5, 0.6):
            for single in (0.2, 0.3, 0.4, 0.5):
                print(f"mass {mass} single {single}")
                table(held, Limits(limits.threshold, mass, single))
    if given.model:
        print(milliseconds(given.model))


if __name__ == "__main__":
    main()

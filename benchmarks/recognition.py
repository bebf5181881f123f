"""How well messages are recognised from people whose words the model never read.

Each author of data/nlu is held out in turn, the head learns from the others, and the held-out
messages go through head, threshold and crisis reflex as they do in use. Run from the project root:

    python -m benchmarks.recognition            the table, with the keys of config.yml
    python -m benchmarks.recognition --sweep    also thresholds and crisis limits, to choose them

Figures: share of right intents; macro-F1 over intents; crisis recall (of crisis messages, those
answered as some crisis; grave recall is that of self-harm and danger), false crisis (of the others,
those answered as one), out-of-scope recall; then milliseconds for a message of 20 words through
all of recognition.
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
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from bot.crisis import CrisisMatcher
from bot.recognition.crisis import CrisisReflex, Limits, limits_of, read
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
class Keys:
    """The keys of config.yml that decide after the head."""

    threshold: float
    crisis: Limits


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


def answers(held: HeldOut, keys: Keys) -> list[str]:
    """The final intents of an author's messages."""
    found: list[str] = []
    for row, phrases in zip(held.chances, held.phrases, strict=True):
        order = np.argsort(-row)[:10]
        ranking = [(held.classes[place], float(row[place])) for place in order]
        name, confidence = ranking[0]
        first = (name if confidence >= keys.threshold else OUT_OF_SCOPE, confidence)
        found.append(read(first, ranking, phrases, keys.crisis).name)
    return found


def figures(truth: list[str], said: list[str]) -> dict[str, float]:
    """The figures of the module's docstring, as shares."""
    crisis = np.array([intent in CRISIS_ORDER for intent in truth])
    alarm = np.array([intent in CRISIS_ORDER for intent in said])
    grave = np.array([intent in CRISIS_ORDER[:2] for intent in truth])
    outside = np.array([intent == OUT_OF_SCOPE for intent in truth])
    right = np.array(truth) == np.array(said)
    return {
        "right": float(right.mean()),
        "macro-F1": float(f1_score(truth, said, average="macro")),
        "crisis recall": share(alarm, crisis),
        "grave recall": share(alarm, grave),
        "right crisis": share(right, crisis),
        "false crisis": share(alarm, ~crisis),
        "oos recall": share(right, outside),
        "false oos": share(np.array(said) == OUT_OF_SCOPE, ~outside),
    }


def share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    """How many of some messages are hits; not a number where there are none."""
    return float(hits[among].mean()) if among.any() else float("nan")


def overall(held: dict[str, HeldOut], keys: Keys) -> dict[str, float]:
    """The figures of all authors together."""
    truth = [example.intent for one in held.values() for example in one.examples]
    return figures(truth, [name for one in held.values() for name in answers(one, keys)])


def table(held: dict[str, HeldOut], keys: Keys) -> None:
    """Prints the figures of each author and of all."""
    for author, one in held.items():
        row(author, overall({author: one}, keys))
    row("all", overall(held, keys))
    # The phrases were written by people who know such messages: what the head sees without them.
    alone = {author: replace(one, phrases=[()] * len(one.phrases)) for author, one in held.items()}
    row("all, head alone", overall(alone, keys))


def row(name: str, values: dict[str, float]) -> None:
    """Prints one line of the table."""
    print(f"{name:24}" + "".join(f"{key} {value:6.3f}  " for key, value in values.items()))


def confusions(held: dict[str, HeldOut], keys: Keys, most: int = 15) -> None:
    """Prints the commonest confusions, the right intent first."""
    counts: dict[tuple[str, str], int] = {}
    for one in held.values():
        for example, given in zip(one.examples, answers(one, keys), strict=True):
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
    crisis = limits_of(reflex)
    keys = Keys(float(head["threshold"]), crisis)
    examples = read_examples(given.data)
    begin = time.perf_counter()
    encoder = Encoder(find("minilm"))
    vectors = np.stack(encoder.encode_all([example.text for example in examples]))
    print(f"{len(examples)} examples, encoded in {time.perf_counter() - begin:.1f} s")
    matcher = CrisisMatcher.from_directory(Path(str(reflex["data"])))
    held = hold_out(examples, vectors, head, matcher)
    table(held, keys)
    confusions(held, keys)
    if given.sweep:
        for threshold in (0.0, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4):
            row(f"threshold {threshold}", overall(held, replace(keys, threshold=threshold)))
        for mass in (0.3, 0.5, 0.6, 0.7, 0.8):
            for single in (0.3, 0.5, 0.55, 0.6, 0.65, 0.7):
                tried = replace(keys, crisis=replace(crisis, mass=mass, single=single))
                row(f"mass {mass} single {single}", overall(held, tried))
    if given.model:
        print(milliseconds(given.model))


if __name__ == "__main__":
    main()

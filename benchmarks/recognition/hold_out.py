"""Chooses the settings of head and reflex on authors that neither encoder nor head has read.

    python -m encoder.build --without voseo,caregiver --out var/held-out
    python -m benchmarks.recognition.hold_out --encoder var/held-out [--sweep] [--set KEY=VALUE]

The authors are those that the encoder's manifest names as left out. The head learns from the
others; the messages go through head, threshold and crisis reflex as they do in use.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.recognition.figures import NAMES, confusions, figures
from benchmarks.recognition.sentences import Sentence, training
from bot.crisis import CrisisMatcher
from bot.recognition.crisis import CrisisReflex, Limits, limits_of, read
from bot.recognition.encoder import Encoder
from bot.recognition.encoder_files import find
from bot.recognition.intent import IntentHead
from bot.recognition.linear import Floats, softmax
from bot.recognition.messages import OUT_OF_SCOPE
from bot.recognition.normalise import normalise


@dataclass(frozen=True)
class HeldOut:
    """Sentences of authors that were held out, and what the head makes of them."""

    sentences: list[Sentence]
    classes: list[str]
    chances: Floats  # [sentences, classes]
    phrases: list[tuple[str, ...]]  # crisis intents whose phrases were seen


@dataclass(frozen=True)
class Keys:
    """The keys of config.yml that decide after the head."""

    threshold: float
    crisis: Limits


def settings(component: type[Any], pipeline: list[dict[str, Any]]) -> dict[str, Any]:
    """A component's defaults with the keys that config.yml sets."""
    given = [entry for entry in pipeline if str(entry["name"]).endswith("." + component.__name__)]
    return {**component.get_default_config(), **(given[0] if given else {})}


def hold_out(
    encoder: Encoder, without: set[str], head: dict[str, Any], matcher: CrisisMatcher
) -> HeldOut:
    """Fits a head on the other authors and asks it the sentences of these."""
    sentences = [
        replace(sentence, text=normalise(sentence.text)) for sentence in training(Path("data/nlu"))
    ]
    known = [sentence for sentence in sentences if sentence.author not in without]
    unknown = [sentence for sentence in sentences if sentence.author in without]
    fitted = IntentHead(head, None, None)  # type: ignore[arg-type]
    fitted.fit(
        np.stack(encoder.encode_all([sentence.text for sentence in known])),
        [sentence.intent for sentence in known],
    )
    texts = [sentence.text for sentence in unknown]
    chances = fitted.probabilities(np.stack(encoder.encode_all(texts)))
    seen = [matcher.match(text) for text in texts]
    phrases = [() if match is None else (match.intent, *match.also) for match in seen]
    return HeldOut(unknown, fitted.classes, chances, phrases)


def answers(held: HeldOut, keys: Keys) -> list[tuple[str, float]]:
    """The final intents of the sentences, and how sure they are."""
    found: list[tuple[str, float]] = []
    for row, phrases in zip(held.chances, held.phrases, strict=True):
        order = np.argsort(-row)[:10]
        ranking = [(held.classes[place], float(row[place])) for place in order]
        name, confidence = ranking[0]
        first = (name if confidence >= keys.threshold else OUT_OF_SCOPE, confidence)
        reading = read(first, ranking, phrases, keys.crisis)
        found.append((reading.name, reading.chance))
    return found


def best_temperature(held: HeldOut) -> float:
    """How many times higher the head's temperature must be for the lowest log loss."""
    truth = [held.classes.index(sentence.intent) for sentence in held.sentences]
    scores = np.log(np.maximum(held.chances, 1e-9))

    def loss(times: float) -> float:
        right = softmax(scores, times)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    return float(min(np.geomspace(0.2, 5.0, 80), key=loss))


def show(name: str, held: HeldOut, keys: Keys, most: int = 0) -> None:
    """Prints a line for each locale, and its commonest confusions."""
    said = answers(held, keys)
    for locale in sorted({sentence.locale for sentence in held.sentences}):
        places = [i for i, each in enumerate(held.sentences) if each.locale == locale]
        truth = [held.sentences[place].intent for place in places]
        names = [said[place][0] for place in places]
        values = figures(truth, names, [said[place][1] for place in places])
        cells = "".join(f"{key} {values[key]:.3f}  " for key in NAMES)
        print(f"{name:28} {locale}  {cells}")
        for right, given, count in confusions(truth, names, most):
            print(f"  {count:3}  {right} read as {given}")


def main() -> None:
    """Measures; with --sweep, other limits too."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--encoder", type=Path, required=True)
    options.add_argument("--sweep", action="store_true", help="try limits after the head")
    options.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    given = options.parse_args()
    manifest = json.loads((given.encoder / "manifest.json").read_text(encoding="utf-8"))
    pipeline = yaml.safe_load(Path("config.yml").read_text(encoding="utf-8"))["pipeline"]
    head = settings(IntentHead, pipeline)
    head |= {key: yaml.safe_load(value) for key, value in (one.split("=") for one in given.set)}
    reflex = settings(CrisisReflex, pipeline)
    keys = Keys(float(head["threshold"]), limits_of(reflex))
    matcher = CrisisMatcher.from_directory(Path(str(reflex["data"])))
    encoder = Encoder(find(str(given.encoder)))
    held = hold_out(encoder, set(manifest["authors left out"]), head, matcher)
    print(f"temperature: {float(head['temperature']) * best_temperature(held):.2f} would be best")
    show("as configured", held, keys, most=15)
    # The phrases were written by people who know such messages: what the head sees without them.
    show("head alone", replace(held, phrases=[()] * len(held.phrases)), keys)
    if given.sweep:
        for threshold in (0.0, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
            show(f"threshold {threshold}", held, replace(keys, threshold=threshold))
        for mass in (0.3, 0.4, 0.5, 0.6, 0.7):
            for single in (0.3, 0.4, 0.5, 0.6):
                tried = replace(keys, crisis=replace(keys.crisis, mass=mass, single=single))
                show(f"mass {mass} single {single}", held, tried)


if __name__ == "__main__":
    main()

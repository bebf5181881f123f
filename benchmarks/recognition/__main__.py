"""`make evaluate`: how well people are understood whose words nothing here has learned from.

python -m benchmarks.recognition                    the figures of the model for the data
python -m benchmarks.recognition --write            also into docs/recognition.md and /about
python -m benchmarks.recognition --stock-epochs 5   beside stock Rasa, trained for 5 epochs
python -m benchmarks.recognition --clinc FILE       also CLINC150 (data_oos_plus.json)
"""

from __future__ import annotations

import argparse
import platform
import statistics
from datetime import date
from pathlib import Path

from benchmarks import entities
from benchmarks.recognition import card, clinc, measure, stock
from benchmarks.recognition.sentences import kept_apart
from bot.operations.training import ensure_model
from bot.recognition.parsing import Recogniser
from bot.settings import ROOT, read_settings


def main() -> None:
    """Measures, prints, and writes if asked to."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--write", action="store_true")
    options.add_argument("--stock-epochs", type=int, default=0)
    options.add_argument("--clinc", type=Path)
    options.add_argument("--clinc-encoder", default="data/encoder")
    given = options.parse_args()

    model = ensure_model(read_settings())
    sentences = kept_apart(ROOT / "data" / "evaluation")
    with Recogniser.load(model) as recogniser:
        said = measure.ask(recogniser, [sentence.text for sentence in sentences])
        found = measure.groups(sentences, said)
        worse = measure.badly_typed(recogniser, sentences)
        median, late = measure.milliseconds(recogniser)
        long, _ = measure.milliseconds(recogniser, (measure.TWENTY_WORDS + ". ") * 10)
    parts = [
        f"Measured on {date.today().isoformat()} with `{_command(given)}`, Python "
        f"{platform.python_version()}, on sentences that nothing learned from.",
        card.targets_table(found),
        "By who wrote them:\n\n" + card.groups_table(found),
        "Typed worse:\n\n" + card.worse_table(worse),
        "Commonest confusions, right intent first:\n\n" + card.confusions_list(found),
        f"Time for a message of 20 words through all of recognition: median {median:.1f} ms, 95th "
        f"percentile {late:.1f} ms; for 1,000 characters: median {long:.1f} ms.",
        "Entities:\n\n" + card.entities_table(_entities()),
    ]
    if given.clinc:
        figures = clinc.measure(given.clinc, given.clinc_encoder)
        parts.append(
            f"CLINC150 OOS+: {figures['in_scope']:.3f} in scope, {figures['outside']:.3f} of what "
            "is out of scope kept out (BERT in its paper: 0.967 and 0.592; Rasa: 0.909 and 0.660)."
        )
    if given.stock_epochs:
        asked = stock.ask(
            ROOT / "data" / "nlu", sentences, measure.TWENTY_WORDS, given.stock_epochs
        )
        theirs = measure.groups(sentences, asked.said)
        parts.append(
            f"Stock Rasa's default pipeline on the same sentences, DIETClassifier trained for "
            f"{given.stock_epochs} epochs (its default is 100) in {asked.training_seconds:.0f} s; "
            f"a message of 20 words takes it {statistics.median(asked.milliseconds):.1f} ms:\n\n"
            + card.groups_table({name: one for name, one in theirs.items() if ":" not in name})
        )
    text = "\n\n".join(parts)
    print(text)
    if given.write:
        card.write(ROOT, text, found)


def _entities() -> dict[str, dict[str, dict[str, float]]]:
    sentences = entities.read_sentences(ROOT / "data" / "evaluation" / "entities.yml")
    return entities.measure(entities.recognise(sentences, ROOT / "data" / "entities"))


def _command(given: argparse.Namespace) -> str:
    command = "python -m benchmarks.recognition"
    if given.stock_epochs:
        command += f" --stock-epochs {given.stock_epochs}"
    if given.clinc:
        command += f" --clinc {given.clinc.name}"
        command += f" --clinc-encoder {given.clinc_encoder}"
    return command + (" --write" if given.write else "")


if __name__ == "__main__":
    main()

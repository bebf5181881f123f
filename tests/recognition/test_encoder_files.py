"""The encoder's files: found, checked, built once, and refused when they are not what they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.recognition import encoder_files, weights
from bot.recognition.encoder_files import find, identity_of
from bot.recognition.weights import EncoderChanged, EncoderMissing, published_file


def test_the_published_files_have_the_measured_sums() -> None:
    assert published_file("model.safetensors").stat().st_size > 90_000_000
    assert published_file("tokenizer.json").is_file()


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(weights.SHA256, "tokenizer.json", "0" * 64)
    with pytest.raises(EncoderChanged):
        published_file("tokenizer.json")


def test_an_unknown_file_or_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EncoderMissing):
        published_file("pytorch_model.bin")
    monkeypatch.setattr(weights, "PACKAGE", "no-such-package-here")
    with pytest.raises(EncoderMissing):
        published_file("tokenizer.json")


def test_a_folder_is_an_encoder_too(tmp_path: Path) -> None:
    with pytest.raises(EncoderMissing):
        find(str(tmp_path))
    (tmp_path / "model.onnx").write_bytes(b"graph")
    (tmp_path / "tokenizer.json").write_bytes(b"{}")
    found = find(str(tmp_path))
    assert found.graph == tmp_path / "model.onnx"
    before = identity_of(str(tmp_path))
    (tmp_path / "model.onnx").write_bytes(b"another graph")
    assert identity_of(str(tmp_path)) != before


def test_a_damaged_cache_is_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []

    def write(source: Path, target: Path) -> None:
        built.append(target)
        target.write_bytes(b"graph")

    monkeypatch.delenv(encoder_files.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr("bot.recognition.onnx_graph.write_quantised", write)
    files = find("minilm", tmp_path)
    assert find("minilm", tmp_path) == files
    assert len(built) == 1
    files.graph.write_bytes(b"cut sho")
    assert find("minilm", tmp_path).graph.read_bytes() == b"graph"
    assert len(built) == 2
    assert [path.name for path in tmp_path.iterdir()] == [files.graph.parent.name]


def test_the_environment_names_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(encoder_files.FOLDER_VARIABLE, str(tmp_path))
    monkeypatch.setattr(
        "bot.recognition.onnx_graph.write_quantised",
        lambda source, target: target.write_bytes(b"graph"),
    )
    assert find("minilm").graph.is_relative_to(tmp_path)

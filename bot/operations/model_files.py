"""Which model belongs to the data as it stands, and whether its file is the trained one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from bot.content.located import read_located

WATCHED = ("config.yml", "domain.yml", "data/encoder/manifest.json")
WATCHED_FOLDERS = ("data/nlu", "data/rules", "data/stories", "data/crisis", "data/entities")
WATCHED_CODE = "bot/recognition"


class ModelDamaged(Exception):
    """A model file is not the one that was trained; `handrail train --force` makes it anew."""


def fingerprint(root: Path) -> str:
    """16 hex digits over all that training reads; the texts of scripts are not part of it."""
    digest = hashlib.sha256()
    for path in _files(root):
        digest.update(f"{path.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for script in _scripts(root):
        digest.update(script.encode() + b"\0")
    return digest.hexdigest()[:16]


def model_path(root: Path, models: Path) -> Path:
    """Where the model for the data as it stands is, or will be."""
    return models / f"handrail-{fingerprint(root)}.tar.gz"


def seal_model(model: Path) -> None:
    """Write the model's SHA-256 beside it."""
    _seal(model).write_text(_digest(model) + "\n", "ascii")


def check_model(model: Path) -> None:
    """Raises ModelDamaged when the file is not the sealed one; FileNotFoundError without it."""
    if _seal(model).read_text("ascii").strip() != _digest(model):
        raise ModelDamaged(f"{model.name} is not the file that was trained")


def is_trained(model: Path) -> bool:
    """Whether a model and its seal are there."""
    return model.exists() and _seal(model).exists()


def newest_model(models: Path) -> Path | None:
    """The sealed model that was trained last, whatever data it was for; None without a good one."""
    trained = [model for model in models.glob("handrail-*.tar.gz") if is_trained(model)]
    for model in sorted(trained, key=lambda model: model.stat().st_mtime, reverse=True):
        try:
            check_model(model)
        except ModelDamaged:
            continue
        return model
    return None


def _seal(model: Path) -> Path:
    return model.with_name(f"{model.name}.sha256")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(root: Path) -> Iterator[Path]:
    yield from (root / name for name in WATCHED)
    for folder in WATCHED_FOLDERS:
        yield from sorted((root / folder).rglob("*.yml"))
    yield from sorted((root / WATCHED_CODE).glob("*.py"))


def _scripts(root: Path) -> list[str]:
    names: set[str] = set()
    for path in (root / "responses").glob("*/*.yml"):
        content = read_located(path, root)[0].data
        if isinstance(content, dict) and isinstance(content.get("responses"), dict):
            names.update(content["responses"])
    return sorted(names)

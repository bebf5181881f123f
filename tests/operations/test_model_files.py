"""The model belongs to the data as it stands, and its file is the one that was trained."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.operations.model_files import (
    ModelDamaged,
    check_model,
    fingerprint,
    is_trained,
    model_path,
    newest_model,
    seal_model,
)
from bot.operations.training import TrainingFailed, ensure_model
from bot.settings import Settings

FILES = {
    "config.yml": "pipeline: []",
    "domain.yml": "intents: [greet]",
    "data/nlu/en/greet.yml": "nlu: []",
    "data/rules/greet.yml": "rules: []",
    "data/plans/sextortion.yml": "situation: sextortion",
    "data/crisis/en.yml": "phrases: []",
    "data/encoder/manifest.json": "{}",
    "bot/recognition/intent.py": "X = 1",
    "responses/en/greet.yml": "responses: {utter_greet: [{text: Hello}]}",
    "README.md": "read me",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return tmp_path / "project"


def test_the_same_data_have_the_same_fingerprint(root: Path) -> None:
    assert fingerprint(root) == fingerprint(root)
    assert len(fingerprint(root)) == 16


@pytest.mark.parametrize(
    "name",
    ["config.yml", "domain.yml", "data/nlu/en/greet.yml", "data/rules/greet.yml",
     "data/crisis/en.yml", "data/encoder/manifest.json", "bot/recognition/intent.py"],
)  # fmt: skip
def test_what_training_reads_changes_it(root: Path, name: str) -> None:
    before = fingerprint(root)
    (root / name).write_text(FILES[name] + " # changed", "utf-8")
    assert fingerprint(root) != before


@pytest.mark.parametrize("name", ["README.md", "data/plans/sextortion.yml"])
def test_what_training_does_not_read_does_not_change_it(root: Path, name: str) -> None:
    before = fingerprint(root)
    (root / name).write_text(FILES[name] + " # changed", "utf-8")
    assert fingerprint(root) == before


def test_the_words_of_a_script_do_not_change_it_but_a_new_script_does(root: Path) -> None:
    before = fingerprint(root)
    path = root / "responses/en/greet.yml"
    path.write_text("responses: {utter_greet: [{text: Good day}]}", "utf-8")
    assert fingerprint(root) == before
    path.write_text("responses: {utter_greet: [], utter_thank: []}", "utf-8")
    assert fingerprint(root) != before


def test_a_file_under_another_name_is_another_fingerprint(root: Path) -> None:
    before = fingerprint(root)
    (root / "data/nlu/en/greet.yml").rename(root / "data/nlu/en/hello.yml")
    assert fingerprint(root) != before


def test_the_model_of_the_data_has_their_fingerprint_in_its_name(root: Path) -> None:
    assert fingerprint(root) in model_path(root, root / "models").name


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "handrail-1.tar.gz"
    path.write_bytes(b"a model")
    return path


def test_a_sealed_model_is_accepted(model: Path) -> None:
    assert not is_trained(model)
    seal_model(model)
    assert is_trained(model)
    check_model(model)


@pytest.mark.parametrize("content", [b"", b"A model", b"a model ", b"something else"], ids=repr)
def test_a_changed_model_is_refused(model: Path, content: bytes) -> None:
    seal_model(model)
    model.write_bytes(content)
    with pytest.raises(ModelDamaged, match=r"handrail-1\.tar\.gz"):
        check_model(model)


def test_a_model_without_a_seal_is_not_trained(model: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_model(model)


def test_the_newest_model_is_the_one_that_is_whole_and_was_trained_last(tmp_path: Path) -> None:
    assert newest_model(tmp_path / "nothing") is None
    for age, name in enumerate(("newest", "damaged", "unsealed", "older")):
        path = tmp_path / f"handrail-{name}.tar.gz"
        path.write_bytes(b"a model")
        if name != "unsealed":
            seal_model(path)
        if name == "damaged":
            path.write_bytes(b"half a mod")
        os.utime(path, (1000 - age, 1000 - age))
    os.utime(tmp_path / "handrail-damaged.tar.gz", (2000, 2000))
    os.utime(tmp_path / "handrail-unsealed.tar.gz", (3000, 3000))
    assert newest_model(tmp_path) == tmp_path / "handrail-newest.tar.gz"


def test_a_trained_model_is_used_and_not_trained_again(root: Path, tmp_path: Path) -> None:
    config = Settings(_env_file=None, models_folder=tmp_path / "models")
    path = model_path(root, config.models_folder)
    path.parent.mkdir()
    path.write_bytes(b"a model")
    seal_model(path)
    assert ensure_model(config, root=root) == path
    path.write_bytes(b"another one")
    with pytest.raises(ModelDamaged):
        ensure_model(config, root=root)


def test_a_training_that_fails_says_so_and_leaves_nothing_that_looks_trained(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.operations.training.sys.executable", "/bin/false")
    config = Settings(_env_file=None, models_folder=tmp_path / "models")
    with pytest.raises(TrainingFailed, match="code 1"):
        ensure_model(config, root=root)
    assert not is_trained(model_path(root, config.models_folder))

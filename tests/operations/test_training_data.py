"""What the lint of the training sentences finds, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.operations.training_data import check_training_data


def project(root: Path, **files: dict[str, list[str]]) -> Path:
    """data/nlu with one file a locale: intent -> sentences."""
    for locale, intents in files.items():
        folder = root / "data" / "nlu" / locale
        folder.mkdir(parents=True)
        text = 'version: "3.1"\n\nnlu:\n'
        for intent, lines in intents.items():
            text += f"- intent: {intent}\n  examples: |\n"
            text += "".join(f"    - {line}\n" for line in lines)
        (folder / "all.yml").write_text(text, encoding="utf-8")
    return root


def test_a_sentence_that_stands_twice_is_found_with_both_places(tmp_path: Path) -> None:
    root = project(tmp_path, en={"greet": ["hello there", "hi", "Hello  there"]})
    (problem,) = check_training_data(root)
    assert (problem.file, problem.line) == ("data/nlu/en/all.yml", 8)
    assert "data/nlu/en/all.yml:6" in problem.message


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("he wants more money by tonight", "He wants more money, by tonight!"),
        ("my son sent a photo to a stranger online", "my son sent a photo to stranger online"),
    ],
)
def test_nearly_the_same_words_under_two_intents_are_found(
    tmp_path: Path, one: str, other: str
) -> None:
    root = project(tmp_path, en={"sextortion": [one], "enticement": [other]})
    assert any("nearly" in problem.message for problem in check_training_data(root))


@pytest.mark.parametrize(
    "intents",
    [
        {"sextortion": ["he wants money or he posts it", "he wants money or he shares it now"]},
        {"affirm": ["yes he did"], "deny": ["no he did not"]},  # short answers are rightly alike
        {"sextortion": ["he wants money or he posts the photo"], "greet": ["good evening to you"]},
    ],
)
def test_other_sentences_are_left_alone(tmp_path: Path, intents: dict[str, list[str]]) -> None:
    assert check_training_data(project(tmp_path, en=intents)) == []


def test_two_languages_may_say_the_same(tmp_path: Path) -> None:
    root = project(tmp_path, en={"affirm": ["ok"]}, es={"affirm": ["ok"]})
    assert check_training_data(root) == []

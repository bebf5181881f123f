"""Writes the stock project: our intents and training sentences, one response and one rule each."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
STATIC = ("credentials.yml", "endpoints.yml")
FULL_EPOCHS = 100

# The machine-learned policies learn from stories alone; a project of `rasa init` has three.
STORIES = (
    ("greet", "sextortion", "ask_report", "thank"),
    ("greet", "ask_takedown", "ask_evidence", "goodbye"),
    ("feel_scared", "ask_tell_adult", "thank", "goodbye"),
)


def write_project(root: Path, nlu: Path, target: Path, epochs: int = FULL_EPOCHS) -> int:
    """Write a complete Rasa project to `target`; returns how many training sentences it has.

    `root` holds our domain.yml, `nlu` is a folder of Rasa's training files, `epochs` are those of
    DIETClassifier. Raises ValueError when the files have no sentence for an intent of the domain.
    """
    (target / "data").mkdir(parents=True)
    write(target / "config.yml", config(epochs))
    for name in STATIC:
        shutil.copy(HERE / name, target / name)
    ours = yaml.safe_load((root / "domain.yml").read_text("utf-8"))
    intents = [str(intent) for intent in ours["intents"]]
    examples = copy_training_sentences(nlu, target / "data" / "nlu")
    missing = sorted(set(intents) - examples.keys())
    if missing:
        raise ValueError(f"no training sentence in {nlu} for: {', '.join(missing)}")
    write(target / "domain.yml", domain(intents, ours.get("entities") or []))
    write(target / "data" / "rules.yml", {"version": "3.1", "rules": rules(intents)})
    write(target / "data" / "stories.yml", {"version": "3.1", "stories": stories()})
    return sum(examples.values())


def config(epochs: int) -> dict[str, Any]:
    """config.yml with other epochs for DIETClassifier; its size and speed do not change."""
    content: dict[str, Any] = yaml.safe_load((HERE / "config.yml").read_text("utf-8"))
    for component in content["pipeline"]:
        if component["name"] == "DIETClassifier":
            component["epochs"] = epochs
    return content


def copy_training_sentences(source: Path, target: Path) -> dict[str, int]:
    """Copy the files as they stand; returns how many examples each intent has."""
    target.mkdir()
    counted: dict[str, int] = {}
    for path in sorted(source.rglob("*.yml")):
        shutil.copy(path, target / "-".join(path.relative_to(source).parts))
        for block in (yaml.safe_load(path.read_text("utf-8")) or {}).get("nlu") or []:
            if "intent" in block:
                number = count_examples(block.get("examples") or "")
                counted[block["intent"]] = counted.get(block["intent"], 0) + number
    return counted


def count_examples(examples: str | list[Any]) -> int:
    """Examples are a list, or a text with one `- ` a line."""
    if isinstance(examples, list):
        return len(examples)
    return sum(1 for line in examples.splitlines() if line.lstrip().startswith("- "))


def domain(intents: list[str], entities: list[Any]) -> dict[str, Any]:
    """The same intents and entities, one text response an intent, no slot."""
    return {
        "version": "3.1",
        "intents": intents,
        "entities": entities,
        "responses": {
            f"utter_{intent}": [{"text": f"This is the answer to {intent.replace('_', ' ')}."}]
            for intent in [*intents, "nlu_fallback"]
        },
        "session_config": {
            "session_expiration_time": 60,
            "carry_over_slots_to_new_session": True,
        },
    }


def rules(intents: list[str]) -> list[dict[str, Any]]:
    """Each intent is answered by its response; so is a message that was not understood."""
    return [
        {"rule": f"answer {intent}", "steps": answered(intent)}
        for intent in [*intents, "nlu_fallback"]
    ]


def stories() -> list[dict[str, Any]]:
    """Three short ones that agree with the rules."""
    return [
        {"story": f"story {number}", "steps": [step for i in names for step in answered(i)]}
        for number, names in enumerate(STORIES, 1)
    ]


def answered(intent: str) -> list[dict[str, str]]:
    return [{"intent": intent}, {"action": f"utter_{intent}"}]


def write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), "utf-8")

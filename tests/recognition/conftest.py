"""One small model for all recognition tests: a few examples of each intent, trained for real."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

with warnings.catch_warnings():
    # Rasa, spaCy and what they pin warn about one another while they are imported.
    warnings.simplefilter("ignore")
    import rasa.core.agent
    import rasa.model_training
    import spacy

    from bot.recognition.encoder import SentenceEncoder
    from bot.recognition.finder import Finder
    from bot.recognition.parsing import Recogniser
    from bot.recognition.quiet import quiet_logs

IMPORTED = (rasa.core.agent, rasa.model_training, spacy, SentenceEncoder)

ROOT = Path(__file__).parents[2]
EXAMPLES = 14  # of each intent: enough to tell intents apart, few enough to train in seconds


def subset(folder: Path) -> str:
    """Some examples of each intent, whoever wrote them, as one Rasa file."""
    by_intent: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            by_intent.setdefault(block["intent"], []).extend(block["examples"].splitlines())
    text = 'version: "3.1"\nnlu:\n'
    for intent, lines in sorted(by_intent.items()):
        chosen = random.Random(7).sample(lines, min(EXAMPLES, len(lines)))
        text += f"- intent: {intent}\n  examples: |\n"
        text += "".join(f"    {line}\n" for line in chosen)
    return text


def write_config(path: Path) -> Path:
    """The project's pipeline, with quick settings for the head and absolute data folders."""
    config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    for component in config["pipeline"]:
        if component["name"].endswith("IntentHead"):
            component |= {"iterations": 60}
        if component["name"].endswith("SentenceEncoder"):
            component["encoder"] = str(ROOT / "data" / "encoder")
        if component["name"].endswith("CrisisReflex"):
            component["data"] = str(ROOT / "data" / "crisis")
        if component["name"].endswith("EntityFinder"):
            component["data"] = str(ROOT / "data" / "entities")
    kept = {key: config[key] for key in ("recipe", "language", "assistant_id", "pipeline")}
    path.write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained archive."""
    quiet_logs()
    folder = tmp_path_factory.mktemp("model")
    data = folder / "nlu.yml"
    data.write_text(subset(ROOT / "data" / "nlu"), encoding="utf-8")
    here = Path.cwd()
    os.chdir(folder)  # Rasa keeps its cache where it runs
    try:
        config = write_config(folder / "config.yml")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            archive = rasa.model_training.train_nlu(
                str(config), str(data), str(folder), fixed_model_name="small"
            )
    finally:
        os.chdir(here)
    assert archive is not None
    return Path(archive)


@pytest.fixture(scope="session")
def recogniser(model: Path) -> Iterator[Recogniser]:
    """The small model, ready to parse."""
    with Recogniser.load(model) as loaded:
        yield loaded


@pytest.fixture(scope="session")
def english() -> Finder:
    """The English lines for entities."""
    return Finder.from_file(ROOT / "data" / "entities" / "en.yml")


@pytest.fixture(scope="session")
def spanish() -> Finder:
    """The Spanish lines for entities."""
    return Finder.from_file(ROOT / "data" / "entities" / "es.yml")

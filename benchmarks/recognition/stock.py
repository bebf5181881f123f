"""Stock Rasa's default pipeline on the same sentences, trained and asked in its own environment."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.recognition.sentences import Sentence
from benchmarks.stock.project import config, copy_training_sentences

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-stock" / "bin" / "python"
# Runs inside the stock environment: reads texts, gives intents and times.
_ASK = """
import asyncio, json, logging, sys, time
logging.disable(logging.CRITICAL)
from rasa.core.agent import Agent
agent = Agent.load(sys.argv[1])
texts, timed = json.load(open(sys.argv[2]))
async def ask(text):
    intent = (await agent.parse_message(text))["intent"]
    return intent["name"], intent["confidence"]
async def main():
    said = [await ask(text) for text in texts]
    times = []
    for number in range(120):
        begin = time.perf_counter()
        await ask(f"{timed} {number}")
        times.append((time.perf_counter() - begin) * 1000)
    json.dump({"said": said, "times": times[20:]}, open(sys.argv[3], "w"))
asyncio.run(main())
"""


@dataclass(frozen=True)
class Asked:
    """What stock Rasa said to each text, how surely, and milliseconds for a timed text."""

    said: list[tuple[str, float]]
    milliseconds: list[float]
    training_seconds: float


def ask(nlu: Path, sentences: list[Sentence], timed: str, epochs: int) -> Asked:
    """Trains DIETClassifier for `epochs` (its default is 100) and asks it every sentence.

    Raises:
        FileNotFoundError: there is no stock environment; `make benchmark` makes it.
        subprocess.CalledProcessError: training or asking failed.
    """
    if not PYTHON.is_file():
        raise FileNotFoundError(f"{PYTHON} is not there: run make benchmark first")
    with tempfile.TemporaryDirectory(prefix="stock-") as name:
        folder = Path(name)
        copy_training_sentences(nlu, folder / "nlu")
        (folder / "config.yml").write_text(yaml.safe_dump(config(epochs)), encoding="utf-8")
        begin = time.perf_counter()
        train = ["-m", "rasa", "train", "nlu", "--config", "config.yml", "--nlu", "nlu"]
        train += ["--out", "model", "--fixed-model-name", "stock"]
        subprocess.run(
            [str(PYTHON), *train], cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=14400
        )
        spent = time.perf_counter() - begin
        asked = json.dumps([[sentence.text for sentence in sentences], timed])
        (folder / "texts.json").write_text(asked, encoding="utf-8")
        command = [str(PYTHON), "-c", _ASK, "model/stock.tar.gz", "texts.json", "said.json"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=3600)
        answer = json.loads((folder / "said.json").read_text(encoding="utf-8"))
    said = [(str(name), float(sure)) for name, sure in answer["said"]]
    return Asked(said, [float(each) for each in answer["times"]], spent)

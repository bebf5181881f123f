"""Trains when the data changed, in a process of its own, with progress on stderr."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bot.operations.model_files import check_model, is_trained, model_path, seal_model
from bot.settings import ROOT, Settings


class TrainingFailed(Exception):
    """Training ended without a model; what it printed says why."""


def ensure_model(config: Settings, *, force: bool = False, root: Path = ROOT) -> Path:
    """The model for the data as it stands, trained if needed.

    Raises TrainingFailed, or ModelDamaged when the file was changed after training.
    """
    model = model_path(root, config.models_folder)
    if is_trained(model) and not force:
        check_model(model)
        return model
    say("Training the recogniser; the data is new or has changed. This takes a minute or two.")
    started = time.monotonic()
    config.models_folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "bot.dialogue.training"]
    command += [str(config.models_folder), model.name.removesuffix(".tar.gz")]
    # Rasa draws its bars, one line an example, unless it may only speak of errors.
    environment = {**os.environ, "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "LOG_LEVEL": "ERROR"}
    done = subprocess.run(command, cwd=root, env=environment, stdout=sys.stderr, check=False)
    if done.returncode or not model.exists():
        raise TrainingFailed(f"training ended with code {done.returncode}")
    seal_model(model)
    say(f"Trained in {time.monotonic() - started:.0f} s.")
    return model


def say(text: str) -> None:
    """Tell whoever started us; standard output stays free for results."""
    print(text, file=sys.stderr, flush=True)

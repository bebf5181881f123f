"""Trains the Rasa model as a library call; `python -m bot.dialogue.training <folder> <name>`."""

from __future__ import annotations

import logging
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")


class Progress(logging.Handler):
    """Shows which component is being trained, one line each."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.started = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "component" in text:
            print(
                f"  {time.monotonic() - self.started:4.0f} s  {text}", file=sys.stderr, flush=True
            )


def train(output: Path, name: str) -> Path:
    """Train from the current folder; returns the model's path. Raises what Rasa raises."""
    print("  loading Rasa ...", file=sys.stderr, flush=True)
    from rasa.model_training import train as rasa_train
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    hooks = logging.getLogger("rasa.engine.training.hooks")
    hooks.setLevel(logging.INFO)
    hooks.addHandler(Progress())
    hooks.propagate = False
    result = rasa_train(
        domain="domain.yml",
        config="config.yml",
        training_files="data",
        output=str(output),
        fixed_model_name=name,
    )
    if result.model is None:
        raise SystemExit("Rasa made no model; the messages above say why.")
    return Path(result.model)


if __name__ == "__main__":
    train(Path(sys.argv[1]), sys.argv[2])

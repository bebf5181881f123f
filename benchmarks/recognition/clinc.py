"""CLINC150 (Larson et al. 2019, OOS+): a public benchmark of 150 intents and what is none of them.

Our encoder and intent head learn its sentences; nothing of ours is in it. In scope: right intents
among the 4,500 test sentences that have one. Out of scope: those kept out among the 1,000 others.
The paper's figures in percent: BERT 96.7 and 59.2, Rasa 90.9 and 66.0.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bot.recognition.encoder import Encoder
from bot.recognition.encoder_files import find
from bot.recognition.intent import IntentHead

OUTSIDE = "oos"


def measure(data: Path, encoder_folder: str) -> dict[str, float]:
    """Shares in scope and out of scope, with our head's default settings; no threshold."""
    content = json.loads(data.read_text(encoding="utf-8"))
    learned = content["train"] + content["oos_train"]
    asked = content["test"] + content["oos_test"]
    encoder = Encoder(find(encoder_folder))
    head = IntentHead(IntentHead.get_default_config(), None, None)  # type: ignore[arg-type]
    texts, labels = [text for text, _ in learned], [label for _, label in learned]
    head.fit(np.stack(encoder.encode_all(texts)), labels)
    questions = [text for text, _ in asked]
    chances = head.probabilities(np.stack(encoder.encode_all(questions)))
    said = np.array(head.classes)[chances.argmax(axis=1)]
    truth = np.array([label for _, label in asked])
    outside, right = truth == OUTSIDE, said == truth
    return {
        "in_scope": float(right[~outside].mean()),
        "outside": float(right[outside].mean()),
        "sentences": float(len(asked)),
    }

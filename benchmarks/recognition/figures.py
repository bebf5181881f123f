"""The figures of recognition, as shares of the sentences that each is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from bot.recognition.messages import CRISIS_ORDER, OUT_OF_SCOPE

SITUATIONS = (
    *CRISIS_ORDER, "sextortion", "image_shared", "deepfake", "ai_bullying", "enticement",
    "sent_image", "made_or_shared_image", "nudify_app", "saw_abuse_material", "impersonation",
    "ai_companion", "own_behaviour", "adult_victim",
)  # fmt: skip
GRAVE = CRISIS_ORDER[:2]
# The key, and how the card names it.
NAMES = {
    "right": "accuracy over all intents",
    "macro_f1": "macro-F1",
    "grave_recall": "self_harm / immediate_danger seen as one of the two",
    "crisis_recall": "any crisis seen as a crisis",
    "false_crisis": "crisis seen in anything else",
    "outside_kept_out": "out of scope kept out",
    "situation_lost": "situation lost to out of scope",
    "calibration_error": "calibration error (15 bins)",
}


def figures(truth: Sequence[str], said: Sequence[str], sure: Sequence[float]) -> dict[str, float]:
    """The figures of NAMES, from right intents, given intents and given confidences."""
    right = np.array(truth) == np.array(said)
    crisis, alarm = _among(truth, CRISIS_ORDER), _among(said, CRISIS_ORDER)
    outside = _among(truth, (OUT_OF_SCOPE,))
    lost = _among(said, (OUT_OF_SCOPE,))
    return {
        "right": float(right.mean()),
        "macro_f1": float(f1_score(truth, said, average="macro", zero_division=0.0)),
        "grave_recall": share(_among(said, GRAVE), _among(truth, GRAVE)),
        "crisis_recall": share(alarm, crisis),
        "false_crisis": share(alarm, ~crisis),
        "outside_kept_out": share(right, outside),
        "situation_lost": share(lost, _among(truth, SITUATIONS)),
        "calibration_error": calibration_error(right, np.asarray(sure)),
    }


def share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    """How many of some sentences are hits; not a number where there are none."""
    return float(hits[among].mean()) if among.any() else float("nan")


def calibration_error(right: NDArray[np.bool_], sure: NDArray[np.float64], bins: int = 15) -> float:
    """Expected calibration error: how far confidence is from the share that is right, weighed."""
    places = np.minimum((sure * bins).astype(int), bins - 1)
    error = 0.0
    for place in range(bins):
        inside = places == place
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
    return float(error)


def confusions(truth: Sequence[str], said: Sequence[str], most: int) -> list[tuple[str, str, int]]:
    """The commonest confusions: right intent, given intent, how often."""
    counts = Counter(
        (right, given) for right, given in zip(truth, said, strict=True) if right != given
    )
    return [(right, given, count) for (right, given), count in counts.most_common(most)]


def _among(intents: Sequence[str], names: Sequence[str]) -> NDArray[np.bool_]:
    return np.isin(np.array(intents), names)

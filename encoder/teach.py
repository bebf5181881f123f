"""Teaches the network which sentences mean the same: those of one intent, in either language.

Each intent has a direction; a sentence's vector is drawn to that of its intent and away from the
others (cross-entropy over cosines). English and Spanish sentences share the directions, so that
what both say in two languages ends up in one place.
"""

from __future__ import annotations

import math
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from encoder.network import Network, batch
from encoder.noise import worsen


@dataclass(frozen=True)
class Lesson:
    """How it is taught; the values were chosen with authors held out (README.md)."""

    epochs: int = 4
    batch: int = 32
    rate: float = 1e-4  # of the weights, at its highest
    direction_rate: float = 1e-2
    warm_up: float = 0.06  # share of the steps
    scale: float = 16.0  # of the cosines before the softmax
    smoothing: float = 0.05
    dropout: float = 0.1
    worsened: float = 0.3  # share of the sentences
    seed: int = 0


def teach(
    network: Network, tokenizer: Tokenizer, texts: Sequence[str], labels: Sequence[int], how: Lesson
) -> Tensor:
    """Changes the network in place; gives the directions, [labels, width].

    Args:
        network: starts from published weights.
        tokenizer: truncates long texts itself.
        texts: sentences in any of the languages.
        labels: the number of each sentence's intent, from 0 without gaps.
        how: the settings; equal settings on one machine give equal weights.
    """
    torch.manual_seed(how.seed)
    dice = random.Random(how.seed)
    width = network.norm.weight.shape[0]
    directions = nn.Parameter(torch.randn(max(labels) + 1, width) * 0.05)
    steps = math.ceil(len(texts) / how.batch) * how.epochs
    optimiser = _optimiser(network, directions, how)

    def pace(step: int) -> float:
        return min(1.0, (step + 1) / (how.warm_up * steps)) * max(0.0, 1 - step / steps)

    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, pace)
    begin = time.monotonic()
    for epoch in range(how.epochs):
        network.train()
        total = 0.0
        for rows, wanted in _batches(tokenizer, texts, labels, how, dice):
            with torch.autocast("cpu", torch.bfloat16):
                vectors = network(*batch(rows), dropout=how.dropout)
            loss = _loss(vectors.float(), directions, torch.tensor(wanted), how)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item() * len(rows)
        spent = time.monotonic() - begin
        print(f"epoch {epoch + 1}: loss {total / len(texts):.3f}, {spent:.0f} s", flush=True)
    network.eval()
    return directions.detach()


def _loss(vectors: Tensor, directions: Tensor, wanted: Tensor, how: Lesson) -> Tensor:
    cosines = functional.normalize(vectors, dim=-1) @ functional.normalize(directions, dim=-1).T
    return functional.cross_entropy(how.scale * cosines, wanted, label_smoothing=how.smoothing)


def _optimiser(network: Network, directions: nn.Parameter, how: Lesson) -> torch.optim.AdamW:
    matrices = [each for each in network.parameters() if each.ndim > 1]
    others = [each for each in network.parameters() if each.ndim <= 1]
    return torch.optim.AdamW(
        [
            {"params": matrices, "lr": how.rate, "weight_decay": 0.01},
            {"params": others, "lr": how.rate, "weight_decay": 0.0},
            {"params": [directions], "lr": how.direction_rate, "weight_decay": 0.0},
        ]
    )


def _batches(
    tokenizer: Tokenizer,
    texts: Sequence[str],
    labels: Sequence[int],
    how: Lesson,
    dice: random.Random,
) -> list[tuple[list[list[int]], list[int]]]:
    """All sentences once, of like length together, in random order, some of them worsened."""
    rows = [
        tokenizer.encode(worsen(text, dice) if dice.random() < how.worsened else text).ids
        for text in texts
    ]
    order = sorted(range(len(rows)), key=lambda place: len(rows[place]) + dice.random() * 6)
    places = [order[start : start + how.batch] for start in range(0, len(order), how.batch)]
    dice.shuffle(places)
    return [([rows[i] for i in part], [labels[i] for i in part]) for part in places]

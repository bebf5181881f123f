"""The encoder as a network that learns: BERT's layers with the mean of the tokens at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

Floats = NDArray[np.float32]
HEADS, PADDING, NORM = 12, 1, 1e-12
_LAYER = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "mix": "attention.output.dense",
    "mix_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "output.LayerNorm",
}


class Layer(nn.Module):
    """Attention and a feed-forward part, each with its residual and norm."""

    def __init__(self, width: int, inner: int) -> None:
        """Sizes as published; weights are put in by `Network`."""
        super().__init__()
        self.query, self.key, self.value, self.mix = (nn.Linear(width, width) for _ in range(4))
        self.widen, self.narrow = nn.Linear(width, inner), nn.Linear(inner, width)
        self.mix_norm, self.norm = nn.LayerNorm(width, NORM), nn.LayerNorm(width, NORM)

    def forward(self, x: Tensor, mask: Tensor, dropout: float) -> Tensor:
        """x: [texts, tokens, width]; mask: [texts, 1, 1, tokens], true where a token is."""
        texts, tokens, width = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(texts, tokens, HEADS, width // HEADS).transpose(1, 2)

        drop = dropout if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(
            heads(self.query(x)), heads(self.key(x)), heads(self.value(x)), mask, drop
        )
        mixed = self.mix(mixed.transpose(1, 2).reshape(texts, tokens, width))
        x = self.mix_norm(x + functional.dropout(mixed, drop, self.training))
        fed = self.narrow(functional.gelu(self.widen(x)))
        return self.norm(x + functional.dropout(fed, drop, self.training))


class Network(nn.Module):
    """Token numbers in, the mean of the last layer's token vectors out."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        """Takes weights by BERT's names."""
        super().__init__()
        words = weights["embeddings.word_embeddings.weight"]
        inner, width = weights["encoder.layer.0.intermediate.dense.weight"].shape
        places = weights["embeddings.position_embeddings.weight"]
        # One sentence has one token type, so its vector is folded into the positions.
        places = places + weights["embeddings.token_type_embeddings.weight"][0]
        self.words = nn.Embedding.from_pretrained(torch.tensor(words), freeze=False)
        self.places = nn.Parameter(torch.tensor(places))
        self.norm = nn.LayerNorm(width, NORM)
        count = sum(name.endswith("intermediate.dense.weight") for name in weights)
        self.layers = nn.ModuleList(Layer(width, inner) for _ in range(count))
        _fill(self.norm, weights, "embeddings.LayerNorm")
        for number, layer in enumerate(self.layers):
            for part, name in _LAYER.items():
                _fill(getattr(layer, part), weights, f"encoder.layer.{number}.{name}")

    def forward(self, ids: Tensor, mask: Tensor, dropout: float = 0.0) -> Tensor:
        """ids, mask: [texts, tokens]; the result: [texts, width]."""
        drop = dropout if self.training else 0.0
        x = self.norm(self.words(ids) + self.places[: ids.shape[1]])
        x = functional.dropout(x, drop, self.training)
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :], dropout)
        weight = mask[..., None].float()
        return (x.float() * weight).sum(1) / weight.sum(1)

    def named_weights(self) -> dict[str, Floats]:
        """The weights by BERT's names, as `graph.build` takes them."""
        places = _array(self.places)
        found = {
            "embeddings.word_embeddings.weight": _array(self.words.weight),
            "embeddings.position_embeddings.weight": places,
            "embeddings.token_type_embeddings.weight": np.zeros((1, places.shape[1]), np.float32),
            "embeddings.LayerNorm.weight": _array(self.norm.weight),
            "embeddings.LayerNorm.bias": _array(self.norm.bias),
        }
        for number, layer in enumerate(self.layers):
            for part, name in _LAYER.items():
                module = getattr(layer, part)
                found[f"encoder.layer.{number}.{name}.weight"] = _array(module.weight)
                found[f"encoder.layer.{number}.{name}.bias"] = _array(module.bias)
        return found


def batch(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Token numbers and mask, [texts, tokens], filled up to the longest."""
    longest = max(len(row) for row in rows)
    ids = torch.full((len(rows), longest), PADDING)
    mask = torch.zeros(len(rows), longest, dtype=torch.bool)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = True
    return ids, mask


def _fill(module: nn.Module, weights: dict[str, Floats], name: str) -> None:
    with torch.no_grad():
        module.weight.copy_(torch.tensor(weights[f"{name}.weight"]))
        module.bias.copy_(torch.tensor(weights[f"{name}.bias"]))


def _array(tensor: Tensor) -> Floats:
    return tensor.detach().numpy()

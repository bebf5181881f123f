"""Writes the encoder as an ONNX graph, straight from its weights.

Input `ids`: int64 [tokens], one sentence without padding. Output `embedding`: float32 [384],
the mean of the token vectors with length 1. One sentence at a time keeps the graph free of masks
and makes a text's vector independent of the texts beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

HEADS, WIDTH = 12, 384
HEAD_WIDTH = WIDTH // HEADS


class _Graph:
    """Collects nodes and constants; every method returns the name of its output."""

    def __init__(self, weights: dict[str, NDArray[Any]]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, value: Any, dtype: type[Any] = np.float32) -> str:
        name = f"constant_{len(self.constants)}"
        array = np.ascontiguousarray(np.asarray(value, dtype=dtype))
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def weight(self, name: str, transposed: bool = False) -> str:
        value = self.weights[name]
        return self.constant(value.T if transposed else value)

    def add(self, operation: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"{operation.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, list(inputs), [output], **attributes))
        return output

    def linear(self, x: str, name: str) -> str:
        product = self.add("MatMul", x, self.weight(f"{name}.weight", transposed=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def layer_norm(self, x: str, name: str) -> str:
        scale, bias = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)


def _embed(graph: _Graph) -> str:
    words = graph.add("Gather", graph.weight("embeddings.word_embeddings.weight"), "ids")
    # One sentence has one token type, so its vector is folded into the positions.
    positions = (
        graph.weights["embeddings.position_embeddings.weight"]
        + graph.weights["embeddings.token_type_embeddings.weight"][0]
    )
    zero = graph.constant([0], np.int64)
    length = graph.add("Shape", "ids")
    places = graph.add("Slice", graph.constant(positions), zero, length, zero)
    return graph.layer_norm(graph.add("Add", words, places), "embeddings.LayerNorm")


def _attend(graph: _Graph, x: str, layer: str) -> str:
    shape = graph.constant([-1, HEADS, HEAD_WIDTH], np.int64)
    flat = graph.constant([-1, WIDTH], np.int64)

    def heads(name: str) -> str:
        split = graph.add("Reshape", graph.linear(x, f"{layer}.attention.self.{name}"), shape)
        return graph.add("Transpose", split, perm=[1, 0, 2])

    query, key, value = heads("query"), heads("key"), heads("value")
    scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 2, 1]))
    scaled = graph.add("Mul", scores, graph.constant(HEAD_WIDTH**-0.5))
    mixed = graph.add("MatMul", graph.add("Softmax", scaled, axis=-1), value)
    joined = graph.add("Reshape", graph.add("Transpose", mixed, perm=[1, 0, 2]), flat)
    output = graph.linear(joined, f"{layer}.attention.output.dense")
    return graph.layer_norm(graph.add("Add", x, output), f"{layer}.attention.output.LayerNorm")


def _feed_forward(graph: _Graph, x: str, layer: str) -> str:
    hidden = graph.linear(x, f"{layer}.intermediate.dense")
    error = graph.add("Erf", graph.add("Mul", hidden, graph.constant(2**-0.5)))
    gate = graph.add("Add", error, graph.constant(1.0))
    gelu = graph.add("Mul", graph.add("Mul", hidden, graph.constant(0.5)), gate)
    output = graph.linear(gelu, f"{layer}.output.dense")
    return graph.layer_norm(graph.add("Add", x, output), f"{layer}.output.LayerNorm")


def build(weights: dict[str, NDArray[Any]]) -> onnx.ModelProto:
    """The float32 graph of weights by BERT's names."""
    graph = _Graph(weights)
    x = _embed(graph)
    for number in range(sum(name.endswith("intermediate.dense.weight") for name in weights)):
        layer = f"encoder.layer.{number}"
        x = _feed_forward(graph, _attend(graph, x, layer), layer)
    mean = graph.add("ReduceMean", x, axes=[0], keepdims=0)
    graph.add("Div", mean, graph.add("ReduceL2", mean, axes=[0], keepdims=1), output="embedding")
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])
    embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [WIDTH])
    body = helper.make_graph(graph.nodes, "encoder", [ids], [embedding], graph.constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def write_quantised(weights: dict[str, NDArray[Any]], target: Path) -> None:
    """Writes the graph with int8 weights (dynamic quantisation, one scale per column)."""
    plain = target.with_suffix(".float32.onnx")
    onnx.save(build(weights), plain)
    try:
        quantize_dynamic(plain, target, weight_type=QuantType.QInt8, per_channel=True)
    finally:
        plain.unlink()

"""Adds one dense vector per message: what the sentence means, whatever its words."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Tokenizer

from bot.recognition.encoder_files import EncoderFiles, find, identity_of
from bot.recognition.payload import is_payload


class Encoder:
    """Turns texts into vectors of length 1; the same text always gives the same vector."""

    def __init__(self, files: EncoderFiles, max_tokens: int = 256) -> None:
        """Loads the graph on one thread: a worker shares its machine with others."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self.identity = files.identity
        self._session = onnxruntime.InferenceSession(
            str(files.graph), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_file(str(files.tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of one text: float32 [dimensions]."""
        tokens = self._tokenizer.encode(text)
        if "ids" in self._inputs:
            feed = {"ids": np.asarray(tokens.ids, dtype=np.int64)}
        else:  # the usual export of a sentence encoder: a batch of one
            row = np.asarray([tokens.ids], dtype=np.int64)
            named = {
                "input_ids": row,
                "attention_mask": np.ones_like(row),
                "token_type_ids": np.zeros_like(row),
            }
            feed = {name: value for name, value in named.items() if name in self._inputs}
        output: NDArray[np.float32] = np.asarray(self._session.run(None, feed)[0], np.float32)
        if output.ndim == 3:
            output = output.mean(axis=1)
        vector = output.reshape(-1)
        return vector / max(float(np.linalg.norm(vector)), 1e-9)

    def encode_all(self, texts: Iterable[str]) -> list[NDArray[np.float32]]:
        """The vectors of many texts, in order; two at a time, one thread each."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(self.encode, texts, chunksize=32))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(GraphComponent):
    """Sets a sentence feature [1, dimensions] on the text of each message."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`encoder`: minilm or a folder; `cache`: where built graphs lie; `max_tokens` read."""
        return {"encoder": "minilm", "cache": None, "max_tokens": 256}

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that Rasa checks before training."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Another encoder means another training, also under an unchanged folder name."""
        return identity_of(str(config.get("encoder") or "minilm"))

    def __init__(self, encoder: Encoder, name: str) -> None:
        """Takes a loaded encoder and the node's name, which marks its features."""
        self._encoder = encoder
        self._name = name

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """Finds, builds if need be, and loads the encoder."""
        cache = Path(config["cache"]) if config.get("cache") else None
        files = find(str(config["encoder"]), cache)
        return cls(Encoder(files, int(config["max_tokens"])), execution_context.node_name)

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the vector to every message with text that is not a payload."""
        todo = [message for message in messages if not is_payload(message) and message.get(TEXT)]
        if len(todo) > 1:
            vectors = self._encoder.encode_all([message.get(TEXT) for message in todo])
        else:
            vectors = [self._encoder.encode(message.get(TEXT)) for message in todo]
        for message, vector in zip(todo, vectors, strict=True):
            row = vector.reshape(1, -1)
            message.add_features(Features(row, FEATURE_TYPE_SENTENCE, TEXT, self._name))
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the vectors to the training examples."""
        self.process(training_data.training_examples)
        return training_data

"""Adds one dense vector per message: what the sentence means, whatever its words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
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
from bot.recognition.sources import sources_digest

_FEW = 3  # letters: "OK" and "USA" are not shouted
_PICTURES = ("So", "Sk", "Mn", "Me")  # emoji, their skins and variants; letters are composed


def as_read(text: str) -> str:
    """The text without shouting and, where it has words, without emoji.

    To the encoder a capital is another letter, and an emoji a word among the others.
    """
    letters = [sign for sign in text if sign.isalpha()]
    if len(letters) > _FEW and 2 * sum(sign.isupper() for sign in letters) > len(letters):
        text = text.lower()
    bare = "".join(sign for sign in text if unicodedata.category(sign) not in _PICTURES)
    return " ".join(bare.split()) if any(sign.isalnum() for sign in bare) else text


class Encoder:
    """Turns texts into vectors of length 1; the same text always gives the same vector."""

    def __init__(self, files: EncoderFiles, max_tokens: int = 128) -> None:
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
        self._tokenizer.no_truncation()
        self._most = max_tokens

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of one text: float32 [dimensions]."""
        ids: list[int] = self._tokenizer.encode(as_read(text)).ids
        if len(ids) > self._most:  # a story says what happened first and what is wanted last
            half = self._most // 2
            ids = ids[:half] + ids[-half:]
        if "ids" in self._inputs:
            feed = {"ids": np.asarray(ids, dtype=np.int64)}
        else:  # the usual export of a sentence encoder: a batch of one
            row = np.asarray([ids], dtype=np.int64)
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
        """`encoder`: a folder (docs/recognition.md); `max_tokens`: how many are read."""
        return {"encoder": "data/encoder", "max_tokens": 128}

    @staticmethod
    def required_packages() -> list[str]:
        """Packages that Rasa checks before training."""
        return ["onnxruntime", "tokenizers"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str:
        """Another encoder means another training, also under an unchanged folder name."""
        encoder = str(config.get("encoder") or cls.get_default_config()["encoder"])
        return identity_of(encoder) + sources_digest("encoder")

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
        """Finds, checks and loads the encoder."""
        files = find(str(config["encoder"]))
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

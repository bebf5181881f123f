"""Reads texts with a trained model, without a conversation: `handrail parse` and the golden set."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.recognition.quiet import quiet_logs

_CONVERTER, _PAYLOADS = "NLUMessageConverter", "RegexMessageHandler"


class ModelUnusable(RuntimeError):
    """The model is not there, is broken, or holds no recognition of ours."""


@dataclass(frozen=True)
class ParseResult:
    """What one text says.

    ranking: {name, confidence}, best first. entities: Rasa's form, places in the clean text.
    crisis: None or the crisis intent. meanings: other likely intents.
    """

    text: str
    locale: str
    intent: str
    confidence: float
    ranking: list[dict[str, Any]]
    entities: list[dict[str, Any]]
    crisis: str | None
    meanings: list[str]

    def as_dict(self) -> dict[str, Any]:
        """The result as plain data for JSON."""
        return asdict(self)


class Recogniser:
    """The recognition part of a Rasa model, run node by node.

    Rasa's Agent would also load policies and every connector, which takes longer than all of the
    recognition. Use as a context manager, or call `close` to remove the unpacked model.
    """

    def __init__(self, components: list[Any], folder: Path) -> None:
        """`components`: the loaded nodes, in order; `folder`: where the model was unpacked."""
        self._components = components
        self._folder = folder

    @classmethod
    def load(cls, model_path: str | Path) -> Recogniser:
        """Loads a model archive, or the newest one of a folder.

        Raises:
            ModelUnusable: there is no model, or it does not load.
        """
        quiet_logs()
        path = _newest(Path(model_path))
        folder = Path(tempfile.mkdtemp(prefix="handrail-model-"))
        try:
            return cls(_load_components(path, folder), folder)
        except ModelUnusable:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        except Exception as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise ModelUnusable(f"{path.name} does not load: {error!r}") from error

    def parse(self, text: str, locale_hint: str | None = None) -> ParseResult:
        """Reads one text. What was typed is never a payload: a leading slash is only a sign."""
        from rasa.shared.nlu.training_data.message import Message

        from bot.recognition.payload import as_typed

        metadata = {"locale": locale_hint} if locale_hint else {}
        messages = [Message(data={"text": as_typed(text), "metadata": metadata})]
        for component in self._components:
            messages = component.process(messages)
        found = messages[0]
        intent = found.get("intent") or {"name": "out_of_scope", "confidence": 0.0}
        return ParseResult(
            text=text,
            locale=str(found.get("locale")),
            intent=str(intent["name"]),
            confidence=float(intent["confidence"]),
            ranking=list(found.get("intent_ranking") or []),
            entities=list(found.get("entities") or []),
            crisis=found.get("crisis"),
            meanings=list(found.get("meanings") or []),
        )

    def close(self) -> None:
        """Removes the unpacked model."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Recogniser:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Closes."""
        self.close()


def _newest(path: Path) -> Path:
    if path.is_dir():
        archives = sorted(path.glob("*.tar.gz"), key=lambda one: one.stat().st_mtime)
        if archives:
            return archives[-1]
    elif path.is_file():
        return path
    raise ModelUnusable(f"no model at {path}: run handrail train")


def _load_components(archive: Path, folder: Path) -> list[Any]:
    from rasa.engine.graph import ExecutionContext
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource

    storage, metadata = LocalModelStorage.from_model_archive(folder, archive)
    schema = metadata.predict_schema.minimal_graph_schema([metadata.nlu_target])
    nodes = dict(schema.nodes)
    components: list[Any] = []
    done: set[str] = {"__message__", "__tracker__"}
    while nodes:
        ready = [name for name, node in nodes.items() if set(node.needs.values()) <= done]
        if not ready:
            raise ModelUnusable("the model's recognition is not a chain")
        for name in ready:
            node = nodes.pop(name)
            done.add(name)
            if node.uses.__name__ in (_CONVERTER, _PAYLOADS) or "messages" not in node.needs:
                continue
            resource = node.resource or Resource(name)
            context = ExecutionContext(schema, metadata.model_id, node_name=name)
            make = getattr(node.uses, node.constructor_name)
            config = {**node.uses.get_default_config(), **node.config}
            components.append(make(config, storage, resource, context))
    if not components:
        raise ModelUnusable("the model holds no recognition")
    return components

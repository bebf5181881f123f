"""The frame of a component that learns something in training and reads it when it is loaded."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path
from typing import Any, Generic, TypeVar

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage

Learned = TypeVar("Learned")
Self = TypeVar("Self", bound="TrainedComponent[Any]")


class Untrained(RuntimeError):
    """A component was asked before it was trained or loaded."""


class TrainedComponent(GraphComponent, Generic[Learned]):
    """Rasa creates one to train and loads one to serve; `learned` is what lies between them."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        learned: Learned | None = None,
    ) -> None:
        """Without what was learned it can only be trained."""
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._learned = learned

    @property
    def learned(self) -> Learned:
        """What training gave. Raises Untrained."""
        if self._learned is None:
            raise Untrained(f"{type(self).__name__} was neither trained nor loaded")
        return self._learned

    @classmethod
    def create(
        cls: type[Self],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Self:
        """A component before training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls: type[Self],
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Self:
        """A component as it was trained; what is missing or broken raises: it must not serve."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, cls.read(Path(folder)))

    @classmethod
    @abstractmethod
    def read(cls, folder: Path) -> Any:
        """What was learned, from the component's folder in the model."""

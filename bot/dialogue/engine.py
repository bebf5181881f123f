"""Rasa loaded as a library: a model, our stores, no HTTP API, no telemetry."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

from rasa.core.agent import Agent
from rasa.shared.core.domain import Domain

from bot.dialogue.locks import AsyncioLockStore
from bot.dialogue.patches import spare_work
from bot.dialogue.speech import ScriptNamer
from bot.dialogue.tracker_store import MinimisedTrackerStore
from bot.dialogue.turns import take_turn
from bot.recognition.quiet import quiet_logs

# What every model must understand before it serves; data, not tuning: any sane model does.
GOLDEN_SENTENCES = {
    "someone is threatening to post my nude picture if i dont pay": "sextortion",
    "i want to kill myself": "self_harm",
    "hello": "greet",
}


class ModelRefused(Exception):
    """The model does not understand a golden sentence, and must not serve."""


class Engine:
    """An agent with a bounded store; turns of one conversation are taken one at a time."""

    def __init__(self, agent: Agent, store: MinimisedTrackerStore, model_name: str) -> None:
        self.agent = agent
        self.store = store
        self.model_name = model_name
        self._locks = AsyncioLockStore()

    @classmethod
    def load(cls, model: Path, tracker_database: str) -> Engine:
        """Load a model archive. Raises what Rasa raises when it cannot be read."""
        quiet_logs()
        spare_work()
        store = MinimisedTrackerStore(Domain.empty(), database=tracker_database)
        agent = Agent.load(
            str(model),
            generator=ScriptNamer(),
            tracker_store=store,
            lock_store=AsyncioLockStore(),
        )
        # Rasa wraps stores in one that hides a failing database; errors have to surface.
        agent.tracker_store = store
        agent.processor.tracker_store = store
        store.domain = agent.domain
        return cls(agent, store, model.name)

    async def take_turn(self, body: dict[str, Any]) -> dict[str, Any]:
        """See bot.dialogue.turns.take_turn."""
        async with self._locks.lock(str(body["conversation"])):
            return await take_turn(self.agent.handle_message, body, self.store)

    async def forget(self, conversation: str) -> None:
        """Erase a conversation's state, after the turn that is under way."""
        async with self._locks.lock(conversation):
            self.store.forget(conversation)

    async def parse(self, text: str) -> dict[str, Any]:
        """What the recognition chain makes of a text, as Rasa returns it."""
        return dict(await self.agent.parse_message(text))

    async def check_golden_sentences(self) -> None:
        """Raises ModelRefused when a sentence that everybody understands is not."""
        for text, expected in GOLDEN_SENTENCES.items():
            found = (await self.parse(text))["intent"]["name"]
            if found != expected:
                raise ModelRefused(f"{self.model_name} reads {text!r} as {found}, not {expected}")

"""One conversation with the engine; messages are payloads, as the gateway sends for a button."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.engine import Engine


@dataclass
class Talk:
    """`say` gives the script ids of the answer; `reply` is the whole of the last one."""

    engine: Engine
    conversation: str = field(default_factory=lambda: uuid.uuid4().hex)
    reply: dict[str, Any] = field(default_factory=dict)
    numbers: Any = field(default_factory=itertools.count)

    async def say(self, text: str, message_id: str | None = None, **metadata: Any) -> list[str]:
        """Take a turn."""
        body = {
            "conversation": self.conversation,
            "message_id": message_id or str(next(self.numbers)),
            "text": text,
            "metadata": {"locale": "en", "channel": "web", **metadata},
        }
        self.reply = await self.engine.take_turn(body)
        return [message["script"] for message in self.reply["messages"]]

    async def say_all(self, *texts: str) -> list[list[str]]:
        """Take turns; the script ids of each answer."""
        return [await self.say(text) for text in texts]

    async def slots(self) -> dict[str, Any]:
        """Slots that have a value."""
        tracker = await self.engine.store.retrieve(self.conversation)
        assert tracker is not None
        return {name: value for name, value in tracker.current_slot_values().items() if value}

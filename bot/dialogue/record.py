"""What one turn came to: the only thing that leaves the worker, ids and closed-list values."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

CONTEXT_SLOTS = ("audience", "age_band", "country", "platform", "situation")


@dataclass
class TurnRecord:
    """The answer to one message: scripts in order, and what the renderer needs to choose by."""

    message_id: str
    scripts: list[dict[str, Any]] = field(default_factory=list)
    intent: str | None = None
    crisis: str | None = None
    locale: str | None = None
    context: dict[str, str] = field(default_factory=dict)

    def observe(self, tracker: DialogueStateTracker) -> None:
        """Note what was understood and the slots that choose wording and cards."""
        message = tracker.latest_message
        if message is not None and message.message_id == self.message_id:
            self.intent = message.intent_name
            parse_data: dict[str, Any] = dict(message.parse_data)
            # Unsure words that answered an open question opened no crisis.
            self.crisis = parse_data.get("crisis") if tracker.get_slot("crisis") else None
            self.locale = parse_data.get("locale") or self.locale
        self.context = {
            name: str(value)
            for name in CONTEXT_SLOTS
            if (value := tracker.get_slot(name)) and value != "skipped"
        }

    def as_reply(self) -> dict[str, Any]:
        """The reply as JSON: messages [{script, choices?, part?, topic?}], intent, crisis..."""
        return {
            "messages": self.scripts,
            "intent": self.intent,
            "crisis": self.crisis,
            "locale": self.locale,
            "context": self.context,
        }


CURRENT: ContextVar[TurnRecord | None] = ContextVar("current_turn", default=None)

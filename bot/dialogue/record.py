"""What one turn came to: the only thing that leaves the worker, ids and closed-list values."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from rasa.shared.core.trackers import DialogueStateTracker

CONTEXT_SLOTS = ("audience", "age_band", "country", "platform", "situation")
# Scripts about a crisis; those of one kind of crisis alone begin with utter_<crisis>_.
CRISIS_SCRIPTS = ("utter_danger_", "utter_self_harm_")


@dataclass
class TurnRecord:
    """The answer to one message: scripts in order, and what the renderer needs to choose by.

    `open_crisis` is the slot as it is after the last action, `seen` what this turn's parse found,
    `dropped` the number of texts that Rasa spoke instead of naming a script.
    """

    message_id: str
    scripts: list[dict[str, Any]] = field(default_factory=list)
    intent: str | None = None
    open_crisis: str | None = None
    seen: str | None = None
    dropped: int = 0
    locale: str | None = None
    context: dict[str, str] = field(default_factory=dict)

    def observe(self, tracker: DialogueStateTracker) -> None:
        """Note what was understood and the slots that choose wording and cards."""
        message = tracker.latest_message
        if message is not None and message.message_id == self.message_id:
            self.intent = message.intent_name
            parse_data: dict[str, Any] = dict(message.parse_data)
            self.seen = parse_data.get("crisis")
            self.locale = tracker.get_slot("locale") or parse_data.get("locale") or self.locale
        self.open_crisis = tracker.get_slot("crisis") or None
        self.context = {
            name: str(value)
            for name in CONTEXT_SLOTS
            if (value := tracker.get_slot(name)) and value != "skipped"
        }

    @property
    def crisis(self) -> str | None:
        """The open crisis, when this turn spoke of it: in its words, its intent or its answer.

        Known when the turn is over. Words that answered an open question opened no crisis.
        """
        about = (*CRISIS_SCRIPTS, f"utter_{self.open_crisis}_")
        named = any(said["script"].startswith(about) for said in self.scripts)
        spoken = self.seen is not None or self.intent == self.open_crisis or named
        return self.open_crisis if spoken else None

    def as_reply(self) -> dict[str, Any]:
        """The reply as JSON; messages are [{script, choices?, part?, brief?, ...}]."""
        return {
            "messages": self.scripts,
            "intent": self.intent,
            "crisis": self.crisis,
            "crisis_open": self.open_crisis is not None,
            "locale": self.locale,
            "context": self.context,
            "dropped": self.dropped,
        }


CURRENT: ContextVar[TurnRecord | None] = ContextVar("current_turn", default=None)

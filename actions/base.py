"""What every action of ours shares."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.turn import Turn


class ScriptAction(Action, ABC):
    """An action that answers with script ids; it never holds a text."""

    action_name: str
    counts_as_understood = True
    refuses_media_last = False

    def name(self) -> str:
        return self.action_name

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Answer the latest message; returns slot changes and what follows."""
        turn = Turn(tracker, dispatcher)
        if self.counts_as_understood:
            turn.understood()
        if not self.refuses_media_last:
            turn.refuse_media()
            return self.answer(turn)
        events = self.answer(turn)
        turn.refuse_media()
        return events

    @abstractmethod
    def answer(self, turn: Turn) -> list[EventType]:
        """Name scripts, set slots, and return `turn.listen()` or `turn.then(...)`."""

"""What of a tracker is kept: intents, closed-list values and the last turns, never a text."""

from __future__ import annotations

from typing import Any

from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

HIDDEN_SLOTS = frozenset({"session_started_metadata"})


def minimised(
    tracker: DialogueStateTracker, domain: Domain, keep_turns: int
) -> list[dict[str, Any]]:
    """Events of the last `keep_turns` turns as JSON, preceded by the slots and loop before them.

    Only entities of the domain keep their value, and those hold ids and closed-list values.
    """
    events = list(tracker.events)
    turns = [index for index, event in enumerate(events) if isinstance(event, UserUttered)]
    cut = turns[-keep_turns] if len(turns) > keep_turns else 0
    kept = [*_state_before(tracker.sender_id, events, cut, domain), *events[cut:]]
    return [_minimised_event(event, domain) for event in kept if not _dropped(event)]


def _dropped(event: Event) -> bool:
    if isinstance(event, SlotSet):
        return event.key in HIDDEN_SLOTS
    return isinstance(event, BotUttered)


def _minimised_event(event: Event, domain: Domain) -> dict[str, Any]:
    stored = event.as_dict()
    stored.pop("metadata", None)
    if isinstance(event, UserUttered):
        stored["text"] = None
        stored["input_channel"] = None
        stored["parse_data"] = {
            "intent": {"name": event.intent_name, "confidence": event.intent.get("confidence")},
            "entities": [
                {"entity": entity["entity"], "value": entity["value"]}
                for entity in event.entities
                if entity.get("entity") in domain.entities
            ],
            "text": None,
        }
    return stored


def _state_before(sender_id: str, events: list[Event], cut: int, domain: Domain) -> list[Event]:
    """Events that rebuild slots and the active loop as they were before event `cut`."""
    if not cut:
        return []
    before = DialogueStateTracker.from_events(sender_id, events[:cut], domain.slots)
    moment = events[cut].timestamp - 1
    head: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME, timestamp=moment),
        SessionStarted(timestamp=moment),
    ]
    head += [
        SlotSet(slot.name, slot.value, timestamp=moment)
        for slot in before.slots.values()
        if slot.value != slot.initial_value
    ]
    if before.active_loop_name:
        head.append(ActiveLoop(before.active_loop_name, timestamp=moment))
    return [*head, ActionExecuted(ACTION_LISTEN_NAME, timestamp=moment)]

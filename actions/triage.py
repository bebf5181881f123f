"""The triage form: one question a turn, skippable, never asking what was already said."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.plan_steps import open_questions
from actions.policy import TRIAGE_FORM
from actions.turn import LISTEN, REQUESTED_SLOT, Turn

UNDERSTOOD_ELSEWHERE = "action_extract_slots"


class ValidateTriage(Action):
    """Reads the answer to the open question and chooses the next.

    Returns no event when the message is no answer: Rasa then rejects the form and the rule of
    the message's intent answers instead.
    """

    def name(self) -> str:
        return f"validate_{TRIAGE_FORM}"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        turn = Turn(tracker, dispatcher)
        requested = tracker.get_slot(REQUESTED_SLOT)
        if requested and not _another_action_spoke(tracker):
            if not read_answer(turn, requested):
                return []
            turn.understood()
        return [*turn.events, *self._ask_next(turn, requested)]

    def _ask_next(self, turn: Turn, requested: str | None) -> list[EventType]:
        if requested and turn.slots.get(requested) is None:
            return [SlotSet(REQUESTED_SLOT, requested)]
        questions = open_questions(turn)
        if not questions:
            return [SlotSet(REQUESTED_SLOT, None)]
        asked = [*(turn.slots.get("asked") or []), questions[0]]
        return [SlotSet("asked", asked), SlotSet(REQUESTED_SLOT, questions[0])]


def read_answer(turn: Turn, requested: str) -> bool:
    """Fill slots from an answer to the `requested` question; False when it is no answer."""
    answered = requested in turn.entities
    if turn.choice not in (None, "skip"):
        return False
    if turn.intent in turn.policy.crisis_situations:
        sure = turn.confidence >= turn.policy.crisis_over_answer
        elsewhere = sure or not any(name in turn.entities for name in turn.policy.triage_slots)
    elif turn.tells_other_situation:
        # What answers the question is an answer, unless it tells of something more dangerous.
        open_one = turn.situation or turn.intent
        elsewhere = not answered or turn.policy.outranks(turn.intent, open_one)
    else:
        elsewhere = False
    if elsewhere:
        return False
    answer = turn.entities.get(requested) or _plain_answer(turn, requested)
    if answer is None:
        return _read_details(turn)
    turn.set(requested, answer)
    turn.fill()
    return True


def _plain_answer(turn: Turn, requested: str) -> str | None:
    """What yes, no, "I don't know" or Skip mean as an answer to a question that was seen."""
    if turn.choice == "skip" or (turn.intent == "unsure" and not turn.unseen):
        return "skipped"
    return None if turn.unseen else turn.policy.plain_answers.get(requested, {}).get(turn.intent)


def _read_details(turn: Turn) -> bool:
    """Other answers than the one asked for; a changed mind about who it is gets a word."""
    knew = turn.slots.get("audience")
    changed = turn.fill()
    if "audience" in changed and knew:
        turn.say("utter_correction")
    return bool(changed)


def _another_action_spoke(tracker: Tracker) -> bool:
    """Whether an action has already answered this message and only the question is due."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") not in (
            TRIAGE_FORM,
            LISTEN,
            UNDERSTOOD_ELSEWHERE,
        ):
            return True
    return False

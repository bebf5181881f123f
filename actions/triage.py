"""The triage form: one question a turn, skippable, never asking what was already said."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.ages import bare_age
from actions.plan_steps import is_needed, open_questions, plan_of
from actions.policy import TRIAGE_FORM
from actions.remarks import noted_as
from actions.turn import LISTEN, REQUESTED_SLOT, Turn
from bot.age_bands import band

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
        self._ask_next(turn, requested)
        return turn.events

    def _ask_next(self, turn: Turn, requested: str | None) -> None:
        question = requested
        if not requested or turn.slots.get(requested) or not is_needed(turn, requested):
            question = next(iter(open_questions(turn)), None)
            if question:
                turn.set("asked", [*(turn.slots.get("asked") or []), question])
        if question:
            # The form itself says it: it is noted here, to be asked no more than is bearable.
            turn.note_said(f"utter_ask_{TRIAGE_FORM}_{question}")
        # Always an event, also without a change: no event means that this was no answer.
        turn.events.append(SlotSet(REQUESTED_SLOT, question))


def read_answer(turn: Turn, requested: str) -> bool:
    """Fill slots from an answer to the `requested` question; False when it is no answer."""
    _read_bare_age(turn, requested)
    if turn.choice not in (None, "skip") or _means_something_else(turn, requested):
        return False
    if turn.wants_whole_plan:
        turn.fill()
        return False
    answer = turn.entities.get(requested) or _plain_answer(turn, requested)
    if answer is None:
        return _read_details(turn, requested)
    turn.set(requested, answer)
    turn.fill()
    return True


def _read_bare_age(turn: Turn, requested: str) -> None:
    """Take a number for an age where one may be the answer and no line has read one."""
    if requested not in ("audience", "age_band") or "age_band" in turn.entities or turn.pressed:
        return
    years = bare_age(turn.text)
    if years is not None:
        turn.entities["age_band"] = band(years)


def _means_something_else(turn: Turn, requested: str) -> bool:
    """Whether the message is for another action, whatever else it tells."""
    # What another question of this triage asks for is a detail of the situation as well.
    answered = requested in turn.entities or _tells_of(turn, requested)
    if turn.intent in turn.policy.crisis.situations:
        sure = turn.confidence >= turn.policy.crisis.over_answer[turn.intent]
        return sure or not answered
    if turn.tells_other_situation:
        # What answers the question is an answer, unless it tells of something more dangerous.
        open_one = turn.situation or turn.intent
        return not answered or turn.policy.outranks(turn.intent, open_one)
    if turn.asks or turn.entities.get("remark") in turn.policy.remarks:
        return not answered or turn.confidence >= turn.policy.question_over_answer
    return False


def _tells_of(turn: Turn, requested: str) -> bool:
    plan = plan_of(turn)
    asked_for = {*plan.triage} - {requested, "audience"} if plan else set()
    return bool(asked_for & {*turn.entities})


def _plain_answer(turn: Turn, requested: str) -> str | None:
    """What Skip, a plain yes, no or "I don't know" or a bare age mean after a question."""
    if turn.choice == "skip":
        return "skipped"
    if requested == "audience" and turn.entities.get("age_band") and _of_oneself(turn):
        return "adult" if turn.entities["age_band"] == "adult" else "teen"
    if turn.unseen or turn.words > turn.policy.plain_words:
        return None
    if turn.intent == "unsure":
        return "skipped"
    return turn.policy.plain_answers.get(requested, {}).get(turn.intent)


def _of_oneself(turn: Turn) -> bool:
    """Whether an age told without a relation is the speaker's own."""
    return turn.entities.get("relation") in (None, "me") and bare_age(turn.text) is not None


def _read_details(turn: Turn, requested: str) -> bool:
    """Other answers than the one asked for; a changed mind about who it is gets a word."""
    knew = turn.told_audience
    changed = turn.fill()
    if "audience" in changed and knew:
        turn.say("utter_correction")
    elif changed:
        turn.say(noted_as(turn, changed, question=True))
    times = turn.said.count(f"utter_ask_{TRIAGE_FORM}_{requested}")
    if changed and times >= turn.policy.most_times_asked:
        turn.set(requested, "skipped")
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

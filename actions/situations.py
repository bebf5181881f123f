"""Opening a situation: you are not to blame, one useful step, then at most one question."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.answers import say_answer
from actions.aside import is_kept, offer_set_aside, put_aside, take_up
from actions.base import ScriptAction
from actions.crisis import keep_company
from actions.fallback import not_understood
from actions.plan_steps import open_questions, plan_of, resume, show_step
from actions.policy import TRIAGE_FORM
from actions.remarks import answer_remark, answer_whole_plan
from actions.turn import REQUESTED_SLOT, Turn


class OpenSituation(ScriptAction):
    """Input: a situation's intent. Answers with its opener, then leads to triage or the plan."""

    action_name = "action_open_situation"

    def answer(self, turn: Turn) -> list[EventType]:
        if turn.wants_whole_plan and turn.situation and not turn.tells_other_situation:
            return answer_whole_plan(turn)
        if turn.situation and answer_remark(turn):
            return turn.listen()
        if turn.intent == turn.situation or turn.tells_a_detail:
            keep_company(turn)
            return self._heard_more(turn)
        if not turn.tells_other_situation and (turn.in_triage or turn.slots.get("step")):
            return self._perhaps_other(turn)
        keep_company(turn)
        if is_kept(turn, turn.intent):
            return self._return_to(turn)
        begin(turn, turn.intent)
        turn.say(f"utter_{turn.intent}_open")
        for question in _asked_with(turn):
            say_answer(turn, question)
        return lead_on(turn)

    def _return_to(self, turn: Turn) -> list[EventType]:
        take_up(turn, turn.intent)
        turn.say("utter_back_to_plan")
        follows = resume(turn)
        return turn.then(follows) if follows else turn.listen()

    def _perhaps_other(self, turn: Turn) -> list[EventType]:
        """Unsure whether another situation is told: kept for later, and what is open goes on."""
        if turn.fill() and turn.in_triage:
            return turn.then(TRIAGE_FORM)
        set_aside = list(turn.slots.get("set_aside") or [])
        if turn.intent not in set_aside:
            turn.set("set_aside", [*set_aside, turn.intent])
        if turn.in_triage:
            return not_understood(turn)
        keep_company(turn)
        say_heard(turn)
        show_step(turn, turn.slots["step"])
        return turn.listen()

    def _heard_more(self, turn: Turn) -> list[EventType]:
        """The same situation again: more detail, or it happened again after the plan."""
        known = plan_of(turn)
        before = known.steps_for(turn.known()) if known else []
        changed = turn.fill()
        step = turn.slots.get("step")
        plan = plan_of(turn)
        if turn.in_triage:
            if not changed:
                say_heard(turn)
            return turn.then(TRIAGE_FORM)
        if step and plan:
            say_heard(turn)
            # What was told may bring in a step that comes before the open one.
            follows = [new for new in plan.steps_for(turn.known()) if new not in before]
            show_step(turn, follows[0] if follows else step)
            return turn.listen()
        turn.say("utter_happened_again")
        offer_set_aside(turn)
        return turn.listen()


def _asked_with(turn: Turn) -> list[str]:
    """The question that the same message asks, if any: the situation's opener comes first."""
    questions = [name for name in turn.meanings if name in turn.policy.asked_with]
    return questions[:1]


def say_heard(turn: Turn) -> None:
    """Thank for what was told, not with the same words each time.

    Who made or passed on an image is not told what is said to those who were harmed.
    """
    maker = turn.situation in turn.policy.maker_situations
    first = () if maker else ("utter_heard_more",)
    turn.say(turn.least_recent((*first, "utter_heard_again")))


def begin(turn: Turn, situation: str) -> None:
    """Make `situation` the open one; what was open before is set aside, to return to."""
    before = turn.situation
    left = put_aside(turn)
    if left:
        turn.say("utter_topic_changed", choices=[left])
    set_aside = turn.set_aside_without(situation)
    for other in turn.meanings:
        told = other in turn.policy.order_of_meanings
        known = {
            situation,
            *set_aside,
            *turn.policy.facts_of_a_plan,
            *turn.policy.crisis.situations,
        }
        if told and other not in known:
            set_aside.append(other)
    if before:
        for name in turn.policy.incident_slots:
            turn.set(name, None)
    turn.set("set_aside", set_aside)
    turn.set("situation", situation)
    turn.begin_anew()
    turn.set(REQUESTED_SLOT, None)
    turn.fill()


def lead_on(turn: Turn) -> list[EventType]:
    """After an opener: triage while a question is open, else the plan."""
    if open_questions(turn):
        return turn.then(TRIAGE_FORM)
    turn.leave_triage()
    turn.set("interrupted", None)
    return turn.then("action_plan")

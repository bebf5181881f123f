"""Crisis first: answered at any point, kept open until the person says otherwise."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ScriptAction
from actions.turn import Turn


class AnswerCrisis(ScriptAction):
    """Input: a crisis intent, in any state. Answers with emergency help before all else."""

    action_name = "action_crisis"

    def answer(self, turn: Turn) -> list[EventType]:
        turn.fill()
        crisis = turn.intent
        both = {"self_harm", "immediate_danger"} <= {crisis, *turn.meanings}
        turn.leave_triage()
        remember(turn, crisis)
        if both:
            turn.say("utter_danger_and_self_harm")
        else:
            turn.say(turn.least_recent(turn.policy.crisis_rotation[crisis]))
        return turn.listen()


def remember(turn: Turn, crisis: str) -> None:
    """Keep the crisis open, and a situation told in the same breath for the way back."""
    turn.set("crisis", crisis)
    turn.set("crisis_replies", float(turn.slots.get("crisis_replies") or 0) + 1)
    told = [name for name in turn.meanings if name not in turn.policy.crisis_situations]
    if told and not turn.situation:
        turn.set("situation", told[0])
        turn.set("interrupted", "triage")


def answer_crisis(turn: Turn) -> bool:
    """Answer a reply to the open crisis question; False when the turn is no such reply."""
    crisis = turn.slots.get("crisis")
    if not crisis or turn.unseen:
        return False
    plain = {"affirm": "yes", "deny": "no", "unsure": "not_sure"}.get(turn.intent)
    answer = turn.policy.crisis_answers[crisis].get(turn.choice or plain or "")
    if answer is None:
        return False
    turn.say(answer.script)
    if not answer.open:
        turn.set("crisis", None)
    if answer.way_back:
        offer_way_back(turn)
    return True


def offer_way_back(turn: Turn) -> None:
    """Offer to return to what the crisis interrupted, without hurry."""
    if turn.situation and turn.situation not in turn.policy.crisis_situations:
        turn.say("utter_crisis_return", topic=turn.situation)


def keep_company(turn: Turn) -> None:
    """While a crisis is open every other answer begins with help that is a tap away."""
    crisis = turn.slots.get("crisis")
    if crisis:
        turn.say(turn.least_recent(turn.policy.crisis_rotation[crisis][1:]))

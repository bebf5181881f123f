"""Not understood: likely meanings in plain words, then the menu, then a person."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ScriptAction
from actions.crisis import keep_company
from actions.policy import TRIAGE_FORM
from actions.remarks import answer_remark, answer_whole_plan
from actions.turn import Turn

TAKE_YOUR_TIME = "utter_take_your_time"


class NotUnderstood(ScriptAction):
    """Input: out_of_scope, or a turn without a rule. Never silent, never three times alike."""

    action_name = "action_not_understood"
    counts_as_understood = False

    def answer(self, turn: Turn) -> list[EventType]:
        if turn.wants_whole_plan:
            return answer_whole_plan(turn)
        if answer_remark(turn):
            return turn.listen()
        changed = turn.fill() if turn.in_triage else frozenset()
        if changed:
            turn.understood()
            return turn.then(TRIAGE_FORM)
        return not_understood(turn)


def not_understood(turn: Turn) -> list[EventType]:
    """One rung up the ladder; in triage the question explains itself, then is left out."""
    misses = int(turn.slots.get("misses") or 0)
    turn.set("misses", float(misses + 1))
    keep_company(turn)
    if turn.slots.get("crisis"):
        return turn.listen()
    if turn.wordless and TAKE_YOUR_TIME not in turn.said[-2:]:
        turn.say(TAKE_YOUR_TIME)
        turn.ask_again()
    elif turn.requested and misses == 0:
        turn.say(f"utter_why_{turn.requested}")
        turn.ask_again()
    elif turn.requested:
        turn.set(turn.requested, "skipped")
        turn.understood()
        return turn.then(TRIAGE_FORM)
    else:
        _climb(turn, misses)
    return turn.listen()


def _climb(turn: Turn, misses: int) -> None:
    ladder = turn.policy.fallback_ladder
    likely = [
        name
        for name in turn.ranking
        if name in turn.policy.order_of_meanings or name.startswith(("ask_", "feel_"))
    ][: turn.policy.fallback_choices]
    here = (turn.policy.fallback_here,) if turn.slots.get("step") else ()
    if misses == 0 and here:
        turn.say(here[0])
    elif misses == 0 and turn.ranking[:1] == ["out_of_scope"]:
        turn.say("utter_out_of_scope")
    elif misses == 0 and likely:
        turn.say(ladder[0], choices=likely)
    else:
        turn.say(turn.least_recent((*ladder[1:], *here)))

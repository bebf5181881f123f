"""The script that answers a question or a feeling, where it is asked."""

from __future__ import annotations

from actions.plan_steps import plan_of, show_step
from actions.turn import FINISHED, Turn


def say_answer(turn: Turn, intent: str) -> None:
    """Say what answers an intent in the open situation, and what its app adds to that."""
    script = _script(turn, intent)
    plan = plan_of(turn)
    if plan is not None and script in plan.steps_for(turn.known()) and not turn.in_triage:
        show_step(turn, script)
        return
    platform = turn.slots.get("platform")
    if platform not in turn.policy.platform_scripts.get(intent, ()):
        turn.say(script)
        return
    if turn.policy.platform_answers[intent] != "instead":
        turn.say(script)
    turn.say(f"utter_{intent}_{platform}")


def _script(turn: Turn, intent: str) -> str:
    who = str(turn.slots.get("audience") or "")
    for table, key in ((turn.policy.instead_for, who), (turn.policy.instead, turn.situation or "")):
        special = table.get(key, {}).get(intent)
        if special is not None:
            return special
    script = f"utter_{intent}"
    if intent == "ask_no_result" and turn.slots.get("interrupted") == FINISHED:
        return "utter_happened_again"
    if turn.situation and intent in turn.policy.here_scripts:
        return f"{script}_here"
    if intent in turn.policy.more_scripts:
        return turn.least_recent((script, f"{script}_more"))
    return script

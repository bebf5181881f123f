"""The script that answers a question or a feeling, where it is asked."""

from __future__ import annotations

from actions.turn import FINISHED, Turn


def say_answer(turn: Turn, intent: str) -> None:
    """Say what answers an intent in the open situation, and what its app adds to that."""
    script = _script(turn, intent)
    platform = turn.slots.get("platform")
    if platform not in turn.policy.platform_scripts.get(intent, ()):
        turn.say(script)
        return
    if turn.policy.platform_answers[intent] != "instead":
        turn.say(script)
    turn.say(f"utter_{intent}_{platform}")


def _script(turn: Turn, intent: str) -> str:
    special = turn.policy.instead.get(turn.situation or "", {}).get(intent)
    if special is not None:
        return special
    who = str(turn.slots.get("audience") or "")
    special = turn.policy.instead_for.get(who, {}).get(intent)
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

"""Questions, feelings and small talk: answered directly, then the way back to what was open."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ScriptAction
from actions.crisis import keep_company
from actions.plan_steps import FINISHED
from actions.policy import TRIAGE_FORM
from actions.turn import Turn

ERASING = ("start_over", "delete_data")


class AnswerQuestion(ScriptAction):
    """Input: a question or feeling intent. The script named after it answers."""

    action_name = "action_answer"

    def answer(self, turn: Turn) -> list[EventType]:
        keep_company(turn)
        turn.fill()
        turn.say(self._script(turn))
        if turn.requested and turn.slots.get(turn.requested):
            return turn.then(TRIAGE_FORM)  # the question was answered with the same words
        turn.ask_again()
        return turn.listen()

    def _script(self, turn: Turn) -> str:
        script = turn.policy.instead.get(turn.situation or "", {}).get(turn.intent)
        if script is not None:
            return script
        script = f"utter_{turn.intent}"
        if turn.intent == "ask_no_result" and turn.slots.get("interrupted") == FINISHED:
            return "utter_happened_again"
        if turn.situation and turn.intent in turn.policy.here_scripts:
            return f"{script}_here"
        if turn.intent in turn.policy.more_scripts:
            return turn.least_recent((script, f"{script}_more"))
        return script


class Converse(ScriptAction):
    """Input: greetings, thanks, the menu, starting over and the like, and unsafe requests."""

    action_name = "action_converse"

    def answer(self, turn: Turn) -> list[EventType]:
        if turn.intent in ERASING:
            # What can't be undone needs the exact words or a button.
            if turn.pressed:
                return self._begin_anew(turn)
            keep_company(turn)
            turn.say(f"utter_{turn.intent}_confirm")
            return turn.listen()
        keep_company(turn)
        turn.fill()
        script = f"utter_{turn.intent}"
        if turn.intent == "unsafe_request":
            script = turn.least_recent((script, f"{script}_again"))
        if turn.intent == "goodbye" and turn.slots.get("crises") and not turn.slots.get("crisis"):
            turn.say(turn.policy.crisis.near)
        turn.say(script)
        if turn.intent not in ("goodbye", "menu"):
            turn.ask_again()
        return turn.listen()

    def _begin_anew(self, turn: Turn) -> list[EventType]:
        """Forget every answer; only the language, the channel and the country stay."""
        turn.leave_triage()
        for name, value in list(turn.slots.items()):
            if value and name not in ("locale", "channel", "country"):
                turn.set(name, 0.0 if isinstance(value, float) else None)
        turn.say(f"utter_{turn.intent}")
        if turn.intent == "start_over":
            turn.say("utter_menu")
        return turn.listen()

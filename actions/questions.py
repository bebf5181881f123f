"""Questions and feelings: answered directly, then the way back to what was open."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ScriptAction
from actions.crisis import keep_company
from actions.turn import Turn


class AnswerQuestion(ScriptAction):
    """Input: a question or feeling intent. The script named after it answers."""

    action_name = "action_answer"

    def answer(self, turn: Turn) -> list[EventType]:
        keep_company(turn)
        turn.fill()
        turn.say(f"utter_{turn.intent}")
        turn.ask_again()
        return turn.listen()


class Converse(ScriptAction):
    """Input: greetings, thanks, the menu, starting over and the like, and unsafe requests."""

    action_name = "action_converse"

    def answer(self, turn: Turn) -> list[EventType]:
        if turn.intent in ("start_over", "delete_data"):
            return self._begin_anew(turn)
        keep_company(turn)
        script = f"utter_{turn.intent}"
        if turn.intent == "unsafe_request":
            script = turn.least_recent((script, f"{script}_again"))
        turn.say(script)
        if turn.intent not in ("goodbye", "menu", "unsafe_request"):
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

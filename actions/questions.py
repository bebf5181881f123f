"""Questions, feelings and small talk: answered directly, then the way back to what was open."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.answers import say_answer
from actions.aside import waiting
from actions.base import ScriptAction
from actions.crisis import keep_company
from actions.fallback import not_understood
from actions.plan_steps import say_step, show_whole
from actions.policy import TRIAGE_FORM
from actions.remarks import answer_whole_plan
from actions.turn import Turn

ERASING = ("start_over", "delete_data")


class AnswerQuestion(ScriptAction):
    """Input: a question or feeling intent. The script named after it answers."""

    action_name = "action_answer"

    def answer(self, turn: Turn) -> list[EventType]:
        keep_company(turn)
        turn.fill()
        say_answer(turn, turn.intent)
        _keep_in_mind(turn)
        if turn.wants_whole_plan:
            show_whole(turn)
        if turn.requested and turn.slots.get(turn.requested):
            return turn.then(TRIAGE_FORM)  # the question was answered with the same words
        turn.ask_again()
        return turn.listen()


def _keep_in_mind(turn: Turn) -> None:
    """A situation that seems to be told with the question is offered when somebody goes on."""
    told = [name for name in turn.meanings if name in turn.policy.plans]
    told = [name for name in told if name not in turn.policy.crisis.situations]
    if told and not turn.situation and not waiting(turn):
        turn.set("set_aside", told[:1])


class Converse(ScriptAction):
    """Input: greetings, thanks, the menu, starting over and the like, and unsafe requests."""

    action_name = "action_converse"
    counts_as_understood = False

    def answer(self, turn: Turn) -> list[EventType]:
        if turn.wants_whole_plan and turn.intent not in ERASING:
            return answer_whole_plan(turn)
        if turn.only_sounds_like_small_talk:
            return not_understood(turn)
        turn.understood()
        if turn.intent in ERASING:
            # What can't be undone needs the exact words or a button.
            if turn.pressed:
                return self._begin_anew(turn)
            keep_company(turn)
            turn.say(f"utter_{turn.intent}_confirm")
            return turn.listen()
        if turn.intent == "switch_language":
            return self._switch_language(turn)
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

    def _switch_language(self, turn: Turn) -> list[EventType]:
        """Go on in the language that was named, or else in another than the one shown."""
        others = [locale for locale in turn.policy.locales if locale != turn.shown_in]
        wrote = turn.slots.get("locale")
        named = turn.entities.get("language")
        turn.set("locale", named or (wrote if wrote in others else others[0]))
        keep_company(turn)
        turn.say("utter_switch_language")
        if turn.slots.get("step"):
            say_step(turn, turn.slots["step"])
        turn.ask_again()
        return turn.listen()

    def _begin_anew(self, turn: Turn) -> list[EventType]:
        """Forget every answer; only the language, the channel and the country stay, and in a
        messaging app whose chat it is."""
        turn.leave_triage()
        kept = {"locale", "channel", "country"}
        if turn.intent == "start_over" and turn.presumes:
            kept |= {"audience", "audience_presumed"}
        for name, value in list(turn.slots.items()):
            if value and name not in kept:
                turn.set(name, 0.0 if isinstance(value, float) else None)
        turn.say(f"utter_{turn.intent}")
        if turn.intent == "start_over":
            turn.say("utter_menu")
        return turn.listen()

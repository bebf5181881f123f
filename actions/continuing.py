"""Going on: button presses, yes and no, corrections, going back, "why?", "I can't"."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ScriptAction
from actions.crisis import answer_crisis, keep_company
from actions.fallback import not_understood
from actions.plan_steps import go_on, open_questions, plan_of, resume, show_step, show_whole
from actions.policy import TRIAGE_FORM
from actions.turn import REQUESTED_SLOT, Turn

ASK = f"utter_ask_{TRIAGE_FORM}_"
DETAILS = ("inform_audience", "inform_platform", "inform_country")
PLAIN_CHOICES = {"affirm": "done", "deny": "cant", "repeat": "again"}


class PlanNow(ScriptAction):
    """Shows the first open step of the plan; runs when triage is over."""

    action_name = "action_plan"

    def answer(self, turn: Turn) -> list[EventType]:
        plan = plan_of(turn)
        if plan is not None and plan.start:
            turn.say(plan.start)
        go_on(turn, after=None)
        return turn.listen()


class Continue(ScriptAction):
    """Input: an intent that only means something in its place (yes, no, a detail, a press)."""

    action_name = "action_continue"
    counts_as_understood = False

    def answer(self, turn: Turn) -> list[EventType]:
        if answer_crisis(turn):
            turn.understood()
            return turn.listen()
        if turn.choice:
            turn.understood()
            return self._choice(turn, turn.choice)
        changed = turn.fill()
        if changed or (turn.intent in DETAILS and turn.entities):
            turn.understood()
            return self._corrected(turn, changed)
        step = turn.slots.get("step")
        choice = PLAIN_CHOICES.get(turn.intent)
        if choice and not turn.unseen and (step or choice == "again"):
            turn.understood()
            return self._choice(turn, choice)
        return not_understood(turn)

    def _choice(self, turn: Turn, choice: str) -> list[EventType]:
        """Do what a button says; every choice has a meaning in every state."""
        if choice.startswith("show:"):
            return self._show(turn, choice.removeprefix("show:"))
        if turn.in_triage:
            return self._in_triage(turn, choice)
        keep_company(turn)
        if choice == "resume":
            # Said once more; `crisis_replies` keeps the memory for the end of the plan.
            turn.set("crisis", None)
        step = turn.slots.get("step")
        if choice == "whole_plan":
            show_whole(turn)
        elif choice in ("done", "next") and step:
            if choice == "done":
                turn.set("done", [*(turn.slots.get("done") or []), step])
            go_on(turn, after=step)
        elif choice in ("why", "cant") and step:
            turn.say(f"{step}_{choice}")
        elif choice == "back" and step:
            go_on(turn, after=step, back=True)
        elif choice == "again" and not step:
            said = turn.slots.get("said") or []
            turn.say(said[-1] if said else "utter_repeat_nothing")
        else:
            follows = resume(turn)
            if follows:
                return turn.then(follows)
        return turn.listen()

    def _in_triage(self, turn: Turn, choice: str) -> list[EventType]:
        if choice == "why" and turn.requested:
            turn.say(f"utter_why_{turn.requested}")
        elif choice == "back":
            return self._question_before(turn)
        elif choice in ("next", "cant") and turn.requested:
            # "Next" and "I can't" pass over a question as they pass over a step.
            turn.set(turn.requested, "skipped")
            return turn.then(TRIAGE_FORM)
        elif choice == "done":
            return not_understood(turn)
        else:
            if choice == "whole_plan":
                show_whole(turn)
            turn.ask_again()
        return turn.listen()

    def _question_before(self, turn: Turn) -> list[EventType]:
        asked = [name for name in turn.slots.get("asked") or [] if name != turn.requested]
        if asked:
            turn.set(asked[-1], None)
            turn.set("asked", asked)
            turn.set(REQUESTED_SLOT, asked[-1])
        turn.ask_again()
        return turn.listen()

    def _show(self, turn: Turn, script: str) -> list[EventType]:
        """Show the message of an old button again: its question or its step is open once more."""
        plan = plan_of(turn)
        if script.startswith(ASK) and plan and script.removeprefix(ASK) in plan.triage:
            name = script.removeprefix(ASK)
            turn.set(name, None)
            turn.set("step", None)
            asked = [
                other
                for other in turn.slots.get("asked") or []
                if other not in (name, turn.requested)
            ]
            turn.set("asked", asked)
            if not turn.in_triage:
                return turn.then(TRIAGE_FORM)
            turn.set(REQUESTED_SLOT, name)
            turn.set("asked", [*asked, name])
            turn.ask_again()
        elif plan and script in plan.steps_for(turn.known()):
            turn.leave_triage()
            show_step(turn, script)
        else:
            turn.say(script)
        return turn.listen()

    def _corrected(self, turn: Turn, changed: frozenset[str]) -> list[EventType]:
        """A detail was given or put right: the rest goes on with it."""
        keep_company(turn)
        plan = plan_of(turn)
        step = turn.slots.get("step")
        turn.say("utter_correction" if "audience" in changed and plan else "utter_noted")
        if turn.in_triage:
            return turn.then(TRIAGE_FORM)
        if plan and step:
            if step in plan.steps_for(turn.known()):
                show_step(turn, step)
            else:
                go_on(turn, after=None)
        elif turn.situation and plan is None:
            turn.say(f"utter_{turn.situation}_more")
        elif plan and open_questions(turn):
            return turn.then(TRIAGE_FORM)
        elif plan:
            go_on(turn, after=None)
        else:
            turn.say("utter_menu")
        return turn.listen()

"""Going on: button presses, yes and no, corrections, going back, "why?", "I can't"."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ScriptAction
from actions.crisis import answer_crisis, keep_company, word_after_crisis
from actions.fallback import TAKE_YOUR_TIME, not_understood
from actions.plan_steps import go_on, open_questions, plan_of, resume, show_step, show_whole
from actions.policy import TRIAGE_FORM
from actions.remarks import answer_remark, answer_whole_plan, noted_as
from actions.turn import REQUESTED_SLOT, Turn

ASK = f"utter_ask_{TRIAGE_FORM}_"
DETAILS = ("inform_audience", "inform_platform", "inform_country")
NAMES_A_TOPIC = ("utter_topic_return", "utter_topic_changed", "utter_crisis_return")
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
        if turn.wants_whole_plan:
            return answer_whole_plan(turn)
        if answer_crisis(turn):
            turn.understood()
            return turn.listen()
        return turn.listen() if answer_remark(turn) else self._go_on(turn)

    def _go_on(self, turn: Turn) -> list[EventType]:
        """A button, a plain word or a detail; anything else was not understood."""
        choice = turn.choice or word_after_crisis(turn) or self._plain_choice(turn)
        if turn.choice or (choice and not turn.entities):
            return self._choice(turn, choice or "")
        knew = turn.told_audience
        changed = turn.fill()
        if changed or (turn.intent in DETAILS and turn.entities):
            turn.understood()
            return self._corrected(turn, changed, anew=bool(knew) and "audience" in changed)
        return self._choice(turn, choice) if choice else not_understood(turn)

    def _plain_choice(self, turn: Turn) -> str | None:
        """What a plain yes, no or "say it again" means here; a long one tells something else."""
        choice = PLAIN_CHOICES.get(turn.intent)
        step = turn.slots.get("step")
        if choice is None or turn.unseen or (choice != "again" and not step):
            return None
        if choice == "again":
            return choice
        to_the_step = turn.last_said == step or turn.last_said.startswith(f"{step}_")
        # A yes or no to something that was said beside the plan leads back to the step.
        return choice if to_the_step and turn.words <= turn.policy.plain_words else "resume"

    def _choice(self, turn: Turn, choice: str) -> list[EventType]:
        """Do what a button says; every choice has a meaning in every state."""
        if not (turn.in_triage and choice == "done"):
            turn.understood()
        if choice.startswith("show:"):
            return self._show(turn, choice.removeprefix("show:"))
        if choice.startswith("keep:"):
            return self._keep(turn, choice.removeprefix("keep:"))
        if turn.in_triage:
            return self._in_triage(turn, choice)
        keep_company(turn)
        if choice == "resume":
            # Help was shown once more; `crises` keeps the memory for the end of the plan.
            turn.set("crisis", None)
        elif choice == "wait":
            turn.say(TAKE_YOUR_TIME)
            return turn.listen()
        if choice == "whole_plan":
            show_whole(turn)
        elif not self._at_step(turn, choice):
            if choice == "again" and not turn.slots.get("step"):
                self._again(turn)
            elif follows := resume(turn):
                return turn.then(follows)
        return turn.listen()

    def _keep(self, turn: Turn, name: str) -> list[EventType]:
        """Say a sheet that can be kept, all of it at once, then what was open again."""
        keep_company(turn)
        sheet = turn.policy.sheets.get(name)
        for script in sheet.scripts if sheet else ("utter_menu",):
            turn.say(script)
        turn.ask_again()
        return turn.listen()

    def _at_step(self, turn: Turn, choice: str) -> bool:
        """Do what a button of a step says; False without a step or for another choice."""
        step = turn.slots.get("step")
        if step and choice in ("done", "next"):
            if choice == "done":
                turn.set("done", [*(turn.slots.get("done") or []), step])
            go_on(turn, after=step)
        elif step and choice in ("why", "cant"):
            turn.say(f"{step}_{choice}")
        elif step and choice == "back":
            go_on(turn, after=step, back=True)
        else:
            return False
        return True

    def _again(self, turn: Turn) -> None:
        """Say the last script again; one that names a topic would have lost it."""
        said = [name for name in turn.said if name not in NAMES_A_TOPIC]
        turn.say(said[-1] if said else "utter_repeat_nothing")

    def _in_triage(self, turn: Turn, choice: str) -> list[EventType]:
        if choice == "why" and turn.requested:
            turn.say(f"utter_why_{turn.requested}")
            turn.ask_again()
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
        crisis = turn.policy.crisis.of(script)
        if crisis and not turn.slots.get("crisis"):
            turn.set("crisis", crisis)
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

    def _corrected(self, turn: Turn, changed: frozenset[str], *, anew: bool) -> list[EventType]:
        """A detail was given, or who it is about was put right: the rest goes on with it."""
        keep_company(turn)
        plan = plan_of(turn)
        step = turn.slots.get("step")
        turn.say("utter_correction" if anew and turn.situation else noted_as(turn, changed))
        if turn.in_triage:
            return turn.then(TRIAGE_FORM)
        if plan and step:
            if step in plan.steps_for(turn.known()):
                show_step(turn, step)
            else:
                go_on(turn, after=None)
        elif plan and open_questions(turn):
            return turn.then(TRIAGE_FORM)
        elif plan:
            go_on(turn, after=None)
        else:
            turn.say("utter_menu")
        return turn.listen()

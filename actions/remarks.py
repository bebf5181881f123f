"""Questions and good news told beside a plan, which have an answer of their own wherever it is."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.crisis import keep_company
from actions.plan_steps import plan_of, show_whole
from actions.turn import Turn


def answer_whole_plan(turn: Turn) -> list[EventType]:
    """Show all steps at once, with what was told beside that, then what was open again."""
    turn.understood()
    keep_company(turn)
    turn.fill()
    show_whole(turn)
    turn.ask_again()
    return turn.listen()


def noted_as(turn: Turn, changed: frozenset[str], *, question: bool = False) -> str:
    """The script that says that a detail was noted; an app's brings its card."""
    if "platform" in changed and turn.slots.get("platform") in turn.policy.known_platforms:
        return "utter_noted_platform"
    in_a_plan = plan_of(turn) is not None and not question
    return "utter_noted" if in_a_plan else "utter_noted_question"


def answer_remark(turn: Turn) -> bool:
    """Answer what a message remarks, then what was open again; False where it remarks nothing."""
    script = turn.policy.remarks.get(turn.entities.get("remark", ""))
    if script is None or turn.choice:
        return False
    turn.understood()
    keep_company(turn)
    turn.fill()
    turn.say(script)
    turn.ask_again()
    return True

"""Walking through a plan: which step is open, the next, the one before, all at once."""

from __future__ import annotations

from collections.abc import Sequence

from actions.aside import offer_set_aside, waiting
from actions.policy import TRIAGE_FORM
from actions.turn import FINISHED, OFFERED, Turn
from bot.content.plans import Plan


def plan_of(turn: Turn) -> Plan | None:
    """The plan of the situation being worked on, or None while there is none."""
    return turn.policy.plans.get(turn.situation or "")


def open_questions(turn: Turn) -> list[str]:
    """Triage questions still to ask, in order, within the limit; empty when triage is over."""
    plan = plan_of(turn)
    if plan is None:
        return []
    asked = list(turn.slots.get("asked") or [])
    slots = {name: turn.slots.get(name) for name in turn.policy.triage_slots}
    open_slots = [name for name in plan.questions_for(slots) if name not in asked]
    return open_slots[: max(turn.policy.question_limit - len(asked), 0)]


def is_needed(turn: Turn, question: str) -> bool:
    """Whether a triage question still belongs to the plan; an answer may have made it idle."""
    plan = plan_of(turn)
    if plan is None or question not in plan.triage:
        return False
    slots = {name: turn.slots.get(name) for name in turn.policy.triage_slots}
    return question in plan.questions_for({**slots, question: None})


def show_step(turn: Turn, script: str) -> None:
    """Say a step and remember it as the open one."""
    turn.set("step", script)
    turn.set("interrupted", None)
    say_step(turn, script)


def say_step(turn: Turn, script: str) -> None:
    """Say a step with its place in the plan."""
    plan = plan_of(turn)
    turn.say(script, progress=progress(script, plan.steps_for(turn.known()) if plan else []))


def progress(script: str, steps: Sequence[str]) -> list[int]:
    """Place of a step, from 1, and how many there are; empty for a step of no plan."""
    return [steps.index(script) + 1, len(steps)] if script in steps else []


def go_on(turn: Turn, *, after: str | None, back: bool = False) -> None:
    """Show the step that follows `after` (or precedes it), or the end of the plan."""
    plan = plan_of(turn)
    if plan is None:
        turn.say("utter_menu")
        return
    steps = plan.steps_for(turn.known())
    if back:
        earlier = steps[: steps.index(after)] if after in steps else []
        show_step(turn, earlier[-1] if earlier else steps[0])
        return
    done = set(turn.slots.get("done") or [])
    later = steps[steps.index(after) + 1 :] if after in steps else steps
    following = [step for step in later if step not in done]
    if following:
        show_step(turn, following[0])
    else:
        finish(turn, plan)


def finish(turn: Turn, plan: Plan) -> None:
    """End a plan: who takes over, how the person is, and what was set aside earlier."""
    turn.set("step", None)
    turn.set("interrupted", FINISHED)
    if plan.handoff:
        turn.say(plan.handoff)
    turn.say("utter_plan_end")
    if "self_harm" in (turn.slots.get("crises") or []):
        # One "I'm ok" never cancels it for good: its answers are open again.
        turn.set("crisis", "self_harm")
        turn.say("utter_self_harm_stay")
    offer_set_aside(turn)


def show_whole(turn: Turn) -> None:
    """Say the whole plan at once: each step with the one button that opens it, then who takes over.

    While only a crisis was told, its own plan is meant.
    """
    plan = plan_or_likely_plan(turn)
    if plan is None:
        turn.say("utter_menu")
        return
    turn.say("utter_plan_whole")
    steps = plan.steps_for(turn.known())
    for step in steps:
        turn.say(step, part=True, progress=progress(step, steps))
    if plan.handoff:
        turn.say(plan.handoff, brief=True)
    turn.say("utter_plan_whole_end")


def offer_plan(turn: Turn, situation: str) -> bool:
    """Make a plan the one that "go on" begins; False where the situation has none."""
    if situation not in turn.policy.plans:
        return False
    turn.begin_anew()
    turn.set("situation", situation)
    turn.set("interrupted", OFFERED)
    return True


def plan_or_likely_plan(turn: Turn) -> Plan | None:
    """The open plan; while none is open, the one of what was told: a crisis, or set aside."""
    told = [*waiting(turn), *(turn.slots.get("crises") or []), turn.slots.get("crisis")]
    if plan_of(turn) is None:
        likely = next((name for name in reversed(told) if name), "")
        if offer_plan(turn, likely):
            turn.set("set_aside", turn.set_aside_without(likely))
    return plan_of(turn)


def resume(turn: Turn) -> str | None:
    """Go back to what was open. Returns an action that has to follow, or None when all is said."""
    if turn.in_triage:
        turn.ask_again()
        return None
    state = turn.slots.get("interrupted")
    step = turn.slots.get("step")
    if (plan_of(turn) is None and waiting(turn)) or plan_or_likely_plan(turn) is None:
        _without_plan(turn)
    elif step:
        show_step(turn, step)
    elif state == FINISHED:
        if not offer_set_aside(turn):
            turn.say(turn.least_recent(("utter_plan_over", "utter_menu")))
    elif turn.slots.get("interrupted") in ("triage", OFFERED):
        turn.set("interrupted", None)
        return TRIAGE_FORM if open_questions(turn) else "action_plan"
    else:
        go_on(turn, after=None)
    return None


def _without_plan(turn: Turn) -> None:
    known = ("utter_topic_return",) if waiting(turn) else ()
    chosen = turn.least_recent((*known, "utter_menu"))
    if chosen == "utter_menu":
        turn.say(chosen)
    else:
        offer_set_aside(turn)

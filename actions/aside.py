"""Situations set aside: what was said of one is kept, and it goes on where it stopped."""

from __future__ import annotations

from typing import Any

from actions.turn import REQUESTED_SLOT, Turn

PROGRESS = ("asked", "done", "step", "interrupted")


def waiting(turn: Turn) -> list[str]:
    """Situations that were told and are not finished, the last one last; without the open one."""
    return turn.set_aside_without(turn.situation)


def offer_set_aside(turn: Turn) -> bool:
    """Offer the situation that was told earlier and not finished; False when there is none."""
    others = waiting(turn)
    if others:
        turn.say("utter_topic_return", topic=others[-1], choices=[others[-1]])
    return bool(others)


def put_aside(turn: Turn) -> str | None:
    """Keep an unfinished situation for later; returns it, None when nothing was unfinished."""
    before = turn.situation
    unfinished = (
        turn.in_triage or turn.slots.get("step") or turn.slots.get("interrupted") == "triage"
    )
    if not before or not unfinished:
        return None
    names = (*PROGRESS, *turn.policy.incident_slots)
    state = {name: turn.slots[name] for name in names if turn.slots.get(name)}
    if turn.in_triage:
        state["interrupted"] = "triage"
        state["asked"] = [name for name in state.get("asked", []) if name != turn.requested]
    turn.set("kept", {**_kept(turn), before: state})
    turn.set("set_aside", [*turn.set_aside_without(before), before])
    return before


def is_kept(turn: Turn, situation: str) -> bool:
    """Whether a situation was begun earlier and can go on."""
    return situation in _kept(turn)


def take_up(turn: Turn, situation: str) -> None:
    """Make a kept situation the open one again, with all that was said of it."""
    put_aside(turn)
    turn.leave_triage()
    kept = _kept(turn)
    state = kept.pop(situation)
    turn.set("kept", kept or None)
    turn.set("situation", situation)
    turn.set("set_aside", turn.set_aside_without(situation))
    for name in (*PROGRESS, *turn.policy.incident_slots):
        turn.set(name, state.get(name, [] if name in ("asked", "done") else None))
    turn.set(REQUESTED_SLOT, None)
    turn.fill()


def _kept(turn: Turn) -> dict[str, dict[str, Any]]:
    return dict(turn.slots.get("kept") or {})

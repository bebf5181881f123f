"""Crisis first: answered at any point, kept open until the person says otherwise."""

from __future__ import annotations

from rasa_sdk.events import EventType

from actions.base import ScriptAction
from actions.plan_steps import offer_plan
from actions.turn import FINISHED, OFFERED, Turn

ROTATION = "rotation"  # in data/dialogue.yml: the next reply of the crisis
PHRASE = 1.0  # the confidence of a crisis that a phrase told
ABOUT_A_CRISIS = ("safe", "wont_call")
DANGER, SELF_HARM = "immediate_danger", "self_harm"


class AnswerCrisis(ScriptAction):
    """Input: a crisis intent, in any state. Answers with emergency help before all else."""

    action_name = "action_crisis"
    refuses_media_last = True

    def answer(self, turn: Turn) -> list[EventType]:
        turn.fill()
        turn.leave_triage()
        crisis, known = turn.intent, turn.slots.get("crisis")
        if turn.confidence < PHRASE and known and _remark(turn) and answer_crisis(turn):
            return turn.listen()
        if turn.confidence < turn.policy.crisis.sure and not turn.pressed:
            if known:  # a guess takes no place of what is known
                keep_company(turn)
            else:
                # Only asked: nothing is noted of it until the answer is yes.
                turn.set("crisis", crisis)
                turn.say(turn.policy.crisis.checks[crisis])
            return turn.listen()
        remember(turn, crisis)
        if not _at_its_time(turn):
            turn.say(_reply(turn, told_now=crisis))
        return turn.listen()


def _reply(turn: Turn, told_now: str) -> str:
    open_ones = {turn.slots["crisis"], *(turn.slots.get("crisis_also") or [])}
    if {SELF_HARM, DANGER} <= open_ones and told_now in (SELF_HARM, DANGER):
        return "utter_danger_and_self_harm"
    return turn.least_recent(turn.policy.crisis.rotation[turn.slots["crisis"]])


def _at_its_time(turn: Turn) -> bool:
    """Answer a meeting whose time was told; False where it has to be asked."""
    time = turn.entities.get("meeting")
    if turn.slots.get("crisis") != "meet_in_person" or time is None:
        return False
    _say_answer(turn, "meet_in_person", "", time)
    return True


def remember(turn: Turn, crisis: str) -> None:
    """Keep crises open, the most urgent first, and what was told with them for the way back."""
    order = turn.policy.order_of_meanings
    known = {turn.slots.get("crisis"), *(turn.slots.get("crisis_also") or [])}
    told = [name for name in turn.meanings if name in order]
    crises = {crisis, *known, *(name for name in told if name in turn.policy.crisis.situations)}
    crises.discard(None)
    # Out of danger first: then there is time to speak of dying.
    urgent = DANGER if {DANGER, SELF_HARM} <= crises else crisis
    turn.set("crisis", urgent)
    turn.set("crisis_also", sorted(crises - {urgent}, key=order.index))
    _note(turn, crises)
    others = [name for name in told if name not in turn.policy.crisis.situations]
    if others and not turn.situation:
        turn.set("situation", others[0])
        turn.set("interrupted", "triage")


def _note(turn: Turn, crises: set[str]) -> None:
    """What stays known of crises after they are over, and what the plans must heed."""
    turn.set("crises", sorted({*(turn.slots.get("crises") or []), *crises}))
    if "abuse_offline" in crises and not turn.slots.get("contact"):
        turn.set("contact", "at_home")  # until it is said, nobody at home is sent to


def answer_crisis(turn: Turn) -> bool:
    """Answer a reply to a crisis script; False when the turn is no such reply."""
    crisis, script = _asked(turn)
    if crisis is None or turn.unseen:
        return False
    time = turn.entities.get("meeting") if crisis == "meet_in_person" else None
    choice = turn.choice or time or _remark(turn) or plain_word(turn, script)
    return choice is not None and _say_answer(turn, crisis, script, choice)


def _remark(turn: Turn) -> str | None:
    """That it is over, or that nobody will be called, in the person's own words."""
    remark = turn.entities.get("remark")
    return remark if remark in ABOUT_A_CRISIS and turn.slots.get("crisis") else None


def plain_word(turn: Turn, script: str) -> str | None:
    """What a plain yes, no or "I don't know" means after a crisis script."""
    if not script or turn.words > turn.policy.plain_words:
        return None
    return turn.policy.crisis.word(script, turn.intent)


def word_after_crisis(turn: Turn) -> str | None:
    """A plain word after a crisis script that goes on with something else: resume or wait."""
    return None if turn.unseen or turn.choice else plain_word(turn, _asked(turn)[1])


def _asked(turn: Turn) -> tuple[str | None, str]:
    """The crisis that is open, or was a moment ago, and its script where that was said last."""
    crisis = turn.slots.get("crisis")
    script = turn.last_said if turn.last_said in turn.policy.crisis.scripts else ""
    if crisis is None and script:
        told = turn.slots.get("crises") or []
        crisis = turn.policy.crisis.of(script) or (told[-1] if told else None)
    return crisis, script


def _say_answer(turn: Turn, crisis: str, script: str, choice: str) -> bool:
    answer = turn.policy.crisis.answer(crisis, script, choice)
    if answer is None:
        return False
    turn.set("crisis", crisis if answer.open else None)
    if answer.open:
        _note(turn, {crisis})
    if answer.script == ROTATION:
        turn.say(turn.least_recent(turn.policy.crisis.rotation[crisis]))
    else:
        turn.say(answer.script)
    also = [name for name in turn.slots.get("crisis_also") or [] if name != crisis]
    if not answer.open and also:
        turn.set("crisis", also[0])
        turn.set("crisis_also", also[1:])
        turn.say(turn.least_recent(turn.policy.crisis.rotation[also[0]]))
    elif answer.way_back:
        offer_way_back(turn, crisis)
    return True


def offer_way_back(turn: Turn, crisis: str) -> None:
    """Offer, without hurry, to return to what the crisis interrupted, or else its own plan."""
    others = turn.policy.crisis.situations - {crisis}
    if turn.situation and turn.situation not in others and not _over(turn, crisis):
        turn.say("utter_crisis_return", topic=turn.situation, brief=True)
    elif offer_plan(turn, crisis):
        turn.say("utter_crisis_plan", brief=True)


def _over(turn: Turn, crisis: str) -> bool:
    """Whether the crisis' own plan was offered or walked through before, so that it begins anew."""
    state = turn.slots.get("interrupted")
    return turn.situation == crisis and state in (FINISHED, OFFERED)


def keep_company(turn: Turn) -> None:
    """While a crisis is open every other answer begins with help that is a tap away."""
    if turn.slots.get("crisis"):
        turn.say(turn.policy.crisis.near)

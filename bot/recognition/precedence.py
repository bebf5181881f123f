"""Which of two readings of one message stands, by the taxonomy's lines on where meanings meet.

The head knows words, not who is harmed: it takes "he posted it" for a confession, a blackmailed
adult's age for the whole story, and a question at the end of a story for the message.
"""

from __future__ import annotations

from bot.recognition.messages import CRISIS_ORDER, OUT_OF_SCOPE, Ranking

# Said to somebody who was harmed, these readings accuse; so they need to be sure.
ACCUSING = ("made_or_shared_image", "own_behaviour", "unsafe_request")
# What happens to a victim, in the taxonomy's order.
VICTIM = (
    "meet_in_person",
    "abuse_offline",
    "sextortion",
    "adult_victim",
    "deepfake",
    "image_shared",
    "sent_image",
    "enticement",
)
# What is told together with a question or a feeling. A crisis is not here: it has limits of its own
# (crisis.decide), and neither is a reading that accuses, which would be unsure beside a question.
TOLD_WITH = (
    *(name for name in VICTIM if name not in CRISIS_ORDER),
    "ai_bullying",
    "impersonation",
    "ai_companion",
    "saw_abuse_material",
)
# Asked about the thing itself: "what is sextortion" tells of none.
GENERAL = ("ask_definition", "ask_education", "ask_prevention", "ask_privacy")

SURE = 0.6  # an accusing reading of this probability stands
VICTIM_SHARE = 0.5  # of the accusing reading's probability: then the victim's situation stands
SURE_REQUEST = 0.5  # an unsafe request under this, with no victim near, is not understood
BLACKMAIL_SHARE = 1 / 3  # of adult_victim's probability: then it is blackmail
TOLD = 0.3  # a situation of this probability was told, whatever was asked with it


def settle(ranking: Ranking) -> Ranking:
    """The ranking in which the reading that stands comes first; most stay as they are.

    Args:
        ranking: intents and probabilities, best first.

    Returns:
        The same pairs, another one in front; an accusing reading that gave way is left out, so
        that nobody is offered it later.
    """
    if not ranking:
        return ranking
    name, chance = ranking[0]
    if name in ACCUSING and chance < SURE:
        return _settle_accusing(ranking)
    if name == "adult_victim":
        return _in_front(ranking, ("sextortion",), chance * BLACKMAIL_SHARE)
    if name.startswith(("ask_", "feel_")) and name not in GENERAL:
        return _in_front(ranking, TOLD_WITH, TOLD)
    return ranking


def _settle_accusing(ranking: Ranking) -> Ranking:
    name, chance = ranking[0]
    others = [pair for pair in ranking if pair[0] not in ACCUSING]
    settled = _in_front(others, VICTIM, chance * VICTIM_SHARE)
    if settled and settled[0][0] in VICTIM and settled[0][1] >= chance * VICTIM_SHARE:
        return settled
    if name == "unsafe_request" and chance < SURE_REQUEST:
        return [(OUT_OF_SCOPE, chance), *(pair for pair in others if pair[0] != OUT_OF_SCOPE)]
    return ranking


def _in_front(ranking: Ranking, names: tuple[str, ...], least: float) -> Ranking:
    """Puts the likeliest of `names` in front, where it has a probability of `least`."""
    for place, (name, chance) in enumerate(ranking):
        if name in names and chance >= least:
            return [ranking[place], *ranking[:place], *ranking[place + 1 :]]
    return ranking

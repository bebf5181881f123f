"""The crisis reflex: a phrase matcher that needs no model, no network and nothing else of ours."""

from bot.crisis.matcher import CrisisMatch, CrisisMatcher
from bot.crisis.normalise import fold
from bot.crisis.rules import CRISIS_INTENTS, CrisisDataError

__all__ = ["CRISIS_INTENTS", "CrisisDataError", "CrisisMatch", "CrisisMatcher", "fold"]

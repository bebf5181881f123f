"""After its last day the service has one answer for everybody: that it is over, and who helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timezone

from bot.content.render import PAGE, UnknownScript
from bot.gateway.errors import RequestProblem
from bot.gateway.replies import OutgoingMessage
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Session

RETIRED = "utter_retired"


def utc_today() -> date:
    return datetime.now(timezone.utc).date()


@dataclass(frozen=True)
class Retirement:
    """`day` is the first one without the service, in UTC; None while no end is planned."""

    day: date | None = None
    today: Callable[[], date] = utc_today

    @property
    def begun(self) -> bool:
        """Asked anew at each message, so that the day needs no restart."""
        return self.day is not None and self.today() >= self.day


@dataclass(frozen=True)
class Stranger(Session):
    """In the place of a conversation that was not found, and why; its answer is the farewell."""

    why: RequestProblem

    @classmethod
    def because(cls, why: RequestProblem) -> Stranger:
        return cls("", "web", None, None, 0, why)


def farewell(
    speaker: Speaker, locale: str | None, country: str | None, channel: str = PAGE
) -> tuple[OutgoingMessage, ...]:
    """That it is over and the crisis card, from memory: needs neither database nor worker."""
    card = speaker.card(locale, country, channel)
    try:
        over = speaker.say(RETIRED, locale=locale, country=country, channel=channel)
    except UnknownScript:  # an older release; the helplines are what counts
        return (OutgoingMessage(card, ()),)
    shown = {helper.id for helper in card.resources}
    others = [helper for helper in over.resources if helper.id not in shown]
    over = over.model_copy(update={"resources": others})
    return OutgoingMessage(over, ()), OutgoingMessage(card, ())

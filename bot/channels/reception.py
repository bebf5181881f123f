"""What the platforms told, handed to the gateway: accepted once, answered by scripts alone."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial

from bot.channels.delivery import Delivery
from bot.channels.incoming import Incoming, Kind, Media
from bot.gateway.conversations import Conversations
from bot.gateway.errors import StorageDown
from bot.gateway.messaging import AppMessage, Messaging
from bot.gateway.sessions import SEEN_SECONDS
from bot.gateway.speaking import CRISIS_CARD

PRIVATELY = "utter_write_privately"
GROUP_SECONDS, CARD_SECONDS = 3600.0, 600.0
MOST_REMEMBERED = 10_000
REMARKS = {Media.IMAGE: "media"}  # the others have their own names
CONTROL = {
    Kind.START: "/greet",
    Kind.EDIT: '/out_of_scope{"remark": "edited"}',
}


@dataclass
class Lately:
    """What was done for whom a moment ago, in memory: once in so many seconds."""

    seconds: float
    _done: OrderedDict[str, float] = field(default_factory=OrderedDict)

    def first(self, name: str) -> bool:
        """Whether it was not done lately; then it counts as done now."""
        now = time.monotonic()
        last = self._done.get(name)
        if last is not None and now - last < self.seconds:
            return False
        self._done[name] = now
        self._done.move_to_end(name)
        if len(self._done) > MOST_REMEMBERED:
            self._done.popitem(last=False)
        return True


@dataclass
class Reception:
    """Takes events one by one. What is said at once and belongs to no conversation goes out from
    memory: in a group, while the database is away, and once the service has ended."""

    conversations: Conversations
    messaging: Messaging
    delivery: Delivery
    groups: Lately = field(default_factory=lambda: Lately(GROUP_SECONDS))
    carded: Lately = field(default_factory=lambda: Lately(CARD_SECONDS))
    ended: Lately = field(default_factory=lambda: Lately(CARD_SECONDS))

    async def receive(self, event: Incoming) -> None:
        """Raises StorageDown: the platform has to send it again."""
        counters = self.conversations.counters
        counters[f"received_{event.channel}"] += 1
        if event.sent is not None and time.time() - event.sent > SEEN_SECONDS:
            counters["too_old"] += 1  # whether it was seen before is known no more
        elif event.kind is Kind.GROUP:
            if self.groups.first(f"{event.channel} {event.contact}"):
                self._say(event, PRIVATELY)
        elif event.kind is Kind.LEFT:
            counters[f"left_{event.channel}"] += 1
            await self.messaging.leave(event.channel, event.contact, event.event)
        elif self.conversations.retired:
            if self.ended.first(f"{event.channel} {event.event}"):
                self._farewell(event)
        else:
            await self._accept(event)

    async def _accept(self, event: Incoming) -> None:
        try:
            accepted = await self.messaging.accept(app_message(event))
        except StorageDown:
            if self.carded.first(f"{event.channel} {event.contact}"):
                self._say(event, StorageDown.script, CRISIS_CARD)
            raise
        if accepted is not None and event.kind is Kind.BUTTON:
            self.delivery.acknowledge(event.channel, event.address)

    def _say(self, event: Incoming, *scripts: str) -> None:
        say = partial(
            self.conversations.speaker.say,
            locale=event.locale,
            country=event.country,
            channel=event.channel,
        )
        self.delivery.say(event.channel, event.address, [say(script) for script in scripts])

    def _farewell(self, event: Incoming) -> None:
        told = self.conversations.farewell(event.locale, event.country, event.channel)
        self.delivery.say(event.channel, event.address, [each.message for each in told])


def app_message(event: Incoming) -> AppMessage:
    """An event as the gateway takes it: a picture without words and an edit are remarks."""
    payload = CONTROL.get(event.kind)
    if event.kind is Kind.START and event.audience:
        payload = f'/inform_audience{{"audience": "{event.audience}"}}'
    elif event.media is not None and not event.text.strip():
        payload = f'/out_of_scope{{"remark": "{REMARKS.get(event.media, event.media.value)}"}}'
    return AppMessage(
        channel=event.channel,
        contact=event.contact,
        event=event.event,
        address=event.address,
        text=event.text,
        button=event.button if event.kind is Kind.BUTTON else None,
        payload=payload,
        media=event.media.value if event.media else None,
        position=event.position,
        locale=event.locale,
        country=event.country,
    )

"""Puts the channels together over the gateway's conversations: webhooks, sending, upkeep."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from bot.channels.channel import Channel
from bot.channels.delivery import Delivery
from bot.channels.reception import Reception
from bot.channels.routes import webhooks
from bot.gateway.buttons import AppButtons
from bot.gateway.conversations import Conversations
from bot.gateway.messaging import Messaging
from bot.gateway.posting import Posting
from bot.gateway.sealing import Seal
from bot.gateway.settling import LONGEST_SECONDS
from bot.gateway.upkeep import Job

logger = logging.getLogger(__name__)
SENDING_SECONDS, LETTERS_SECONDS = 0.5, 3600.0


@dataclass(frozen=True)
class ChannelService:
    """The channels of one gateway. `deadline` in seconds is when the card answers for a late
    worker."""

    messaging: Messaging
    delivery: Delivery
    reception: Reception
    routes: APIRouter
    deadline: float

    @classmethod
    def over(
        cls,
        conversations: Conversations,
        engine: Engine,
        secret: bytes,
        channels: Sequence[Channel],
        body_limit: int,
    ) -> ChannelService:
        messaging = Messaging(
            storage=conversations.storage,
            posting=Posting(engine),
            reading=conversations.reading,
            buttons=AppButtons(engine, secret),
            addresses=Seal(secret, "addresses"),
            turns=conversations.turns,
            counters=conversations.counters,
        )
        delivery = Delivery.over(messaging, channels)
        reception = Reception(conversations, messaging, delivery)
        routes = webhooks(channels, reception, body_limit)
        return cls(messaging, delivery, reception, routes, conversations.deadline)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What has to be done again and again, and every how many seconds."""
        if not self.delivery.lines:
            return ()
        return (
            (self.delivery.take_up, SENDING_SECONDS),
            (self._cards, SENDING_SECONDS),
            (self._letters, LETTERS_SECONDS),
        )

    async def begin(self) -> None:
        """What another run of this gateway was sending when it ended is due again at once."""
        if not self.messaging.storage.shared:
            try:
                await run_in_threadpool(self.messaging.posting.let_go)
            except SQLAlchemyError as error:
                logger.error("the outbox cannot be read: %s", type(error).__name__)

    async def end(self) -> None:
        await self.delivery.close()

    async def _cards(self) -> None:
        # What waits for messages that were written before it is not late yet.
        await self.delivery.send_cards(self.deadline + LONGEST_SECONDS)

    async def _letters(self) -> None:
        await run_in_threadpool(self.messaging.posting.purge)

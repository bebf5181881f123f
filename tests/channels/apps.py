"""All platforms played on loopback, and the gateway that they deliver to."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import func, select

from bot.channels.incoming import Media
from bot.channels.simulator.platform import Delivery, Shown
from bot.content.models import Base
from bot.edge import Edge, open_edge
from bot.gateway.worker_client import Worker
from bot.operations.playing import CHANNELS, Played, contact, played
from bot.settings import Settings

__all__ = ["CHANNELS", "Apps", "contact", "open_apps"]
KEY = "a key of the tests, of 32 bytes or more"
PATIENCE = 10.0  # seconds


@dataclass
class Apps(Played):
    """The platforms, the gateway, and what is in its database."""

    edge: Edge
    config: Settings

    async def given(self, delivery: Delivery) -> None:
        """The same, taken and answered."""
        assert (await self.deliver(delivery)).status_code == 200
        await self.rest()

    async def says(self, channel: str, text: str, number: int = 1) -> list[Shown]:
        """Somebody types; what they got to see since."""
        return await self._since(channel, number, self.platform(channel).says, text)

    async def presses(self, channel: str, choice: tuple[str, str], number: int = 1) -> list[Shown]:
        return await self._since(channel, number, self.platform(channel).presses, *choice)

    async def sends(
        self, channel: str, media: Media, caption: str = "", number: int = 1
    ) -> list[Shown]:
        return await self._since(channel, number, self.platform(channel).sends, media, caption)

    async def _since(self, channel, number, does, *what) -> list[Shown]:
        before = len(self.seen(channel, number))
        await self.given(does(contact(channel, number), *what))
        return self.seen(channel, number)[before:]

    def seen(self, channel: str, number: int = 1) -> list[Shown]:
        return self.platform(channel).seen_by(contact(channel, number))

    def told(self, channel: str, number: int = 1) -> str:
        """Everything that somebody got to see, as one text."""
        return "\n".join(shown.text for shown in self.seen(channel, number))

    def rows(self, table: str) -> int:
        with self.edge.engine.connect() as connection:
            query = select(func.count()).select_from(Base.metadata.tables[table])
            return int(connection.execute(query).scalar_one())

    def count(self, name: str) -> int:
        return self.edge.conversations.counters[name]

    async def rest(self, seconds: float = PATIENCE) -> None:
        """Until every message has its answer and every answer is out."""
        limit = time.monotonic() + seconds
        while await asyncio.to_thread(self._waiting) or self.service.delivery.busy:
            assert time.monotonic() < limit, "something is still waiting"
            await asyncio.sleep(0.02)

    def _waiting(self) -> int:
        inbox, outbox = Base.metadata.tables["inbox"], Base.metadata.tables["outbox"]
        with self.edge.engine.connect() as connection:
            pending = select(func.count()).where(inbox.c.status == "pending")
            unsent = select(func.count()).where(outbox.c.delivered_with.is_(None))
            return sum(int(connection.execute(query).scalar_one()) for query in (pending, unsent))


@asynccontextmanager
async def open_copy(
    recorded: Path, folder: Path, worker: Worker, **given: Any
) -> AsyncIterator[Apps]:
    """The same over a copy of the database in which the release is recorded; `given` settings."""
    shutil.copy(recorded, folder)
    config = Settings(_env_file=None, data_folder=folder, **given)
    async with open_apps(config, worker) as opened:
        yield opened


@asynccontextmanager
async def open_apps(config: Settings, worker: Worker) -> AsyncIterator[Apps]:
    """The gateway with every channel set up, its upkeep running, and no pause between messages."""
    config = config.model_copy(update={"secret_key": SecretStr(KEY)})
    edge = open_edge(config, worker)
    try:
        async with played(edge, config, pause=0.0) as town:
            yield Apps(town.platforms, town.service, town.channels, town.client, edge, config)
    finally:
        edge.engine.dispose()

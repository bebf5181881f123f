"""What the gateway does beside answering: late turns, erasing by the clock, releases, database."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from starlette.concurrency import run_in_threadpool

from bot.gateway.conversations import Conversations

logger = logging.getLogger(__name__)
Job = tuple[Callable[[], Awaitable[None]], float]  # and every how many seconds
TURNS_SECONDS, PURGE_SECONDS, DATABASE_SECONDS = 0.5, 60.0, 5.0
RELEASE_SECONDS = 2.0  # what staff withdraw is gone everywhere within ten


@asynccontextmanager
async def upkeep(
    conversations: Conversations,
    text_seconds: float,
    reload_release: Callable[[], object],
    prepare_database: Callable[[], bool],
    others: Sequence[Job] = (),
) -> AsyncIterator[None]:
    """Keep all of it going in tasks of their own: none waits for a worker that hangs.

    `prepare_database` tells whether the database is ready; it is asked until it is. `others` are
    jobs of the channels.
    """

    async def turns() -> None:
        await conversations.turns.take_up_waiting()
        await conversations.turns.forget_again()

    async def purge() -> None:
        for ended in await run_in_threadpool(conversations.storage.purge, text_seconds):
            await conversations.turns.forget_soon(ended)

    async def releases() -> None:
        await run_in_threadpool(reload_release)

    async def database() -> None:
        if not await run_in_threadpool(prepare_database):
            logger.error("the database is not ready: the crisis card answers")

    jobs: tuple[Job, ...] = (
        (turns, TURNS_SECONDS),
        (purge, PURGE_SECONDS),
        (releases, RELEASE_SECONDS),
        (database, DATABASE_SECONDS),
        *others,
    )
    tasks = [asyncio.create_task(_for_ever(job, seconds)) for job, seconds in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


async def _for_ever(job: Callable[[], Awaitable[None]], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - a fault must not end everybody's upkeep
            # The type alone: a message may hold what is in a row.
            logger.error("upkeep: %s", type(error).__name__)

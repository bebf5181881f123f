"""Where trial conversations take place: a thread with an event loop, a database that is gone
afterwards, and the parts of the gateway over both."""

from __future__ import annotations

import asyncio
import atexit
import logging
import tempfile
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine

from bot.content.database import open_database
from bot.content.migrations import upgrade
from bot.content.release import Release
from bot.crisis import CrisisMatcher
from bot.gateway.commands import Commands
from bot.gateway.conversations import Conversations
from bot.gateway.noticing import load_policy
from bot.gateway.sealing import Seal
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Storage
from bot.gateway.worker_client import HttpWorker, Worker, WorkerUnavailable
from bot.settings import Settings

logger = logging.getLogger(__name__)
FORGET_SECONDS = 1.0  # that anybody waits for a worker to forget
SPARE_SECONDS = 30.0  # beyond the deadline, within which an answer is there in any case
Result = TypeVar("Result")


@dataclass(frozen=True)
class Parts:
    """What all trial conversations share."""

    storage: Storage
    worker: Worker
    matcher: CrisisMatcher
    commands: Commands


class Stage:
    """Opened by the first `conversations`, so that a console that is never tried costs nothing.

    `minutely` is called every `every` seconds in the loop's thread while the stage is open.
    """

    def __init__(
        self,
        config: Settings,
        secret: bytes,
        root: Path,
        worker: Worker | None,
        *,
        minutely: Callable[[], None],
        every: float = 60.0,
    ) -> None:
        self._config, self._root, self._given = config, root, worker
        # Purposes of its own: a button of a trial opens nothing in a real conversation.
        self._seals = Seal(secret, "trial inbox"), Seal(secret, "trial buttons")
        self._secret = secret
        self._minutely, self._every = minutely, every
        self._lock = threading.Lock()
        self._parts: Parts | None = None
        self._to_forget: set[str] = set()

    def conversations(self, release: Release) -> Conversations:
        """The service that speaks from one release. Raises OSError, SQLAlchemyError, or what
        crisis phrases and commands have wrong."""
        with self._lock:
            parts = self._parts = self._parts or self._open()
        config = self._config
        return Conversations(
            storage=parts.storage,
            worker=parts.worker,
            speaker=Speaker(lambda: release, config.locales[0], config.default_country),
            matcher=parts.matcher,
            commands=parts.commands,
            texts=self._seals[0],
            buttons=self._seals[1],
            deadline=config.answer_deadline,
            text_limit=config.text_limit,
            counting=load_policy(self._root),
        )

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run it in the loop and wait for it. Raises what it raises, or TimeoutError."""
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(self._config.answer_deadline + SPARE_SECONDS)
        except LateError as error:  # no TimeoutError before Python 3.11
            future.cancel()
            raise TimeoutError from error

    def forget(self, session_id: str) -> None:
        """Erase a conversation here, and at the worker now or when it is back. Not from the loop.

        Raises SQLAlchemyError; the worker is told all the same.
        """
        if self._parts is None:
            return
        self._to_forget.add(session_id)
        told = asyncio.run_coroutine_threadsafe(self._tell(session_id), self._loop)
        self._parts.storage.forget(session_id)
        with suppress(LateError):  # it goes on without anybody who waits
            told.result(FORGET_SECONDS)

    async def _tell(self, session_id: str) -> None:
        # A worker that is away is told again by the minute.
        with suppress(WorkerUnavailable):
            if self._parts is not None:
                await self._parts.worker.forget(session_id)
            self._to_forget.discard(session_id)

    def _open(self) -> Parts:
        config, data = self._config, self._root / "data"
        matcher = CrisisMatcher.from_directory(data / "crisis")
        commands = Commands.from_directory(data / "commands")
        self._folder = tempfile.TemporaryDirectory(prefix="handrail-trial-")
        self._engine: Engine = open_database(
            f"sqlite:///{self._folder.name}/trial.db", synchronous="NORMAL"
        )
        upgrade(self._engine)
        token = config.worker_token.get_secret_value() if config.worker_token else ""
        parts = Parts(
            storage=Storage(self._engine, config.session_hours * 3600, self._secret),
            worker=self._given or HttpWorker(config.worker_url, token),
            matcher=matcher,
            commands=commands,
        )
        begun: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._main(begun)), name="trial", daemon=True
        )
        self._thread.start()
        self._loop = begun.result()
        atexit.register(self.close)
        return parts

    async def _main(self, begun: Future[asyncio.AbstractEventLoop]) -> None:
        self._ended = asyncio.Event()
        begun.set_result(asyncio.get_running_loop())
        while not self._ended.is_set():
            try:
                await asyncio.wait_for(self._ended.wait(), self._every)
            except asyncio.TimeoutError:
                await self._each_minute()
        await self._last_words()
        if self._given is None and self._parts and isinstance(self._parts.worker, HttpWorker):
            await self._parts.worker.close()

    async def _each_minute(self) -> None:
        try:
            await asyncio.to_thread(self._minutely)
        except Exception as error:  # noqa: BLE001 - the next minute may do better
            logger.error("trial conversations: %s", type(error).__name__)
        for session_id in tuple(self._to_forget):
            await self._tell(session_id)

    async def _last_words(self) -> None:
        """Tell the worker what it still has to forget, for as long as anybody waits for it."""
        telling = [asyncio.create_task(self._tell(each)) for each in tuple(self._to_forget)]
        if telling:
            await asyncio.wait(telling, timeout=FORGET_SECONDS)

    def close(self) -> None:
        """End the thread and erase the database; a second call does nothing."""
        with self._lock:
            if self._parts is None:
                return
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join()
            self._parts = None
            self._engine.dispose()
            self._folder.cleanup()
            atexit.unregister(self.close)

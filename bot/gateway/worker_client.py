"""The way to the Rasa worker: ids and slots only, over a private address, with a time limit."""

from __future__ import annotations

import logging
from typing import Any, Protocol

import httpx
from pydantic import BaseModel, Field


class NamedScript(BaseModel):
    """A script to say: `choices` are intents offered as buttons; a `part` of a whole plan has one
    button, which opens it; a `brief` one leaves out help cards that stand before it; `progress` is
    the place of a step in its plan, from 1, and how many there are."""

    script: str
    choices: list[str] = Field(default_factory=list)
    part: bool = False
    brief: bool = False
    topic: str | None = None
    progress: tuple[int, int] | None = None


class WorkerReply(BaseModel):
    """What the worker decided. `context` holds closed-list slots that choose wording and cards.

    `crisis` is the crisis that this turn spoke of, `crisis_open` whether one is open after it,
    `dropped` how many texts Rasa spoke that were no scripts.
    """

    messages: list[NamedScript]
    intent: str | None = None
    crisis: str | None = None
    crisis_open: bool = False
    locale: str | None = None
    context: dict[str, str] = Field(default_factory=dict)
    dropped: int = 0


class WorkerUnavailable(Exception):
    """The worker did not answer; the message stays in the inbox and is tried again."""


class TurnFailed(WorkerUnavailable):
    """The worker is there and cannot take this turn."""


class Worker(Protocol):
    """Takes turns; implemented over HTTP here and in process by the command line."""

    async def turn(self, body: dict[str, Any]) -> WorkerReply: ...

    async def forget(self, conversation: str) -> None: ...

    async def ready(self) -> bool: ...


FORGET_SECONDS = 5.0


class HttpWorker:
    """Speaks to bot.dialogue.worker. `patience` in seconds bounds one turn.

    Without a `token` it can ask for readiness alone; the worker refuses all else.
    """

    def __init__(self, url: str, token: str, patience: float = 30.0) -> None:
        for name in ("httpx", "httpcore"):  # they log addresses, which hold conversation ids
            logging.getLogger(name).setLevel(logging.WARNING)
        self._client = httpx.AsyncClient(
            base_url=url,
            headers={"authorization": f"Bearer {token}"} if token else None,
            timeout=httpx.Timeout(patience, connect=0.5),
            trust_env=False,
        )

    async def turn(self, body: dict[str, Any]) -> WorkerReply:
        """Raises WorkerUnavailable when the worker is away or late, TurnFailed when it fails."""
        try:
            answer = await self._client.post("/turn", json=body)
            answer.raise_for_status()
            return WorkerReply.model_validate_json(answer.content)
        except httpx.HTTPStatusError as error:
            raise TurnFailed(str(answer.status_code)) from error
        except (httpx.HTTPError, ValueError) as error:
            raise WorkerUnavailable(type(error).__name__) from error

    async def forget(self, conversation: str) -> None:
        try:
            answer = await self._client.delete(
                f"/conversations/{conversation}", timeout=FORGET_SECONDS
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise WorkerUnavailable(type(error).__name__) from error

    async def ready(self) -> bool:
        try:
            answer = await self._client.get("/health", timeout=1.0)
        except httpx.HTTPError:
            return False
        return answer.status_code == httpx.codes.OK

    async def close(self) -> None:
        await self._client.aclose()

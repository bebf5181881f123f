"""The Rasa worker: Rasa as a library behind a private, token-checked address."""

from __future__ import annotations

import asyncio
import hmac
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.dialogue.engine import Engine
from bot.lifeline import end_with_supervisor
from bot.settings import Settings, settings

logger = logging.getLogger(__name__)
PURGE_SECONDS = 600.0


def build_worker(engine: Engine, token: str, hours: float = 24, apps_days: float = 14) -> Starlette:
    """GET /health, POST /turn, DELETE /conversations/<id>; all but health need the token.

    401 without it, 400 for a turn that is no JSON object, 500 for one that fails; each with
    {"title": ...}.
    """

    def allowed(request: Request) -> bool:
        # As the bytes that came: a text that is not ASCII cannot be compared.
        given = request.headers.get("authorization", "").encode("latin-1")
        return hmac.compare_digest(given, f"Bearer {token}".encode())

    async def take(body: dict[str, Any]) -> Response:
        return JSONResponse(await engine.take_turn(body))

    async def erase(conversation: str) -> Response:
        await engine.forget(conversation)
        return Response(status_code=204)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ready", "model": engine.model_name})

    async def turn(request: Request) -> Response:
        if not allowed(request):
            return JSONResponse({"title": "wrong token"}, status_code=401)
        try:
            body = await request.json()
        except (ValueError, RecursionError, ClientDisconnect):
            body = None
        if not isinstance(body, dict):
            return JSONResponse({"title": "no turn"}, status_code=400)
        # A gateway that hangs up early must not stop a turn half way.
        return await asyncio.shield(_told("turn", take(body)))

    async def forget(request: Request) -> Response:
        if not allowed(request):
            return JSONResponse({"title": "wrong token"}, status_code=401)
        return await asyncio.shield(_told("erasing", erase(request.path_params["conversation"])))

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        purging = asyncio.create_task(purge_regularly(engine, hours, apps_days))
        yield
        purging.cancel()

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/health", health),
            Route("/turn", turn, methods=["POST"]),
            Route("/conversations/{conversation}", forget, methods=["DELETE"]),
        ],
    )


async def _told(what: str, answer: Awaitable[Response]) -> Response:
    """The answer, or 500 when it fails; the log gets the type of the fault and no more."""
    try:
        return await answer
    except Exception as error:  # noqa: BLE001 - outside, it would be logged with what it holds
        logger.error("%s failed: %s", what, type(error).__name__)
        return JSONResponse({"title": f"the {what} failed"}, status_code=500)


async def purge_regularly(engine: Engine, hours: float, apps_days: float = 14) -> None:
    """Erase what is over, also where the gateway could not ask for it; a fault is tried again."""
    while True:
        try:
            now = time.time()
            engine.store.purge(now - hours * 3600, now - apps_days * 86_400)
        except SQLAlchemyError as error:
            logger.error("purge failed: %s", type(error).__name__)
        await asyncio.sleep(PURGE_SECONDS)


def serve(config: Settings, model: Path) -> None:
    """Load `model`, check the golden sentences and serve until told to stop."""
    import uvicorn

    token = config.worker_token.get_secret_value() if config.worker_token else ""
    if not token:
        sys.exit(
            "HANDRAIL_WORKER_TOKEN is not set: the worker would be open. `handrail run` sets it."
        )
    engine = Engine.load(model, config.tracker_database)
    asyncio.run(engine.check_golden_sentences())
    uvicorn.run(
        build_worker(engine, token, config.session_hours, config.channel_days),
        host=config.worker_host,
        port=config.worker_port,
        log_level="warning",
        access_log=False,
        ws="none",
    )


if __name__ == "__main__":
    end_with_supervisor()
    serve(settings(), Path(os.environ["HANDRAIL_MODEL"]))

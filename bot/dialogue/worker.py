"""The Rasa worker: Rasa as a library behind a private, token-checked address."""

from __future__ import annotations

import asyncio
import hmac
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.dialogue.engine import Engine
from bot.lifeline import end_with_supervisor
from bot.settings import Settings, settings

PURGE_SECONDS = 600.0


def build_worker(engine: Engine, token: str, hours: float = 24) -> Starlette:
    """GET /health, POST /turn, DELETE /conversations/<id>; all but health need the token."""

    def allowed(request: Request) -> bool:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given, f"Bearer {token}")

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ready", "model": engine.model_name})

    async def turn(request: Request) -> Response:
        if not allowed(request):
            return JSONResponse({"title": "wrong token"}, status_code=401)
        body: dict[str, Any] = await request.json()
        # A gateway that hangs up early must not stop a turn half way.
        return JSONResponse(await asyncio.shield(engine.take_turn(body)))

    async def forget(request: Request) -> Response:
        if not allowed(request):
            return JSONResponse({"title": "wrong token"}, status_code=401)
        await engine.forget(request.path_params["conversation"])
        return Response(status_code=204)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        purging = asyncio.create_task(purge_regularly(engine, hours))
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


async def purge_regularly(engine: Engine, hours: float) -> None:
    """Erase what is over, also where the gateway could not ask for it."""
    while True:
        engine.store.purge(time.time() - hours * 3600)
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
        build_worker(engine, token, config.session_hours),
        host=config.worker_host,
        port=config.worker_port,
        log_level="warning",
        access_log=False,
        ws="none",
    )


if __name__ == "__main__":
    end_with_supervisor()
    serve(settings(), Path(os.environ["HANDRAIL_MODEL"]))

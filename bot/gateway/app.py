"""The gateway as an ASGI application. It starts and answers the crisis card without Rasa."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from bot.gateway.api import EVERYBODY, api
from bot.gateway.compression import CompressedReading
from bot.gateway.conversations import Conversations
from bot.gateway.errors import ChannelClosed, RequestProblem
from bot.gateway.faults import QuietFaults
from bot.gateway.headers import SecurityHeaders
from bot.gateway.replies import OutgoingMessage
from bot.gateway.schema import MessageBody, ProblemResponse
from bot.gateway.upkeep import Job, upkeep
from bot.settings import Settings

logger = logging.getLogger(__name__)
PROBLEM_TYPE = "application/problem+json"


class Channels(Protocol):
    """The messaging channels, as bot.channels puts them together."""

    @property
    def routes(self) -> APIRouter: ...

    @property
    def jobs(self) -> tuple[Job, ...]: ...

    async def begin(self) -> None: ...

    async def end(self) -> None: ...


def build_gateway(
    conversations: Conversations,
    config: Settings,
    reload_release: Callable[[], object],
    routers: tuple[APIRouter, ...] = (),
    *,
    prepare_database: Callable[[], bool] = lambda: True,
    channels: Channels | None = None,
) -> FastAPI:
    """The application; `routers` are the page's, `channels` bring their own."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        seconds = config.text_minutes * 60
        others = channels.jobs if channels else ()
        async with upkeep(conversations, seconds, reload_release, prepare_database, others):
            if channels:
                await channels.begin()
            yield
            if channels:
                await channels.end()

    app = FastAPI(
        title="Handrail",
        version="1",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would lead to whatever the Host header says
        lifespan=lifespan,
    )
    app.include_router(api(conversations, config))
    for router in (*routers, *((channels.routes,) if channels else ())):
        app.include_router(router)
    app.include_router(_health(conversations))

    def problem(status: int, title: str, script: str) -> JSONResponse:
        message = conversations.speaker.say(script, locale=None, country=None)
        # What was not accepted may have been a cry for help: no problem is told without it.
        told = (message, conversations.help(None, None))
        body = ProblemResponse(
            title=title,
            status=status,
            messages=[MessageBody.of(OutgoingMessage(each, ())) for each in told],
        )
        return JSONResponse(body.model_dump(), status_code=status, media_type=PROBLEM_TYPE)

    @app.exception_handler(RequestProblem)
    async def request_problem(request: Request, error: RequestProblem) -> JSONResponse:
        return problem(error.status, error.title, error.script)

    @app.exception_handler(HTTPException)
    async def not_served(request: Request, error: HTTPException) -> Response:
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/", status_code=303)
        answer = problem(error.status_code, str(error.detail), "utter_problem_bad_request")
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(RequestValidationError)
    async def not_valid(request: Request, error: RequestValidationError) -> JSONResponse:
        # FastAPI's own answer is no problem+json and repeats what was sent.
        return problem(422, "The request is not valid.", "utter_problem_bad_request")

    def our_fault(error: Exception) -> Response:
        # The type alone: a message may hold what a person typed.
        logger.error("unexpected %s", type(error).__name__)
        conversations.counters["unexpected"] += 1
        return problem(503, "Something went wrong on our side.", "utter_problem_busy")

    app.add_middleware(QuietFaults, answer=our_fault)
    app.add_middleware(CompressedReading)
    app.add_middleware(SecurityHeaders)
    return app


def _health(conversations: Conversations) -> APIRouter:
    routes = APIRouter()

    @routes.get("/healthz", openapi_extra={"x-may-call": EVERYBODY})
    async def healthz() -> PlainTextResponse:
        """200 when the crisis card can be served."""
        if conversations.help(None, None).resources:
            return PlainTextResponse("ok")
        return PlainTextResponse("no card", status_code=503)

    @routes.get(
        "/webhooks/{channel}", openapi_extra={"x-may-call": EVERYBODY}, include_in_schema=False
    )
    @routes.post("/webhooks/{channel}", openapi_extra={"x-may-call": EVERYBODY})
    async def closed(channel: str) -> None:
        """403 for a channel that is not set up; a channel's own route comes before this one."""
        raise ChannelClosed

    @routes.get("/readyz", openapi_extra={"x-may-call": EVERYBODY})
    async def readyz() -> PlainTextResponse:
        """200 when a worker has parsed the golden sentences."""
        if await conversations.worker.ready():
            return PlainTextResponse("ready")
        return PlainTextResponse("the worker is starting", status_code=503)

    return routes

"""The routes of the page: chat, leave, forget, about, and the files they need."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.gateway.conversations import Conversations
from bot.page.answered import AnsweredPages
from bot.page.assets import add_assets
from bot.page.chat import SEE_OTHER, Chat
from bot.page.form import Form
from bot.page.views import Views
from bot.settings import Settings

EVERYBODY: dict[str, str] = {"x-may-call": "everybody"}
READ = ["GET", "HEAD"]  # who only asks whether we are there sends HEAD


def page(conversations: Conversations, config: Settings) -> APIRouter:
    """The routes, bound to a service. None of them needs a script in the browser."""
    routes = APIRouter(include_in_schema=False)
    views = Views(conversations, config)
    pages = AnsweredPages(config.text_minutes * 60)
    form = Chat(conversations, views, pages, config.body_limit)

    @routes.api_route("/", methods=READ, openapi_extra=EVERYBODY)
    async def home(
        country: str | None = None, locale: str | None = None, host: str | None = None
    ) -> HTMLResponse:
        """The page before the first message; a visit leaves no trace in the database."""
        view = views.welcome(views.locale(locale), views.country(country), views.host(host))
        return views.page(view)

    @routes.post("/chat", openapi_extra=EVERYBODY)
    async def chat(request: Request) -> Response:
        """One message; the whole next page is the answer."""
        return await form.answer(request, form.send)

    @routes.api_route("/chat", methods=READ, openapi_extra=EVERYBODY)
    async def answered(at: str | None = None) -> Response:
        """The page that answered a form, for as long as its conversation lives."""
        return await form.again(at)

    @routes.post("/country", openapi_extra=EVERYBODY)
    async def country(request: Request) -> Response:
        """The numbers of another country without leaving the conversation."""
        return await form.answer(request, form.stay)

    @routes.post("/forget", openapi_extra=EVERYBODY)
    async def forget(request: Request) -> Response:
        """Erase the conversation, then leave or start again."""
        return await form.forget(request)

    @routes.api_route("/leave", methods=READ, openapi_extra=EVERYBODY)
    async def leave() -> RedirectResponse:
        """To the neutral page of the settings; the browser drops whatever it might hold."""
        headers = {"clear-site-data": '"cookies","storage"'}
        return RedirectResponse(config.exit_url, SEE_OTHER, headers)

    @routes.api_route("/about", methods=READ, openapi_extra=EVERYBODY)
    async def about(country: str | None = None, locale: str | None = None) -> HTMLResponse:
        """What is in force, from data."""
        return views.about(views.locale(locale), views.country(country))

    @routes.api_route("/keep", methods=READ, openapi_extra=EVERYBODY)
    async def keep(country: str | None = None, locale: str | None = None) -> HTMLResponse:
        """What can be kept: plans and sheets that print."""
        return views.keep(Form(country=country, locale=locale))

    @routes.post("/keep", openapi_extra=EVERYBODY)
    async def kept(request: Request) -> HTMLResponse:
        """One of them; the address of the page tells nothing of which."""
        return await form.keep(request)

    async def no_form() -> RedirectResponse:
        """A reload that lost its form: back to the beginning, not to an error."""
        return RedirectResponse("/", SEE_OTHER)

    for path in ("/country", "/forget"):
        routes.add_api_route(path, no_form, methods=READ, openapi_extra=EVERYBODY)
    add_assets(routes, EVERYBODY)
    return routes

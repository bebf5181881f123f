"""One message of the form: begin or find the conversation, hand it on, choose the next page."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.requests import ClientDisconnect

from bot.gateway.conversations import Conversations
from bot.gateway.errors import BodyInvalid, KeyMissing, RequestProblem, StorageDown, TokenUnknown
from bot.page.answered import AnsweredPages
from bot.page.choices import label_of, offered, pressed_start
from bot.page.form import Form, FormForeign, read_form
from bot.page.help import ELSEWHERE, country_name
from bot.page.views import View, Views

logger = logging.getLogger(__name__)
SEE_OTHER = 303
Step = Callable[[Form, View], Awaitable[View]]


class Chat:
    """The form's side of a service. `body_limit` in bytes."""

    def __init__(
        self, conversations: Conversations, views: Views, pages: AnsweredPages, body_limit: int
    ) -> None:
        self._conversations = conversations
        self._views = views
        self._pages = pages
        self._body_limit = body_limit

    async def answer(self, request: Request, step: Step) -> Response:
        """The way to the page after `step`, or the page of what went wrong with its status.

        Raises ClientDisconnect when nobody is there to answer.
        """
        form, view = Form(), View(self._views.locale(None))
        try:
            form = await read_form(request, self._body_limit)
            view = View(
                self._views.locale(form.locale),
                self._views.country(form.country),
                host=self._views.host(form.host),
            )
            if form.token is not None:
                await self._conversations.find(form.token)
                view = replace(view, token=form.token)
            view = await step(form, view)
            if view.token is None:
                return self._views.page(view)
            return RedirectResponse(f"/chat?at={self._pages.put(view)}", SEE_OTHER)
        except RequestProblem as error:
            problem = error
        except ClientDisconnect:
            raise
        except Exception as error:  # noqa: BLE001 - no fault may end on a page without help
            # The type alone: a message may hold what a person typed.
            logger.error("unexpected %s", type(error).__name__)
            self._conversations.counters["unexpected"] += 1
            problem = StorageDown()
        return self._views.page(self._views.problem(problem, view, form), problem.status)

    async def again(self, name: str | None) -> Response:
        """The page of a name while its conversation lives; the beginning otherwise."""
        view = self._pages.get(name)
        try:
            if view is not None and view.token is not None:
                await self._conversations.find(view.token)
                return self._views.page(view)
        except RequestProblem as problem:
            logger.info("page: %s", type(problem).__name__)
        return RedirectResponse("/", SEE_OTHER)

    async def send(self, form: Form, view: View) -> View:
        """Take a text or a button; the first one begins the conversation."""
        if self._conversations.retired:
            # Whatever was pressed: a page of before has buttons that nothing knows any more.
            return replace(await self.stay(form, view), said=form.text)
        if form.key is None:
            raise KeyMissing
        if form.sent != 1:
            raise BodyInvalid
        button, said = form.button, form.text
        if view.token is None:
            view, button, said = await self._begin(form, view)
        session = await self._conversations.find(view.token or "")
        reply = await self._conversations.send(
            session, form.message_key, text=form.text, button=button
        )
        if form.button is not None:
            pressed = self._conversations.buttons.read_token(form.button, session.id)
            said = label_of(self._conversations.speaker.release, view.locale, pressed)
        # The page follows the conversation where it changes its language.
        locale = self._views.locale(reply.messages[-1].message.locale)
        return replace(
            view,
            locale=locale,
            said=said,
            messages=reply.messages,
            choices=offered(reply.messages),
            crisis=reply.crisis,
        )

    async def keep(self, request: Request) -> HTMLResponse:
        """A sheet or a plan to keep; a form that is none gets the list of what there is."""
        try:
            return self._views.keep(await read_form(request, self._body_limit))
        except RequestProblem as problem:
            return self._views.keep(Form(), problem.status)

    async def stay(self, form: Form, view: View) -> View:
        """The numbers of another country; a conversation is told of it, as by words."""
        if view.token is not None and not self._conversations.retired:
            if view.country in (None, ELSEWHERE) or form.key is None:
                return view
            name = country_name(self._conversations.speaker.release, view.locale, view.country)
            return await self.send(replace(form, text=name, button=None, start=None), view)
        begun = self._views.welcome(view.locale, view.country, view.host)
        return replace(begun, token=view.token)

    async def forget(self, request: Request) -> Response:
        """Erase, then leave or start again. Whatever fails, they get away.

        A form of another site erases nothing and gets the page that says so.
        """
        form = Form()
        try:
            form = await read_form(request, self._body_limit)
            if form.token is not None:
                self._pages.forget(form.token)
                await self._conversations.forget(await self._conversations.find(form.token))
        except FormForeign as problem:
            view = View(self._views.locale(None))
            return self._views.page(self._views.problem(problem, view, form), problem.status)
        except RequestProblem as problem:
            logger.info("forget: %s", type(problem).__name__)
        if form.again is None:
            return RedirectResponse("/leave", SEE_OTHER)
        host = self._views.host(form.host)
        kept = {"locale": form.locale, "country": form.country, "host": host}
        query = urlencode({name: value for name, value in kept.items() if value})
        return RedirectResponse(f"/?{query}" if query else "/", SEE_OTHER)

    async def _begin(self, form: Form, view: View) -> tuple[View, str | None, str | None]:
        """Start a conversation: the view with its token, the token and label of the button."""
        if form.button is not None:
            raise TokenUnknown
        started = pressed_start(self._views.welcome(view.locale, view.country).choices, form.start)
        if form.start is not None and started is None:
            raise BodyInvalid
        locale = view.locale if form.locale else None
        token, welcome = await self._conversations.start(locale, view.country)
        view = replace(view, token=token)
        if started is None:
            return view, None, form.text
        place, label = started
        return view, welcome.messages[0].buttons[place].token, label

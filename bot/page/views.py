"""From an answer to a page: templates, words and the context that they need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.content.plans import AUDIENCES
from bot.gateway.conversations import Conversations
from bot.gateway.errors import RequestProblem, StorageDown
from bot.gateway.reading import WELCOME
from bot.gateway.replies import OutgoingMessage
from bot.page import help as helping
from bot.page.about import facts
from bot.page.choices import Choice, repeated, start_choices
from bot.page.form import Form, longest_text, new_key
from bot.page.framing import known_host, policy
from bot.page.keep import Keeping
from bot.page.measured import read_measured
from bot.page.words import Words, for_script, load_words
from bot.settings import ROOT, Settings

NO_FILES = "utter_no_images"
TEMPLATES = Path(__file__).resolve().parent / "templates"


@dataclass(frozen=True)
class View:
    """What differs from page to page. `said` is echoed, `text` stays in the box for a retry, `host`
    is the site that shows the page inside its own, `crisis` says that one was told, `over` that the
    service has ended."""

    locale: str
    country: str | None = None
    token: str | None = None
    key: str | None = None
    said: str | None = None
    messages: Sequence[OutgoingMessage] = ()
    choices: Sequence[Choice] = ()
    text: str = ""
    host: str | None = None
    crisis: bool = False
    over: bool = False

    @property
    def whole_plan(self) -> bool:
        """Whether the answer is a whole plan: more than one step of it."""
        return sum(one.message.progress is not None for one in self.messages) > 1

    @property
    def repeated(self) -> frozenset[str]:
        """Labels of the buttons that stand in their bubble."""
        return repeated(self.messages)


class Views:
    """Renders every page of a service; no method touches the database."""

    def __init__(self, conversations: Conversations, config: Settings) -> None:
        self._conversations = conversations
        self._config = config
        self._words = load_words()
        self._measured = read_measured()
        self._keeping = Keeping(conversations.speaker, ROOT)
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["host"] = _host
        short = {"ensure_ascii": False, "separators": (",", ":")}
        self._templates.policies["json.dumps_kwargs"] = short

    def locale(self, wanted: str | None) -> str:
        """A locale that the release and the page have; the default one otherwise."""
        spoken = self._conversations.speaker.release.locales
        offered = [name for name in spoken if name in self._words]
        return wanted if wanted in offered else (offered or ["en"])[0]

    def country(self, wanted: str | None) -> str | None:
        """A country that the page offers, or None."""
        return helping.known_country(self._conversations.speaker.release, wanted)

    def host(self, wanted: str | None) -> str | None:
        """A site that may show the page inside its own, or None."""
        return known_host(wanted, self._config.embed_origins)

    def welcome(self, locale: str, country: str | None, host: str | None = None) -> View:
        """The page of somebody who has sent nothing yet; after the last day, the farewell."""
        if self._conversations.retired:
            told = self._conversations.farewell(locale, country)[:1]
            return View(locale, country, messages=told, host=host, over=True)
        message = self._conversations.speaker.say(WELCOME, locale=locale, country=country)
        shown = {card.id for card in self._conversations.help(locale, country).resources}
        # The help card is on the page already: no number twice in one view.
        others = [card for card in message.resources if card.id not in shown]
        outgoing = OutgoingMessage(message.model_copy(update={"resources": others}), ())
        choices = start_choices(message.buttons)
        return View(locale, country, messages=[outgoing], choices=choices, host=host)

    def problem(self, problem: RequestProblem, view: View, form: Form) -> View:
        """The page for a message that was not accepted: its script, and a way on."""
        say = self._conversations.speaker.say
        message = say(problem.script, locale=view.locale, country=view.country)
        told = [OutgoingMessage(message, ())]
        if isinstance(problem, StorageDown):
            label = self._words[view.locale]["retry"]
            pressed = (("button", form.button), ("start", form.start))
            again = [Choice(name, value, label) for name, value in pressed if value is not None]
            # The same key: if the message was accepted after all, it is not taken twice.
            return replace(
                view,
                token=view.token or form.token,
                messages=told,
                choices=again,
                key=form.key,
                text=form.text or "",
            )
        if view.token is None:
            begun = self.welcome(view.locale, view.country, view.host)
            return replace(begun, messages=told, text=form.text or "")
        return replace(view, messages=told)

    def page(self, view: View, status: int = 200) -> HTMLResponse:
        """The chat as HTML."""
        speaker = self._conversations.speaker
        code = view.country or self._config.default_country
        say = partial(speaker.say, locale=view.locale, country=view.country)
        return self._html(
            "chat.html",
            view,
            status,
            key=view.key or new_key(),
            code=code,
            country_name=helping.country_name(speaker.release, view.locale, code),
            countries=helping.countries(speaker.release, view.locale),
            elsewhere=helping.ELSEWHERE,
            offline=say(StorageDown.script),
            no_files=say(NO_FILES),
            sheets=self._keeping.at_hand(view.locale, view.country),
            idle=f"{self._config.idle_minutes:g}",
            longest=longest_text(self._config.body_limit),
        )

    def about(self, locale: str, country: str | None) -> HTMLResponse:
        """What is in force, what is kept, what it cannot do."""
        return self._html(
            "about.html",
            View(locale, country),
            200,
            facts=facts(self._conversations.speaker.release, locale),
            ends=self._conversations.retirement.day,
            ended=self._conversations.retired,
            measured=self._measured,
            minutes=f"{self._config.text_minutes:g}",
            hours=f"{self._config.session_hours:g}",
        )

    def keep(self, form: Form, status: int = 200) -> HTMLResponse:
        """What can be kept, and what the form asks for of it."""
        locale, country = self.locale(form.locale), self.country(form.country)
        return self._html(
            "keep.html",
            View(locale, country),
            status,
            kept=self._keeping.kept(form, locale, country),
            sheets=self._keeping.sheets(locale),
            situations=self._keeping.situations(locale),
            audiences=AUDIENCES,
            chosen=form,
        )

    def _html(self, template: str, view: View, status: int, **context: Any) -> HTMLResponse:
        words, card = self._words[view.locale], self._conversations.help(view.locale, view.country)
        directions = {name: entries["direction"] for name, entries in self._words.items()}
        html = self._templates.get_template(template).render(
            w=words,
            view=view,
            locales=self._others(view.locale),
            help=card,
            quick=helping.quick_links(card),
            directions=directions,
            exit_url=self._config.exit_url,
            script_words=for_script(words, directions),
            **context,
        )
        allowed = policy(self._config.exit_url, view.host)
        headers = {"content-security-policy": allowed, "content-language": view.locale}
        return HTMLResponse(html, status_code=status, headers=headers)

    def _others(self, locale: str) -> dict[str, Words]:
        offered = self._conversations.speaker.release.locales
        return {
            name: entries
            for name, entries in self._words.items()
            if name in offered and name != locale
        }


def _host(url: str) -> str:
    """The site of an address as people read it."""
    return urlsplit(url).netloc.removeprefix("www.")

"""Things to keep: a plan or a sheet on one page, to print or to copy. Nothing of it is stored."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.content.keep import load_sheets
from bot.content.plans import AUDIENCES, Plan, load_plans
from bot.content.problems import ContentError
from bot.content.render import Message, RenderContext, UnknownScript, render
from bot.gateway.speaking import Speaker
from bot.gateway.worker_client import NamedScript, WorkerReply
from bot.page.form import Form

logger = logging.getLogger(__name__)
PLAN = "plan"
AT_HAND = ("check", "choose")
PLAN_FRAME = "utter_plan_whole"
Item = TypeVar("Item")


@dataclass(frozen=True)
class Offer:
    """A value of the form and the words that it stands for."""

    value: str
    label: str


@dataclass(frozen=True)
class Kept:
    """What is on the page. `kind`: plan, or the kind of a sheet (bot/content/keep.py). `opening`
    is what its title's script says after the title."""

    kind: str
    title: str
    parts: list[Message]
    opening: Message | None = None


class Keeping:
    """Chooses and renders what can be kept, from the release in force."""

    def __init__(self, speaker: Speaker, root: Path) -> None:
        self._speaker = speaker
        self._sheets = _readable(load_sheets, root)
        self._plans = _readable(load_plans, root)

    def sheets(self, locale: str) -> list[Offer]:
        """The sheets by their titles."""
        return self._offers(locale, {name: one.title for name, one in self._sheets.items()})

    def situations(self, locale: str) -> list[Offer]:
        """The situations that have a plan, as a young person would name them."""
        return self._offers(locale, {name: _label(one) for name, one in self._plans.items()})

    def at_hand(self, locale: str, country: str | None) -> list[Kept]:
        """The sheets that the chat's page holds itself: ticked and composed in memory, offline."""
        asked = (Form(sheet=name) for name, one in self._sheets.items() if one.kind in AT_HAND)
        found = (self.kept(form, locale, country) for form in asked)
        return [kept for kept in found if kept is not None]

    def kept(self, form: Form, locale: str, country: str | None) -> Kept | None:
        """What a form asks for; None where it asks for nothing that there is."""
        audience = form.audience if form.audience in AUDIENCES else None
        context = self._speaker.context(locale=locale, country=country, audience=audience)
        plan = self._plans.get(form.situation or "") if form.sheet == PLAN else None
        sheet = self._sheets.get(form.sheet or "")
        try:
            if plan is not None:
                return Kept(PLAN, self._title(_label(plan), context), self._plan(plan, context))
            if sheet is not None:
                opening, *parts = self._say(sheet.scripts, context)
                title, *rest = opening.text.splitlines()
                opening = opening.model_copy(update={"text": "\n".join(rest)})
                return Kept(sheet.kind, title, parts, opening)
        except UnknownScript:
            logger.error("a sheet is in no release")
        return None

    def _plan(self, plan: Plan, context: RenderContext) -> list[Message]:
        slots = {"audience": context.audience, "country": context.country}
        scripts = [PLAN_FRAME, *plan.steps_for(slots), *([plan.handoff] if plan.handoff else [])]
        return self._say(scripts, context)

    def _offers(self, locale: str, titles: Mapping[str, str]) -> list[Offer]:
        context = RenderContext(locale=locale)
        offers: list[Offer] = []
        for name, script in titles.items():
            try:
                offers.append(Offer(name, self._title(script, context)))
            except UnknownScript:
                logger.error("a sheet is in no release")
        return offers

    def _title(self, script: str, context: RenderContext) -> str:
        return render(self._speaker.release, script, context).text.splitlines()[0]

    def _say(self, scripts: Iterable[str], context: RenderContext) -> list[Message]:
        """Rendered scripts; each card once, where it comes first."""
        named = [NamedScript(script=script, brief=True) for script in scripts]
        known = {"audience": context.audience} if context.audience else {}
        reply = WorkerReply(messages=named, context=known)
        return self._speaker.speak(reply, seed=PLAN, locale=context.locale, country=context.country)


def _label(plan: Plan) -> str:
    return f"utter_choice_{plan.situation}"


def _readable(load: Callable[[Path], dict[str, Item]], root: Path) -> dict[str, Item]:
    """What can be kept, or nothing while its data have a mistake: the card needs none of it."""
    try:
        return load(root)
    except ContentError as error:
        logger.error("%s", error)
        return {}

"""Things to keep: a plan or a sheet on one page, to print or to copy. Nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.keep import Sheet, load_sheets
from bot.content.plans import Plan, load_plans
from bot.content.render import Message, RenderContext, UnknownScript, render
from bot.gateway.speaking import Speaker
from bot.page.form import Form

AUDIENCES = ("teen", "parent", "friend", "educator", "adult")
PLAN = "plan"
PLAN_FRAME = "utter_plan_whole"


@dataclass(frozen=True)
class Offer:
    """A value of the form and the words that it stands for."""

    value: str
    label: str


@dataclass(frozen=True)
class Kept:
    """What is on the page. `kind`: plan, or the kind of a sheet (bot/content/keep.py)."""

    kind: str
    title: str
    parts: tuple[Message, ...]


class Keeping:
    """Chooses and renders what can be kept, from the release in force."""

    def __init__(self, speaker: Speaker, root: Path) -> None:
        """Raises ContentError where data/keep.yml or data/plans cannot be read."""
        self._speaker = speaker
        self._sheets: Mapping[str, Sheet] = load_sheets(root)
        self._plans: Mapping[str, Plan] = load_plans(root)

    def sheets(self, locale: str) -> list[Offer]:
        """The sheets by their titles."""
        return [
            Offer(name, self._title(sheet, RenderContext(locale=locale)))
            for name, sheet in self._sheets.items()
        ]

    def situations(self, locale: str) -> list[Offer]:
        """The situations that have a plan, as a young person would name them."""
        context = RenderContext(locale=locale)
        named = ((name, f"utter_choice_{name}") for name in self._plans)
        return [Offer(name, self._render(script, context).text) for name, script in named]

    def kept(self, form: Form, locale: str, country: str | None) -> Kept | None:
        """What a form asks for; None where it asks for nothing that there is."""
        audience = form.audience if form.audience in AUDIENCES else None
        context = self._speaker.context(locale=locale, country=country, audience=audience)
        if form.sheet == PLAN:
            plan = self._plans.get(form.situation or "")
            return self._plan(plan, context) if plan else None
        sheet = self._sheets.get(form.sheet or "")
        if sheet is None:
            return None
        parts = self._messages(sheet.parts, context)
        return Kept(sheet.kind, self._title(sheet, context), parts)

    def _plan(self, plan: Plan, context: RenderContext) -> Kept:
        slots = {"audience": context.audience, "country": context.country}
        scripts = [PLAN_FRAME, *plan.steps_for(slots), *([plan.handoff] if plan.handoff else [])]
        title = self._render(f"utter_choice_{plan.situation}", context).text
        return Kept(PLAN, title, self._messages(scripts, context))

    def _title(self, sheet: Sheet, context: RenderContext) -> str:
        return self._render(sheet.title, context).text.splitlines()[0]

    def _messages(self, scripts: Iterable[str], context: RenderContext) -> tuple[Message, ...]:
        """Rendered scripts; each card once, where it comes first."""
        shown: set[str] = set()
        made: list[Message] = []
        for script in scripts:
            try:
                message = self._render(script, context)
            except UnknownScript:
                continue
            cards = [card for card in message.resources if card.id not in shown]
            shown.update(card.id for card in cards)
            made.append(message.model_copy(update={"resources": cards}))
        return tuple(made)

    def _render(self, script: str, context: RenderContext) -> Message:
        return render(self._speaker.release, script, context)

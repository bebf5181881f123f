"""An edition as every channel sends it, made by what sends it: rendered, in bubbles, written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.channels.twilio.reading import SMS
from bot.channels.twilio.segments import GSM_7, UCS_2, segments
from bot.channels.wording import bubbles
from bot.content.release import Release
from bot.content.render import PAGE, Card, Message, RenderContext, UnknownScript, choose, render
from bot.gateway.buttons import TOKEN_BYTES
from bot.gateway.replies import OutgoingButton, OutgoingMessage
from bot.staff.apps import ALL_LISTS, App, apps
from bot.staff.drafts import release_with, unfit

__all__ = ["Preview", "previews", "release_with"]
PRINT = "print"
TOKEN = "x" * (TOKEN_BYTES * 4 // 3)  # as long as the one that stands for a choice
MOST_PARTS = 10  # of one SMS: more is lost on some networks
_LINK = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Preview:
    """What one channel sends. `segments`: parts of an SMS over all bubbles, `encoding`: GSM-7 or
    UCS-2; None elsewhere. `problems`: why it cannot be sent like this, in words."""

    channel: str
    bubbles: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    segments: int | None = None
    encoding: str | None = None
    cards: tuple[Card, ...] = ()
    problems: tuple[str, ...] = ()


def previews(
    release: Release,
    script: str,
    context: RenderContext,
    *,
    lists: Mapping[int, str] = ALL_LISTS,
) -> list[Preview]:
    """Page, print, SMS, WhatsApp, Telegram, Messenger, Slack. Raises nothing for a text that
    cannot be sent. `lists`: number of items -> WhatsApp's template for a list of so many."""
    return [
        _page(release, script, context),
        _print(release, script, context),
        *(_app(release, script, context, app) for app in apps(lists)),
    ]


def _page(release: Release, script: str, context: RenderContext) -> Preview:
    message, problems = _rendered(release, script, replace(context, channel=PAGE))
    if message is None:
        return Preview("page", problems=problems)
    labels = tuple(button.label for button in message.buttons)
    return Preview(
        "page", (message.text,), labels, cards=tuple(message.resources), problems=problems
    )


def _print(release: Release, script: str, context: RenderContext) -> Preview:
    """As the page says it, without buttons: nobody presses paper."""
    return replace(_page(release, script, context), channel=PRINT, buttons=())


def _app(release: Release, script: str, context: RenderContext, app: App) -> Preview:
    message, problems = _rendered(release, script, replace(context, channel=app.name))
    if message is None:
        return Preview(app.name, problems=problems)
    tokens = tuple(OutgoingButton(button.label, TOKEN) for button in message.buttons)
    outgoing = OutgoingMessage(message, tokens)
    words = release.labels[message.locale].messaging
    try:
        pieces = app.write(bubbles([outgoing], words, app.style))
    except ValueError as error:
        return Preview(app.name, problems=(*problems, f"It cannot be written: {error}."))
    texts = tuple(app.text(piece) for piece in pieces)
    labels = tuple(label for piece in pieces for label in app.labels(piece))
    found = (*problems, *_unsendable(app, message, texts, labels))
    made = Preview(app.name, texts, labels, problems=found)
    return _counted(made) if app.name == SMS else made


def _rendered(
    release: Release, script: str, context: RenderContext
) -> tuple[Message | None, tuple[str, ...]]:
    try:
        edition = choose(release, script, context)
    except UnknownScript:
        return None, ("No text of this script fits here: nothing is sent.",)
    problems = tuple(unfit(release, edition))
    try:
        return render(release, script, context), problems
    except (KeyError, UnicodeEncodeError):  # what it names or how it is written: told above
        return None, problems or ("It names something that no release holds.",)


def _unsendable(
    app: App, message: Message, texts: Sequence[str], labels: Sequence[str]
) -> Iterator[str]:
    """What the app would refuse, or a person would not get whole."""
    longest = max((app.length(text) for text in texts), default=0)
    if longest > app.most:
        yield f"One message has {longest:,} characters; the app takes {app.most:,}."
    if any(not text.strip() for text in texts):
        yield "A message would be empty, and the app refuses it."
    if len(labels) > app.style.buttons:
        yield f"{len(labels)} buttons are too many; the app takes {app.style.buttons}."
    whole = [_bare(each) for each in (*texts, *labels)]
    for button in message.buttons:
        if not any(_bare(button.label) in each for each in whole):
            yield f"The button “{button.label}” is too long and would be torn in two."
    links = (card.url for card in message.resources if card.url)
    for link in (*_LINK.findall(message.text), *links):
        if not any(_bare(link) in each for each in whole):
            yield f"The link {link} would be torn in two."
    if app.name == SMS:
        for count in (segments(text).count for text in texts):
            if count > MOST_PARTS:
                yield f"One message is {count} SMS parts; more than {MOST_PARTS} may be lost."


def _bare(text: str) -> str:
    """Letters and digits alone: SMS and WhatsApp write quotes, dashes and spaces their own way."""
    return re.sub(r"\W+", "", unicodedata.normalize("NFC", text))


def _counted(preview: Preview) -> Preview:
    """With the parts of an SMS over all bubbles, and the alphabet of the one that needs most."""
    counted = [segments(text) for text in preview.bubbles]
    wide = any(each.encoding == UCS_2 for each in counted)
    parts = sum(each.count for each in counted)
    return replace(preview, segments=parts, encoding=UCS_2 if wide else GSM_7)

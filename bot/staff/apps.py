"""The messaging apps as a preview looks at them: how each writes, and what it wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.channels.channel import Piece
from bot.channels.messenger import writing as messenger
from bot.channels.slack import writing as slack
from bot.channels.telegram import Telegram
from bot.channels.telegram import writing as telegram
from bot.channels.twilio import writing as twilio
from bot.channels.twilio.reading import SMS, WHATSAPP
from bot.channels.wording import Bubble, Style

# Templates for lists of every length, as `handrail channels` makes them.
ALL_LISTS: Mapping[int, str] = {n: f"HX{n:032}" for n in range(1, twilio.MOST_ITEMS + 1)}
_TEXT, _MENU, _ITEM = "1", "2", twilio.item_variables


@dataclass(frozen=True)
class App:
    """`name` is how its conversations are kept, `most` the characters of one text as `length`
    counts them. `text` and `labels` read back what `write` wrote: a text, and its buttons."""

    name: str
    style: Style
    write: Callable[[Sequence[Bubble]], list[Piece]]
    text: Callable[[Piece], str]
    labels: Callable[[Piece], list[str]]
    most: int
    length: Callable[[str], int] = len


def apps(lists: Mapping[int, str]) -> Iterable[App]:
    """SMS, WhatsApp with these templates for lists, Telegram, Messenger and Slack."""
    styles = twilio.styles_for(lists)
    for name in (SMS, WHATSAPP):
        write = partial(_twilio, name, lists)
        yield App(name, styles[name], write, _twilio_text, _twilio_labels, twilio.LONGEST)
    yield App(
        "telegram",
        Telegram.styles["telegram"],
        telegram.pieces,
        lambda piece: str(piece["text"]),
        _telegram_labels,
        telegram.CHARACTERS,
        lambda text: len(text.encode("utf-16-le")) // 2,
    )
    yield App(
        "messenger",
        messenger.STYLE,
        lambda bubbles: [messenger.written(bubble) for bubble in bubbles],
        lambda piece: str(piece["text"]),
        lambda piece: [reply["title"] for reply in piece.get("quick_replies", ())],
        messenger.STYLE.characters,
    )
    yield App(
        "slack",
        slack.STYLE,
        lambda bubbles: [slack.written(bubble) for bubble in bubbles],
        _slack_text,
        _slack_labels,
        slack.STYLE.characters,
    )


def _twilio(name: str, lists: Mapping[int, str], bubbles: Sequence[Bubble]) -> list[Piece]:
    return twilio.write(name, bubbles, lists)


def _twilio_text(piece: Piece) -> str:
    return str(piece["variables"][_TEXT] if "variables" in piece else piece["body"])


def _twilio_labels(piece: Piece) -> list[str]:
    """Items of a list with the smaller line below each, where it tells more than a number."""
    values: Mapping[str, str] = piece.get("variables", {})
    made: list[str] = []
    place = 1
    while _ITEM(place)[0] in values:
        item, _, about = _ITEM(place)
        more = values[about]
        made.append(values[item] if more.isdecimal() else f"{values[item]} {more}")
        place += 1
    return made


def _telegram_labels(piece: Piece) -> list[str]:
    rows = piece.get("reply_markup", {}).get("inline_keyboard", ())
    return [button["text"] for row in rows for button in row]


def _slack_text(piece: Piece) -> str:
    (section,) = piece["blocks"][0]["elements"]
    return "".join(each.get("text", each.get("url", "")) for each in section["elements"])


def _slack_labels(piece: Piece) -> list[str]:
    return [each["text"]["text"] for block in piece["blocks"][1:] for each in block["elements"]]

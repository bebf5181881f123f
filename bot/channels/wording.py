"""An answer as bubbles of a messaging app: cards as lines, choices on buttons or numbered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.content.labels import MessagingWords
from bot.content.render import Card
from bot.gateway.replies import OutgoingMessage

# Short messages are joined up to so many characters: about a phone's screen and a half.
JOINED = 1200


@dataclass(frozen=True)
class Style:
    """How a platform shows a message, by its documented limits.

    `characters` of a text, and of one with buttons under it; `buttons` at most and `label`
    characters on one (0: there are none, and choices are numbered lines). `only_last`: buttons
    vanish once another message comes.
    """

    characters: int
    characters_with_buttons: int
    buttons: int
    label: int
    only_last: bool = False


@dataclass(frozen=True)
class Choice:
    """A button: `shown` is what stands on it, its label or its number; `token` stands for it."""

    number: int
    label: str
    shown: str
    token: str


@dataclass(frozen=True)
class Bubble:
    """One message of the app. `choices` are buttons under it; `choose` is the word that opens them
    where they are a list."""

    text: str
    choices: tuple[Choice, ...] = ()
    choose: str = ""


def bubbles(
    messages: Sequence[OutgoingMessage], words: MessagingWords, style: Style
) -> list[Bubble]:
    """All of an answer, in order. Numbers count over the whole answer, as typed ones are read.

    Short messages that follow each other become one; one whose choices stand on buttons by their
    labels ends a bubble, numbers of several messages may stand under one.
    """
    made: list[Bubble] = []
    texts: list[str] = []
    choices: list[Choice] = []
    number = numbered = 0

    def close() -> None:
        if texts:
            made.extend(_split("\n\n".join(texts), tuple(choices), words.choices, style))
            texts.clear()
            choices.clear()

    repeated = _repeated(messages)
    last_ones: list[Choice] = []
    scattered = style.only_last and sum(bool(each.buttons) for each in messages) > 1
    for place, outgoing in enumerate(messages):
        first = number + 1
        number += len(outgoing.buttons)
        told = told_by(outgoing, words)
        as_numbers = _needs_numbers(outgoing, repeated, style) or bool(
            scattered and outgoing.buttons
        )
        offered = _choices(outgoing, first, as_numbers, style) if style.label else ()
        if style.only_last:
            last_ones.extend(offered)
            offered = ()
        if as_numbers:
            lines = [f"{first + i}. {button.label}" for i, button in enumerate(outgoing.buttons)]
            told = "\n\n".join((told, "\n".join(lines)))
            numbered += 1
        if place == len(messages) - 1 and numbered:
            told = "\n\n".join((told, words.choose))
        joined = len("\n\n".join((*texts, told)))
        if joined > _room(style) or len(choices) + len(offered) > max(style.buttons, 0):
            close()
        texts.append(told)
        choices.extend(offered)
        if offered and not as_numbers:
            close()
    close()
    if 0 < len(last_ones) <= style.buttons:
        made[-1] = replace(made[-1], choices=tuple(last_ones), choose=words.choices)
    return made


def _room(style: Style) -> int:
    """Characters up to which messages are joined."""
    return min(style.characters, style.characters_with_buttons, JOINED)


def _repeated(messages: Sequence[OutgoingMessage]) -> frozenset[str]:
    """Labels that stand under several messages: only numbers tell which is which."""
    counted = Counter(button.label for outgoing in messages for button in outgoing.buttons)
    return frozenset(label for label, times in counted.items() if times > 1)


def told_by(outgoing: OutgoingMessage, words: MessagingWords) -> str:
    """Text and help cards of one message as lines; a step of a plan begins with its place."""
    message = outgoing.message
    place = f"({message.progress.step}/{message.progress.of}) " if message.progress else ""
    return "\n\n".join(
        (place + message.text, *(card_lines(card, words) for card in message.resources))
    )


def card_lines(card: Card, words: MessagingWords) -> str:
    """A help card: every number and address on a line of its own, so that phones make links."""
    return "\n".join(_lines(card, words))


def _lines(card: Card, words: MessagingWords) -> Iterator[str]:
    yield card.name
    if card.what:
        yield card.what
    if card.phone:
        yield f"{words.call} {card.phone.display}"
    if card.sms:
        yield f"{words.text} {card.sms.display}"
    if card.url:
        yield card.url
    if card.hours:
        yield f"{words.hours}: {card.hours}"
    if card.cost:
        yield f"{words.cost}: {card.cost}"
    if card.anonymous == "yes":
        yield words.anonymous_yes
    elif card.anonymous == "no":
        yield words.anonymous_no


def _needs_numbers(outgoing: OutgoingMessage, repeated: frozenset[str], style: Style) -> bool:
    """Whether choices stand in the text: no buttons, too many of them, or a label would be cut or
    stands under another message too."""
    unfit = any(
        len(button.label) > style.label or button.label in repeated for button in outgoing.buttons
    )
    return bool(outgoing.buttons) and (unfit or len(outgoing.buttons) > style.buttons)


def _choices(
    outgoing: OutgoingMessage, first: int, as_numbers: bool, style: Style
) -> tuple[Choice, ...]:
    if len(outgoing.buttons) > style.buttons:
        return ()
    return tuple(
        Choice(number, button.label, str(number) if as_numbers else button.label, button.token)
        for number, button in enumerate(outgoing.buttons, start=first)
    )


def _split(text: str, choices: tuple[Choice, ...], choose: str, style: Style) -> Iterator[Bubble]:
    """A text in as many bubbles as it needs; the choices stand under the last one."""
    room = style.characters_with_buttons if choices else style.characters
    while len(text) > room:
        cut = _cut(text, style.characters if len(text) > style.characters else room)
        yield Bubble(text[:cut].rstrip())
        text = text[cut:].lstrip()
    yield Bubble(text, choices, choose if choices else "")


def _cut(text: str, room: int) -> int:
    """Where to part a text, at most `room` characters in: paragraph, line, sentence or word."""
    for mark in ("\n\n", "\n", ". ", " "):
        found = text.rfind(mark, room // 3, room)
        if found > 0:
            return found + (1 if mark == ". " else 0)
    return room

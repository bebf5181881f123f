"""Every script of the release, for everybody, on every channel, within what each takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

import pytest

from bot.channels.twilio.segments import segments
from bot.content.release import Release, build_baseline
from bot.operations.channel_limits import App, Written, apps, lines, written
from bot.settings import ROOT, Settings

LEAKED = re.compile(r'(?<!\S)/[a-z_]+(?:\{|$)|\{"|\{[a-z_]+\}|\bNone\b(?! of)|utter_')
# What the vendors document, apart from our modules: characters of a text and of a label, bytes
# of what a button sends, buttons of a message.
TAKEN = {
    "telegram": (4096, 64, 64, 100),
    "whatsapp": (1600, 24, 200, 10),
    "sms": (1600, 0, 0, 0),
    "messenger": (2000, 20, 1000, 13),
    "slack": (3000, 75, 2000, 25),
}
on_every_channel = pytest.mark.parametrize("app", apps(), ids=lambda app: app.title)


@cache
def release() -> Release:
    return Release.from_bundle(build_baseline(ROOT, ("en", "es")))


@cache
def answers(title: str) -> tuple[Written, ...]:
    app = next(each for each in apps() if each.title == title)
    return tuple(written(release(), app))


def words(text: str) -> list[str]:
    return text.split()


@on_every_channel
def test_every_text_and_every_button_fits(app: App) -> None:
    characters, label, token, buttons = TAKEN[app.name]
    wrong = [
        answer.about
        for answer in answers(app.title)
        for bubble in answer.bubbles
        if not 1 <= len(bubble.text) <= characters
        or len(bubble.choices) > buttons
        or any(
            len(choice.shown) > label or len(choice.token.encode()) > token
            for choice in bubble.choices
        )
    ]
    assert len(answers(app.title)) > 1500
    assert wrong == []


def test_a_text_over_a_list_on_whatsapp_has_at_most_1024_characters() -> None:
    pieces = [p for answer in answers("WhatsApp with lists") for p in answer.pieces]
    listed = [piece["variables"] for piece in pieces if "variables" in piece]
    assert len(listed) > 1000
    assert max(len(variables["1"]) for variables in listed) <= 1024
    assert all(value for variables in listed for value in variables.values())


def test_an_sms_is_at_most_ten_parts() -> None:
    parts = [segments(piece["body"]).count for answer in answers("SMS") for piece in answer.pieces]
    assert max(parts) <= 10


@on_every_channel
def test_no_payload_and_no_placeholder_gets_out(app: App) -> None:
    leaks = {
        (answer.about, found[0])
        for answer in answers(app.title)
        for bubble in answer.bubbles
        if (found := LEAKED.search("\n".join((bubble.text, *(c.label for c in bubble.choices)))))
    }
    assert leaks == set()


@on_every_channel
def test_every_choice_is_seen_and_has_its_own_number(app: App) -> None:
    for answer in answers(app.title):
        labels = [button.label for message in answer.messages for button in message.buttons]
        text = "\n".join(bubble.text for bubble in answer.bubbles)
        shown = [choice for bubble in answer.bubbles for choice in bubble.choices]
        on_buttons = {(choice.number, choice.label) for choice in shown}
        for number, label in enumerate(labels, start=1):
            line = re.search(rf"^{number}\. {re.escape(label)}$", text, re.MULTILINE)
            assert line or (number, label) in on_buttons, answer.about


@on_every_channel
def test_no_word_is_lost_where_a_text_is_parted(app: App) -> None:
    for answer in answers(app.title):
        said = [word for message in answer.messages for word in words(message.message.text)]
        rest = iter(word for bubble in answer.bubbles for word in words(bubble.text))
        assert all(word in rest for word in said), answer.about


@on_every_channel
def test_a_link_stands_alone_on_its_line(app: App) -> None:
    for answer in answers(app.title):
        for line in _lines(answer):
            if "https://" in line:
                assert re.fullmatch(r"https://\S+", line), answer.about


def _lines(answer: Written) -> Iterator[str]:
    for bubble in answer.bubbles:
        yield from bubble.text.splitlines()


@on_every_channel
def test_every_number_of_a_card_is_printed_whole(app: App) -> None:
    for answer in answers(app.title):
        text = "\n".join(bubble.text for bubble in answer.bubbles)
        for message in answer.messages:
            for card in message.message.resources:
                for way in (card.phone, card.sms):
                    assert way is None or way.display in text, answer.about
                assert card.url is None or card.url in text.splitlines(), answer.about


@on_every_channel
def test_what_is_written_is_json(app: App) -> None:
    for answer in answers(app.title)[::50]:
        assert json.loads(json.dumps(answer.pieces))


def test_the_document_is_up_to_date() -> None:
    told = "\n".join(lines(Settings(_env_file=None))) + "\n"
    assert (ROOT / "docs" / "channels" / "limits.md").read_text("utf-8") == told, (
        "run `handrail channels --limits`"
    )

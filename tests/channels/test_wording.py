"""An answer becomes bubbles: joined, parted, numbered, and nothing of it is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wording import JOINED, Bubble, Style, bubbles
from bot.content.directory import Contact
from bot.content.labels import MessagingWords
from bot.content.render import Card, Message, Progress
from bot.gateway.replies import OutgoingButton, OutgoingMessage

WORDS = MessagingWords(
    call="Call", text="Text", hours="Open", cost="Cost", anonymous_yes="No name needed.",
    anonymous_no="They ask for a name.", choose="Answer with a number.", choices="Choose",
)  # fmt: skip
BUTTONS, NUMBERS = Style(1600, 1600, 10, 24), Style(1600, 1600, 0, 0)
CARD = Card(
    id="line", name="A line", what="Listens.", url="https://line.example",
    phone=Contact(display="1-800-LINE", dial="18005463"),
    sms=Contact(display="741741", dial="741741"),
    hours="24/7", cost="Free", anonymous="yes",
)  # fmt: skip


def message(
    text: str, *labels: str, cards: tuple[Card, ...] = (), progress: Progress | None = None
) -> OutgoingMessage:
    made = Message(
        id="1", script="utter_x", edition="utter_x@1", locale="en", says=[], text=text,
        buttons=[], resources=list(cards), progress=progress,
    )  # fmt: skip
    return OutgoingMessage(made, tuple(OutgoingButton(each, f"token-{each}") for each in labels))


def shown(made: list[Bubble]) -> list[tuple[str, list[str]]]:
    return [(bubble.text, [choice.shown for choice in bubble.choices]) for bubble in made]


@pytest.mark.parametrize(
    ("messages", "style", "expected"),
    [
        ([message("One."), message("Two.")], BUTTONS, [("One.\n\nTwo.", [])]),
        ([message("One.", "Yes"), message("Two.")], BUTTONS, [("One.", ["Yes"]), ("Two.", [])]),
        (
            [message("One."), message("Two?", "Yes", "No")],
            NUMBERS,
            [("One.\n\nTwo?\n\n1. Yes\n2. No\n\nAnswer with a number.", [])],
        ),
        (
            [message("One?", "Yes"), message("Two?", "No")],
            NUMBERS,
            [("One?\n\n1. Yes\n\nTwo?\n\n2. No\n\nAnswer with a number.", [])],
        ),
        (
            [message("One?", "Yes", "A label that is too long for it")],
            BUTTONS,
            [
                (
                    "One?\n\n1. Yes\n2. A label that is too long for it\n\nAnswer with a number.",
                    ["1", "2"],
                )
            ],
        ),
        (
            [message("Step one.", "Open"), message("Step two.", "Open")],
            BUTTONS,
            [
                (
                    "Step one.\n\n1. Open\n\nStep two.\n\n2. Open\n\nAnswer with a number.",
                    ["1", "2"],
                )
            ],
        ),
        ([message("Do it.", progress=Progress(step=2, of=9))], BUTTONS, [("(2/9) Do it.", [])]),
    ],
    ids=["joined", "closed by a button", "numbered", "counted on", "too long", "repeated", "place"],
)
def test_messages_become_bubbles(
    messages: list[OutgoingMessage], style: Style, expected: list[tuple[str, list[str]]]
) -> None:
    assert shown(bubbles(messages, WORDS, style)) == expected


def test_where_buttons_vanish_all_of_them_stand_under_the_last_bubble() -> None:
    vanishing = Style(2000, 2000, 13, 20, only_last=True)
    made = bubbles([message("One?", "Yes", "No"), message("Two." * 400)], WORDS, vanishing)
    assert [len(bubble.choices) for bubble in made] == [0, 2]
    made = bubbles([message("One?", "Yes"), message("Two?", "Go")], WORDS, vanishing)
    assert [choice.shown for choice in made[-1].choices] == ["1", "2"]


def test_more_choices_than_buttons_are_lines() -> None:
    (only,) = bubbles([message("Which?", *"abcdefghijk")], WORDS, BUTTONS)
    assert only.choices == ()
    assert "11. k" in only.text.splitlines()


def test_a_card_is_lines_with_each_way_on_its_own() -> None:
    (only,) = bubbles([message("Help:", cards=(CARD,))], WORDS, BUTTONS)
    assert only.text.splitlines() == [
        *("Help:", "", "A line", "Listens.", "Call 1-800-LINE", "Text 741741"),
        *("https://line.example", "Open: 24/7", "Cost: Free", "No name needed."),
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("a" * 30 + "\n\n" + "b" * 40, "a" * 30),
        ("a" * 30 + "\n" + "b" * 40, "a" * 30),
        ("a" * 30 + ". " + "b" * 40, "a" * 30 + "."),
        ("a" * 30 + " " + "b" * 40, "a" * 30),
        ("a" * 70, "a" * 50),
    ],
    ids=["paragraph", "line", "sentence", "word", "no space"],
)
def test_a_long_text_is_parted_where_it_hurts_least(text: str, first: str) -> None:
    made = bubbles([message(text)], WORDS, Style(50, 50, 0, 0))
    assert made[0].text == first
    assert "".join(bubble.text for bubble in made).replace(" ", "") == "".join(text.split())


def test_short_messages_are_not_joined_without_end() -> None:
    made = bubbles([message("word " * 60) for _ in range(20)], WORDS, Style(4096, 4096, 100, 40))
    assert len(made) > 1
    assert all(len(bubble.text) <= JOINED for bubble in made)


@given(
    st.lists(
        st.tuples(
            st.text("ab .\n", min_size=1, max_size=400).filter(str.strip),
            st.lists(st.text("xy", min_size=1, max_size=40), max_size=5),
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from([Style(200, 120, 3, 10), Style(300, 300, 0, 0), Style(4096, 4096, 100, 40)]),
)
def test_no_bubble_is_too_long_and_no_word_or_choice_is_lost(
    told: list[tuple[str, list[str]]], style: Style
) -> None:
    made = bubbles([message(text, *labels) for text, labels in told], WORDS, style)
    assert all(1 <= len(bubble.text) <= style.characters for bubble in made)
    assert all(len(b.text) <= style.characters_with_buttons for b in made if b.choices)
    assert all(len(bubble.choices) <= style.buttons for bubble in made)
    letters = "".join("".join(bubble.text.split()) for bubble in made)
    rest = iter(letters)
    assert all(sign in rest for text, _ in told for sign in "".join(text.split()))
    tokens = [choice.token for bubble in made for choice in bubble.choices]
    assert len(tokens) == len({(c.number, c.token) for b in made for c in b.choices})

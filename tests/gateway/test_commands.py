"""A typed text that means an offered button is that button; everything else is a text."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gateway.commands import Commands, Offered

STEP = [
    Offered("Done", '/affirm{"choice":"done"}'),
    Offered("Next", '/affirm{"choice":"next"}'),
    Offered("I can't", '/deny{"choice":"cant"}'),
    Offered("Why?", '/repeat{"choice":"why"}'),
]
PAID = [
    Offered("Yes", '/affirm{"paid":"yes"}'),
    Offered("No", '/deny{"paid":"no"}'),
    Offered("Skip", '/unsure{"choice":"skip"}'),
]
DONE, NEXT, CANT, WHY = (button.payload for button in STEP)


@pytest.fixture(scope="module")
def commands(release_root: Path) -> Commands:
    return Commands.from_directory(release_root / "data" / "commands")


MEANT = {
    "a label": ("Done", DONE),
    "a label in capitals": ("DONE", DONE),
    "a label with spaces and marks": ("  done!! ", DONE),
    "a label with a straight apostrophe": ("I can't", CANT),
    "a label with a typographic apostrophe": ("i can’t", CANT),
    "a label without its mark": ("why", WHY),
    "a number": ("2", NEXT),
    "a number with a mark": ("2.", NEXT),
    "a number in brackets": ("(4)", WHY),
    "a number in words": ("two", NEXT),
    "a synonym of next": ("ok next", NEXT),
    "a synonym of done": ("i did it", DONE),
}
NOT_MEANT = {
    "a number that is not on offer": "15",
    "the first number that is not on offer": "5",
    "nought": "0",
    "nothing": "",
    "only marks": "?!",
    "a sentence that holds a label": "i am done with life",
    "a sentence that begins with a label": "next he wants more pictures",
    "a number in a sentence": "i am 2 scared",
    "a typed payload": 'affirm{"choice":"done"}',
    "another script's button": "skip",
}


def test_commands_of_another_language_are_understood_too(commands: Commands) -> None:
    assert commands.match("ya lo hice", STEP, "en") == DONE
    assert commands.match("skip", PAID, "es") == '/unsure{"choice":"skip"}'


@pytest.mark.parametrize(("said", "payload"), MEANT.values(), ids=MEANT)
def test_it_is_the_button_that_it_means(commands: Commands, said: str, payload: str) -> None:
    assert commands.match(said, STEP, "en") == payload


@pytest.mark.parametrize("said", NOT_MEANT.values(), ids=NOT_MEANT)
def test_it_is_a_text_where_no_such_button_is_offered(commands: Commands, said: str) -> None:
    assert commands.match(said, STEP, "en") is None


def test_an_age_is_no_choice_among_four_buttons(commands: Commands) -> None:
    assert commands.match("15", STEP, "en") is None


def test_yes_and_no_are_the_buttons_that_say_so(commands: Commands) -> None:
    assert commands.match("yes", PAID, "en") == '/affirm{"paid":"yes"}'
    assert commands.match("no", PAID, "en") == '/deny{"paid":"no"}'
    assert commands.match("skip", PAID, "en") == '/unsure{"choice":"skip"}'


@pytest.mark.parametrize("said", ["2", "next", "Done"])
def test_where_nothing_is_offered_nothing_is_meant(commands: Commands, said: str) -> None:
    assert commands.match(said, [], "en") is None


def test_a_locale_without_a_file_still_knows_its_labels(commands: Commands) -> None:
    assert commands.match("done", STEP, "xx") == DONE


def test_numbers_are_counted_in_spanish(commands: Commands, release_root: Path) -> None:
    if not (release_root / "data" / "commands" / "es.yml").exists():
        pytest.skip("there is no data/commands/es.yml yet")
    assert commands.match("dos", STEP, "es") == NEXT


def test_a_button_whose_payload_has_no_values_is_known_by_its_label() -> None:
    menu = [Offered("Show all topics", "/menu")]
    assert Commands({}).match("show all topics", menu, "en") == "/menu"


LANGUAGES = {
    "its own name": ("Español", "es"),
    "its name in the other": ("spanish", "es"),
    "a request": ("in English, please", "en"),
    "a request in the other": ("en español por favor", "es"),
    "the other way": ("English", "en"),
}


@pytest.mark.parametrize("spoken", ["en", "es"])
@pytest.mark.parametrize(("said", "language"), LANGUAGES.values(), ids=LANGUAGES)
def test_a_language_is_asked_for_by_its_name_in_any_state(
    commands: Commands, said: str, language: str, spoken: str
) -> None:
    wanted = f'/switch_language{{"language": "{language}"}}'
    assert commands.match(said, commands.always, spoken) == wanted


@pytest.mark.parametrize("said", ["es", "en", "he speaks spanish", "my spanish teacher", "1", "3"])
def test_a_language_that_is_only_mentioned_is_a_text(commands: Commands, said: str) -> None:
    assert commands.match(said, commands.always, "en") is None


def test_every_file_of_commands_is_read(release_root: Path) -> None:
    files = list((release_root / "data" / "commands").glob("*.yml"))
    assert {"en"} <= {file.stem for file in files}

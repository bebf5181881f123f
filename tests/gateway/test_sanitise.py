"""Typed text is never a command, whatever it is made of."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.gateway.sanitise import LONGEST, MOST_MARKS, capped, clean

CASES = {
    "plain text stays": ("they want $300", "they want $300"),
    "a leading slash falls away": ("/restart", "restart"),
    "a payload becomes plain text": ('/deny{"paid":"no"}', 'deny{"paid":"no"}'),
    "several slashes fall away": ("///restart", "restart"),
    "a fullwidth slash is a slash": ("／restart", "restart"),
    "a fullwidth slash behind spaces": ("  ／ /restart", "restart"),
    "a slash in the middle stays": ("and/or", "and/or"),
    "a zero-width space before a slash": ("\u200b/restart", "restart"),
    "a zero-width joiner before a slash": ("\u200d/restart", "restart"),
    "a byte order mark before a slash": ("\ufeff/restart", "restart"),
    "a word joiner before a slash": ("\u2060/restart", "restart"),
    "a no-break space before a slash": ("\u00a0/restart", "restart"),
    "an ideographic space before a slash": ("\u3000/restart", "restart"),
    "an ogham space mark before a slash": ("\u1680/restart", "restart"),
    "a line separator before a slash": ("\u2028/restart", "restart"),
    "a soft hyphen before a slash": ("\u00ad/restart", "restart"),
    "a NUL before a slash": ("\x00/restart", "restart"),
    "a unit separator before a slash": ("\x1f/restart", "restart"),
    "NUL inside": ("he\x00lp", "help"),
    "an escape sequence loses its escape": ("\x1b[31mred", "[31mred"),
    "right-to-left override": ("abc\u202edef", "abcdef"),
    "isolates": ("\u2066abc\u2069", "abc"),
    "a lone surrogate": ("a\ud800b", "a?b"),
    "a slash behind a lone surrogate": ("\ud800/restart", "?/restart"),
    "private use": ("a\ue000b", "ab"),
    "line ends become one space": ("one\r\ntwo\n\nthree", "one two three"),
    "fullwidth letters": ("ｈｅｌｐ", "help"),
    "ligature": ("ﬁne", "fine"),
    "an emoji with a joiner stays whole": ("👩‍👧", "👩‍👧"),
    "Persian keeps its non-joiner": ("می‌خواهم", "می‌خواهم"),
    "Spanish keeps its accents": ("¿qué hago?", "¿qué hago?"),
    "nothing": ("", ""),
    "only slashes": ("/ / /", ""),
}


@pytest.mark.parametrize(("typed", "expected"), CASES.values(), ids=CASES)
def test_a_typed_text_is_made_safe(typed: str, expected: str) -> None:
    assert clean(typed) == expected


ODD = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "//／⁄∕\u1680\u00a0\u2003\u3000\u200b\u200c\u200d\u2060\ufeff\x00\x1f\n\t "
        ),
        st.characters(exclude_categories=()),
    ),
    max_size=30,
)


@given(ODD)
@example("\u1680/restart")
def test_no_text_is_ever_a_command(typed: str) -> None:
    assert not clean(typed).strip().startswith("/")


@given(ODD, st.integers(100, 200))
def test_no_capped_text_is_ever_a_command(typed: str, limit: int) -> None:
    assert not capped(clean(typed * 20), limit).strip().startswith("/")


@given(ODD)
def test_what_comes_out_is_valid_and_free_of_control_characters(typed: str) -> None:
    text = clean(typed)
    text.encode()
    assert not {c for c in text if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn")}


def test_a_short_text_is_not_cut() -> None:
    assert capped("a" * 1000, 1000) == "a" * 1000


@pytest.mark.parametrize("limit", [100, 1000, 4000])
def test_of_a_long_text_the_beginning_and_the_end_are_kept(limit: int) -> None:
    text = capped("begin " + "x" * 100_000 + " end", limit)
    assert len(text) == limit
    assert text.startswith("begin ")
    assert text.endswith(" end")


FLOODS = {
    "marks": "\u0301\u0327" * 65_000,
    "a letter under marks": "a" + "\u0327\u0301\u0323" * 40_000,
    "marks between control characters": "a\u0301\u202e\u0327\x00" * 50_000,
    "marks that are letters until they are normalised": "\uff9e\u0301" * 50_000,
    "one sign that becomes eighteen": "\ufdfa" * 80_000,
    "slashes and signs": "\ufdfa/\x00\u202e" * 25_000,
    "letters": "help " * 50_000,
}


@pytest.fixture
def normalised(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is handed to unicodedata.normalize."""
    given: list[str] = []
    real = unicodedata.normalize

    def noted(form: str, text: str) -> str:
        given.append(text)
        return real(form, text)  # type: ignore[arg-type]

    monkeypatch.setattr(unicodedata, "normalize", noted)
    return given


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_of_a_flood_little_is_normalised_and_little_comes_out(
    normalised: list[str], flood: str
) -> None:
    assert len(clean(flood)) <= LONGEST
    assert sum(map(len, normalised)) <= LONGEST


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_no_pile_of_marks_is_handed_to_be_put_in_order(normalised: list[str], flood: str) -> None:
    clean(flood)
    for text in normalised:
        decomposed = unicodedata.ucd_3_2_0.normalize("NFKD", text)
        runs = "".join("m" if unicodedata.combining(sign) else " " for sign in decomposed).split()
        assert max(map(len, runs), default=0) <= MOST_MARKS


def test_the_words_around_a_pile_of_marks_are_kept() -> None:
    mark = "\u0327"
    assert clean(f"help{mark * 100_000} me") == f"help{mark * MOST_MARKS} me"


def test_the_beginning_and_the_end_of_a_flood_are_kept() -> None:
    text = clean("begin " + "x" * 200_000 + " end")
    assert text.startswith("begin ")
    assert text.endswith(" end")


@pytest.mark.parametrize("typed", ["กี่ที่", "מִּ֑י", "e\u0323\u0302", "1\ufe0f\u20e3"])
def test_scripts_that_stack_marks_keep_them(typed: str) -> None:
    assert clean(typed) == unicodedata.normalize("NFKC", typed)


def test_no_other_letter_becomes_a_mark_when_it_is_normalised() -> None:
    late = {
        sign
        for sign in map(chr, (*range(0xD800), *range(0xE000, 0x110000)))
        if unicodedata.category(sign)[0] not in "MC"
        and unicodedata.combining(unicodedata.normalize("NFKD", sign)[0])
    }
    assert late == {"\uff9e", "\uff9f"}

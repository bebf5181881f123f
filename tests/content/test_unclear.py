"""What is kept of sentences that were not understood names nobody, and shows what many say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.content.unclear.clusters import MOST_SHOWN, Cluster, clusters, proposal_file
from bot.content.unclear.redaction import MARK, MOST_WORDS, Redaction, word_lists
from bot.content.unclear.sentences import Sentence
from bot.settings import ROOT

LOCALES = ("en", "es")


@pytest.fixture(scope="module")
def redaction() -> Redaction:
    return Redaction.of(ROOT, LOCALES)


# Redaction

REDACTED = {
    "plain words": ("My friend sent me a PICTURE", "my friend sent me a picture"),
    "a name": ("my friend Jake sent me a picture", f"my friend {MARK} sent me a picture"),
    "a name in small letters": ("my friend jake did it", f"my friend {MARK} did it"),
    "a whole name and its owner": ("Anna Kowalski's friend did it", f"{MARK} friend did it"),
    "a place": ("i live in Houston with my mom", f"i live in {MARK} with my mom"),
    "a school": ("we go to Jefferson Middle School", f"we go to {MARK} middle school"),
    "a number": ("call me at 555 0199", f"call me at {MARK}"),
    "a number with letters": ("i am 14yo and sad", f"i am {MARK} and sad"),
    "a number of another script": ("i am １４ and sad ٣٤", f"i am {MARK} and sad {MARK}"),
    "a handle of known words": ("he is @sad_friend_girl there", f"he is {MARK} there"),
    "a handle without a sign": ("he is sad_friend there", f"he is {MARK} there"),
    "a link of known words": ("see my.friend.com/girl please", f"see {MARK} please"),
    "an address of known words": ("it is my.friend@school.com ok", f"it is {MARK} ok"),
    "a name spelled out": ("i am m a r y ok", f"i am {MARK} a {MARK} ok"),
    "hidden signs within a name": ("my friend ja\u200bke did it", f"my friend {MARK} did it"),
    "a curly apostrophe": ("i don’t know", "i don't know"),
    "several unknown words": ("my zyx qwv blorb friend", f"my {MARK} friend"),
}


@pytest.mark.parametrize(("text", "shown"), REDACTED.values(), ids=REDACTED)
def test_only_common_words_survive(redaction: Redaction, text: str, shown: str) -> None:
    assert redaction.words(text, "en") == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mi amiga Lucía me mandó una foto", f"mi amiga {MARK} me mandó una foto"),
        ("vivo en sevilla con mi mamá", f"vivo en {MARK} con mi mamá"),
        ("tengo 13 años y miedo", f"tengo {MARK} años y miedo"),
    ],
)
def test_the_same_in_spanish(redaction: Redaction, text: str, shown: str) -> None:
    assert redaction.words(text, "es") == shown


@pytest.mark.parametrize("text", ["", "  ", "zyx qwv", "hello zyx", "14 15 16", "😀😀", "@a @b"])
def test_of_a_text_with_fewer_than_two_known_words_nothing_is_kept(
    redaction: Redaction, text: str
) -> None:
    assert redaction.words(text, "en") is None


def test_in_a_language_without_sentences_nothing_is_kept(redaction: Redaction) -> None:
    assert redaction.words("my friend sent me a picture", "fr") is None


def test_of_a_long_text_the_beginning_is_kept(redaction: Redaction) -> None:
    words = redaction.words("my friend " * 500, "en")
    assert words is not None and len(words.split()) == MOST_WORDS


def test_a_word_of_few_sentences_is_not_known(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "nlu" / "en"
    folder.mkdir(parents=True)
    lines = (
        "blue moon",
        "blue sky",
        "blue sea",
        "moon sky",
        "moon sky",
        "met Ann",
        "see Ann",
        "by Ann",
    )
    examples = "".join(f"    - {line}\n" for line in lines)
    (folder / "a.yml").write_text(f"nlu:\n- intent: a\n  examples: |\n{examples}")
    assert Redaction.of(tmp_path, ["en"]).vocabulary == {"en": {"blue"}}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_name_of_the_list_and_no_single_letter_is_known(
    redaction: Redaction, locale: str
) -> None:
    known, lists = redaction.vocabulary[locale], word_lists(ROOT)
    assert len(known) > 2000
    assert not known & lists["names"][locale]
    assert {word for word in known if len(word) == 1} <= lists["stop_words"][locale]
    assert not [word for word in known if any(sign.isdigit() for sign in word)]


# Clusters


def said(words: str, voices: range | list[int]) -> list[Sentence]:
    return [Sentence(words, f"voice{number}") for number in voices]


def test_sentences_that_are_alike_are_one_cluster_of_all_their_voices() -> None:
    rows = said("my friend reads my diary", range(6))
    rows += said(f"my friend reads diary {MARK}", range(4, 12))
    rows += said("what is the weather", range(12, 30))
    found = clusters(rows)
    assert [cluster.size for cluster in found] == [18, 12]
    shown = (f"my friend reads diary {MARK}", "my friend reads my diary")
    assert found[1] == Cluster(12, shown)


@pytest.mark.parametrize(("voices", "found"), [(9, 0), (10, 1)])
def test_what_fewer_than_ten_said_is_not_shown(voices: int, found: int) -> None:
    assert len(clusters(said("my friend reads my diary", range(voices)))) == found


def test_one_who_says_it_often_is_one_voice() -> None:
    assert clusters(said("my friend reads my diary", [1] * 50)) == []


def test_words_that_say_nothing_make_no_sentences_alike() -> None:
    rows = said("how do i get the weather", range(6)) + said(
        "how do i get the homework", range(6, 12)
    )
    assert clusters(rows) == []


def test_a_word_that_few_used_is_masked() -> None:
    rows = said("my friend reads my diary", range(10)) + said("my friend reads purple diary", [3])
    (cluster,) = clusters(rows)
    assert cluster.size == 10
    assert "purple" not in str(cluster.sentences)
    assert f"my friend reads {MARK} diary" in cluster.sentences


def test_a_cluster_shows_few_sentences() -> None:
    rows = []
    for number in range(20):
        rows += said(f"friend reads diary {' '.join(['my'] * number)}", range(12))
    (cluster,) = clusters(rows)
    assert len(cluster.sentences) == MOST_SHOWN


# Proposals

HOSTILE = [
    'they said "no" # and: [what](x) {y: 1}',
    "- intent: other",
    "one\n  - intent: other\ntwo",
    "   examples: |",
    "line\u2028end",
    "yes",
    "%YAML 1.1",
]


def test_a_proposal_is_training_data_of_one_intent() -> None:
    text = proposal_file("en", "ask_report", ["who reads my diary", "who reads my diary", "a b"])
    data = yaml.safe_load(text)
    assert data == {
        "version": "3.1",
        "nlu": [
            {
                "intent": "ask_report",
                "metadata": {"author": "staff", "locale": "en"},
                "examples": "- who reads my diary\n- a b\n",
            }
        ],
    }


@pytest.mark.parametrize("sentence", HOSTILE)
def test_no_sentence_of_a_proposal_becomes_anything_else(sentence: str) -> None:
    data = yaml.safe_load(proposal_file("en", "ask_report", [sentence, "last"]))
    (block,) = data["nlu"]
    assert set(data) == {"version", "nlu"} and block["intent"] == "ask_report"
    lines = block["examples"].splitlines()
    assert len(lines) == 2 and lines[1] == "- last"
    assert not set("[](){}") & set(block["examples"])


@pytest.mark.parametrize(
    ("locale", "intent", "sentences"),
    [
        ("en", "no intent", ["a"]),
        ("en", "x: y", ["a"]),
        ("../en", "greet", ["a"]),
        ("en", "greet", []),
        ("en", "greet", ["  "]),
        ("en", "greet", [f"my {MARK} friend"]),
    ],
)
def test_what_is_no_proposal_is_refused(locale: str, intent: str, sentences: list[str]) -> None:
    with pytest.raises(ValueError, match=r"no locale|without marks"):
        proposal_file(locale, intent, sentences)

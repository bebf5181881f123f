"""Insight shows what may be known of many and nothing of a few; what was not understood, of ten."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta

import pytest
import yaml
from sqlalchemy import insert

from bot.content.insight import questions
from bot.content.unclear.redaction import MARK
from bot.settings import ROOT
from tests.console.desks import post
from tests.console.small import TABLES

FEW = 7  # a number that must never be seen


@pytest.fixture
def vera(quick):
    return quick.sign_in("vera")


def monday(office, weeks_ago):
    today = date.fromtimestamp(office.clock.now)
    return (today - timedelta(days=today.weekday(), weeks=weeks_ago)).isoformat()


def count(office, *rows):
    """Rows of the tally: weeks ago, measure, name, conversations."""
    with office.house.engine.begin() as connection:
        for weeks_ago, measure, name, number in rows:
            values = {"channel": "web", "locale": "en", "measure": measure, "name": name}
            row = {**values, "week": monday(office, weeks_ago), "conversations": number}
            connection.execute(insert(TABLES["tally"]).values(**row))


def shown(client, question):
    """Everything that a question gives: page, chart, file."""
    page = client.get(f"/insight/{question}")
    assert page.status_code == 200
    return page.text, client.get(f"/insight/{question}.csv").text


def test_every_question_has_a_page_and_a_file(quick, vera):
    count(quick, (1, "conversation", "all", 60), (2, "conversation", "all", 80))
    listed = vera.get("/insight").text
    for name, one in questions().items():
        assert one.title in listed
        page, file = shown(vera, name)
        assert one.title in page
        assert list(csv.reader(io.StringIO(file)))


def test_enough_is_drawn_and_few_are_nowhere(quick, vera):
    for week in range(1, 9):
        count(
            quick,
            (week, "conversation", "all", 60 + week),
            (week, "situation", "sextortion", 40),
            (week, "situation", "deepfake", FEW),
        )
    page, file = shown(vera, "situations")
    assert "sextortion" in page
    assert "<polyline" in page
    assert "deepfake" not in page + file, "not even its name, where no week had ten"
    cells = [cell for row in list(csv.reader(io.StringIO(file)))[1:] for cell in row[1:]]
    assert str(FEW) not in cells
    assert all(cell == "<10" or int(cell) % 5 == 0 for cell in cells)


def test_a_hidden_number_is_a_gap_in_the_chart_and_no_zero(quick, vera):
    numbers = {1: 60, 2: 70, 3: FEW, 4: 80, 5: 90}
    count(quick, *((week, "conversation", "all", number) for week, number in numbers.items()))
    page, _ = shown(vera, "conversations")
    chart = page[page.index("<svg") : page.index("</svg>")]
    assert 'cy="220"' not in chart, "no dot on the line of zero"
    assert "&lt;10" in page


REFUSED = ("/insight/made_up", "/insight/made_up.csv", "/insight/situations?weeks=1",
           "/insight/situations?weeks=x", "/insight/situations'--")  # fmt: skip


@pytest.mark.parametrize("path", REFUSED)
def test_nothing_else_may_be_asked(vera, path):
    assert vera.get(path).status_code == 409


def test_the_document_has_every_question():
    text = (ROOT / "docs" / "insight.md").read_text("utf-8")
    for name, one in questions().items():
        assert f"| `{name}` | {one.title} |" in text
        assert one.counts in text


def said(office, words, voices, locale="en"):
    with office.house.engine.begin() as connection:
        for number in range(voices):
            row = {"locale": locale, "words": words, "voice": f"{number:016}", "created": 1.0}
            connection.execute(insert(TABLES["unclear"]).values(**row))


def test_a_group_is_shown_from_ten_conversations_on(quick):
    rita = quick.sign_in("rita")
    said(quick, f"my {MARK} wont answer me", 10)
    said(quick, "the cat is on the roof", 9)
    page = rita.get("/unclear").text
    assert "10 conversations" in page
    assert "answer" in page
    assert "roof" not in page


def test_hostile_words_are_shown_as_text(quick):
    rita = quick.sign_in("rita")
    said(quick, "<script>alert(1)</script> help me now", 12)
    assert "<script>alert" not in rita.get("/unclear").text


def test_a_proposal_is_a_file_of_training_sentences(quick):
    rita = quick.sign_in("rita")
    form = {"locale": "en", "intent": "sextortion", "sentences": "he wont stop\nhe wont stop\n"}
    assert post(rita, "/unclear/propose", form).status_code == 303
    answer = rita.get("/unclear/proposals/1.yml")
    (block,) = yaml.safe_load(answer.text)["nlu"]
    assert (block["intent"], block["examples"].split("\n")[0]) == ("sextortion", "- he wont stop")
    assert re.search("proposal-1-en-sextortion", answer.headers["content-disposition"])


BAD = {
    "a mark": {"sentences": f"my {MARK} is mad"},
    "a number": {"sentences": "call 5551234"},
    "a link": {"sentences": "see evil.example"},
    "an entity": {"sentences": "on [snap](platform)"},
    "nothing": {"sentences": " \n "},
    "no such intent": {"intent": "made_up"},
    "no such language": {"locale": "xx"},
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_belong_into_training_is_refused(quick, case):
    rita = quick.sign_in("rita")
    form = {"locale": "en", "intent": "sextortion", "sentences": "he wont stop", **BAD[case]}
    assert post(rita, "/unclear/propose", form).status_code == 409
    assert rita.get("/unclear/proposals/1.yml").status_code == 409

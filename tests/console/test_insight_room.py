"""Insight shows what may be known of many, and nothing of a few: on the page, drawn, or as CSV."""

from __future__ import annotations

import csv
import io
import re
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import insert

from bot.console.access import ROLES
from bot.content.insight import questions
from bot.settings import ROOT
from tests.console.small import TABLES

FEW = 7  # a number that must never be seen
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def vera(quick):
    return quick.sign_in("vera")


def monday(office, weeks_ago):
    today = datetime.fromtimestamp(office.clock.now, timezone.utc).date()
    return (today - timedelta(days=today.weekday(), weeks=weeks_ago)).isoformat()


def count(office, *rows):
    """Rows of the tally: weeks ago, measure, name, conversations."""
    with office.house.engine.begin() as connection:
        for weeks_ago, measure, name, number in rows:
            values = {"channel": "web", "locale": "en", "measure": measure, "name": name}
            row = {**values, "week": monday(office, weeks_ago), "conversations": number}
            connection.execute(insert(TABLES["tally"]).values(**row))


def shown(client, question, weeks=12):
    """Everything that a question gives: page, chart (empty where there is none), file."""
    page = client.get(f"/insight/{question}?weeks={weeks}")
    assert page.status_code == 200
    chart = re.search(r'<svg class="chart" .*?</svg>', page.text, re.S)
    file = client.get(f"/insight/{question}.csv?weeks={weeks}")
    assert file.mimetype == "text/csv"
    return page.text, chart[0] if chart else "", file.text


def cells(file):
    """Row -> its cells, of a file."""
    head, *rows = csv.reader(io.StringIO(file, newline=""))
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def busy(office, *weeks):
    count(office, *((week, "conversation", "all", 90) for week in weeks))


def test_every_question_has_a_page_and_a_file(quick, vera):
    busy(quick, 1, 2)
    listed = vera.get("/insight").text
    assert "What is not answered, and why" in listed
    for name, one in questions().items():
        assert one.title in listed
        page, _, file = shown(vera, name)
        assert one.title in page
        assert list(csv.reader(io.StringIO(file)))


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_ask(quick, role):
    quick.add("nora", role)
    client = quick.sign_in("nora")
    for path in ("/insight", "/insight/situations", "/insight/situations.csv"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/insight", "/insight/situations", "/insight/situations.csv"])
def test_nobody_else_may(quick, path):
    assert quick.browser().get(path).status_code == 303


def test_enough_is_drawn_and_few_are_nowhere(quick, vera):
    busy(quick, *range(1, 9))
    for week in range(1, 9):
        many = FEW if week in (3, 5) else 40
        count(
            quick,
            (week, "situation", "sextortion", 40),
            (week, "situation", "enticement", 20),
            (week, "situation", "image_shared", many),
            (week, "situation", "deepfake", FEW),
        )
    page, chart, file = shown(vera, "situations")
    assert "<polyline" in chart
    assert "image_shared" in page
    assert "deepfake" not in page + file, "not even its name, where no week had ten"
    found = cells(file)
    assert found["image_shared"][monday(quick, 3)] == "<10"
    assert found["image_shared"][monday(quick, 4)] == "40"
    numbers = [cell for row in found.values() for cell in row.values()]
    assert all(cell == "<10" or int(cell) % 5 == 0 for cell in numbers)
    drawn = re.findall(r"<title>[^<]*: (\d+)</title>", chart)
    written = re.findall(r'<td class="number">([^<]*)</td>', page)
    assert {"40"} < {*drawn}
    for each in (drawn, written, numbers):
        assert str(FEW) not in each


def test_a_hidden_number_is_a_gap_in_the_chart_and_no_zero(quick, vera):
    numbers = {1: 60, 2: 70, 3: FEW, 4: 80, 5: 90}
    count(quick, *((week, "conversation", "all", number) for week, number in numbers.items()))
    page, chart, _ = shown(vera, "conversations")
    assert 'cy="220.0"' not in chart, "no dot on the line of zero"
    assert chart.count("<circle") == 4
    assert chart.count("<polyline") == 2, "the line is interrupted"
    assert monday(quick, 3) not in chart
    assert "&lt;10" in page


def test_a_week_with_few_conversations_is_nowhere(quick, vera):
    count(quick, (1, "conversation", "all", FEW), (1, "situation", "sextortion", 40))
    page, chart, file = shown(vera, "situations")
    assert not chart
    assert "sextortion" not in page + file
    assert "Nothing can be shown" in page


def test_eight_are_drawn_and_the_table_has_all(quick, vera):
    names = [f"situation_{letter}" for letter in "abcdefghij"]
    busy(quick, 1, 2)
    for week in (1, 2):
        rows = [(week, "situation", n, 100 - 5 * place) for place, n in enumerate(names)]
        count(quick, *rows)
    page, chart, file = shown(vera, "situations")
    assert [name for name in names if name in chart] == names[:8]
    assert all(f'<th scope="row">{name}</th>' in page for name in names)
    assert {*names} < {*cells(file)}
    assert "the table has 2 more" in page


def test_the_chart_is_told_in_words_and_has_no_style_of_its_own(quick, vera):
    busy(quick, 1, 2)
    page, chart, _ = shown(vera, "conversations")
    assert 'role="img" aria-label="' in chart
    assert "style=" not in page
    assert "<caption" in page
    assert 'scope="col"' in page


def test_no_cell_of_the_file_is_a_formula_and_no_name_is_markup(quick, vera):
    names = ("=1+1", "@sum", HOSTILE)
    busy(quick, 1, 2)
    count(quick, *((week, "situation", name, 40) for week in (1, 2) for name in names))
    page, _, file = shown(vera, "situations")
    assert {"'=1+1", "'@sum", HOSTILE} < {*cells(file)}
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("weeks", [12, 26, 52])
def test_as_many_weeks_are_shown_as_were_asked_for(quick, vera, weeks):
    busy(quick, 1)
    _, _, file = shown(vera, "conversations", weeks)
    assert len(cells(file)) == weeks + 1


REFUSED = ("/insight/made_up", "/insight/made_up.csv", "/insight/situations?weeks=1",
           "/insight/situations?weeks=x", "/insight/situations.csv?weeks=104",
           "/insight/situations'--")  # fmt: skip


@pytest.mark.parametrize("path", REFUSED)
def test_nothing_else_may_be_asked(vera, path):
    answer = vera.get(path)
    assert answer.status_code == 409
    assert "may not be asked" in answer.text or "Choose 12, 26, 52 weeks" in answer.text


def test_the_document_has_every_question_and_no_other():
    text = (ROOT / "docs" / "insight.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \|", text, re.M) == [*questions()]
    for name, one in questions().items():
        assert f"| `{name}` | {one.title} | {one.counts} |" in text

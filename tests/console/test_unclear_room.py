"""What was not understood is shown of ten conversations or more, and becomes training sentences."""

from __future__ import annotations

import html

import pytest
import yaml
from sqlalchemy import insert, select

from bot.console.unclear.proposing import LONGEST, MOST_SENTENCES
from bot.content.unclear.redaction import MARK
from tests.console.desks import open_office, post
from tests.console.small import TABLES

FORM = {"locale": "en", "intent": "sextortion", "sentences": "he wont stop"}


@pytest.fixture
def rita(quick):
    return quick.sign_in("rita")


def said(office, words, voices, locale="en"):
    with office.house.engine.begin() as connection:
        for number in range(voices):
            row = {"locale": locale, "words": words, "voice": f"{number:016}", "created": 1.0}
            connection.execute(insert(TABLES["unclear"]).values(**row))


def propose(client, **changed):
    return post(client, "/unclear/propose", {**FORM, **changed})


def kept(office):
    with office.house.engine.connect() as connection:
        return list(connection.execute(select(TABLES["proposal"])))


def test_a_group_is_shown_from_ten_conversations_on(quick, rita):
    said(quick, f"my {MARK} wont answer me", 10)
    said(quick, "the cat is on the roof", 9)
    page = rita.get("/unclear").text
    assert "About 10 conversations" in page
    assert f"<li>my {MARK} wont answer me</li>" in page
    assert "roof" not in page


def test_the_size_of_a_group_does_not_tell_of_one_conversation_more(quick, rita):
    said(quick, "my friend wont answer me", 16)
    before = rita.get("/unclear").text
    said(quick, "my friend wont answer me", 17)
    assert "About 15 conversations" in before
    assert "16 conversations" not in before
    assert "About 15 conversations" in rita.get("/unclear").text


def test_each_language_has_its_groups(quick, rita):
    said(quick, "mi amiga ya no responde", 12, "es")
    english, spanish = rita.get("/unclear").text.split('<h2 lang="es">')
    assert "amiga" not in english
    assert "amiga" in spanish


def test_hostile_words_are_shown_as_text(quick, rita):
    said(quick, "</textarea><script>alert(1)</script> help me now", 12)
    page = rita.get("/unclear").text
    assert "<script>alert" not in page
    assert "</textarea><script" not in page
    assert page.count("&lt;script&gt;") == 2, "in the list and in the form"


@pytest.mark.parametrize(("on", "told"), [(False, "Nothing is collected"), (True, "is on")])
def test_the_page_tells_whether_anything_is_collected(tmp_path, on, told):
    folder = tmp_path / "data"
    office = open_office(f"sqlite:///{tmp_path / 'a.db'}", data_folder=folder, learn_unclear=on)
    page = office.sign_in("rita").get("/unclear").text
    office.desk.engine.dispose()
    assert told in page
    assert "free of graphic detail" in page


@pytest.mark.parametrize("role", ["viewer", "admin"])
def test_who_writes_no_texts_sees_nothing_of_it(quick, role):
    quick.add("nora", role)
    client = quick.sign_in("nora")
    assert client.get("/unclear").status_code == 403
    assert propose(client).status_code == 403
    assert client.get("/unclear/proposals/1.yml").status_code == 403
    assert kept(quick) == []


def test_a_proposal_is_a_file_of_training_sentences(office):
    rita = office.sign_in("rita")
    answer = propose(rita, sentences="he wont stop\nhe  wont stop \n\nasks for money: again\n")
    assert answer.status_code == 303
    file = rita.get("/unclear/proposals/1.yml")
    assert file.mimetype == "text/yaml"
    assert "proposal-1-en-sextortion.yml" in file.headers["content-disposition"]
    assert yaml.safe_load(file.text) == {
        "version": "3.1",
        "nlu": [
            {
                "intent": "sextortion",
                "metadata": {"author": "staff", "locale": "en"},
                "examples": "- he wont stop\n- asks for money: again\n",
            }
        ],
    }


def test_a_proposal_is_listed_and_in_the_audit_trail(quick, rita):
    propose(rita)
    page = rita.get("/unclear").text
    assert "#1 sextortion, en: 1 sentence</a>" in page
    assert '<span class="quiet">rita, ' in page
    event = TABLES["event"]
    with quick.house.engine.connect() as connection:
        query = select(event).where(event.c.tag == "console:proposal:made")
        (row,) = connection.execute(query)
    assert (row.actor, row.subject) == ("rita", "proposal 1")
    assert "wont" not in row.reason, "the trail keeps no sentences"


BAD = {
    "a mark": ({"sentences": f"my {MARK} is mad"}, "in the place of each"),
    "a number": ({"sentences": "call 5551234"}, "numbers"),
    "a wide number": ({"sentences": "call １２"}, "numbers"),
    "a circled number": ({"sentences": "i am ①"}, "numbers"),
    "a link": ({"sentences": "see evil.example"}, "links"),
    "a short link": ({"sentences": "see t.me/somebody"}, "links"),
    "a link with a scheme": ({"sentences": "see ftp://localhost"}, "links"),
    "a link of another script": ({"sentences": "see пример.рф"}, "links"),
    "a handle": ({"sentences": "he is @somebody"}, "handles"),
    "an entity": ({"sentences": "on [snap](platform)"}, "brackets"),
    "a hidden sign": ({"sentences": "he\u200bwont stop"}, "hidden"),
    "a control sign": ({"sentences": "\x01"}, "hidden"),
    "what YAML cannot hold": ({"sentences": "he wont stop \uffff"}, "hidden"),
    "one bad line of two": ({"sentences": "he wont stop\nhe is 14"}, "numbers"),
    "nothing": ({"sentences": " \n "}, "1 to 50"),
    "too many": ({"sentences": "\n".join("a" * n for n in range(2, MOST_SENTENCES + 3))}, "1 to"),
    "a long line": ({"sentences": "a" * (LONGEST + 1)}, "under 200"),
    "no intent": ({"intent": ""}, "what the sentences mean"),
    "no such intent": ({"intent": "made_up"}, "what the sentences mean"),
    "no such language": ({"locale": "xx"}, "language"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_belong_into_training_is_refused(quick, rita, case):
    changed, reason = BAD[case]
    answer = propose(rita, **changed)
    assert answer.status_code == 409
    # The hint of the form, which is shown again, must not count as the reason.
    told = answer.text.partition('role="alert">')[2].partition("</p>")[0] or answer.text
    assert reason in told
    assert kept(quick) == []


def test_what_somebody_wrote_is_not_lost_when_it_is_refused(quick, rita):
    answer = propose(rita, sentences='he wont stop\nhe is 14 <b>"x"</b>')
    assert "he wont stop\n" + html.escape('he is 14 <b>"x"</b>').replace("&quot;", "&#34;") in (
        answer.text
    )
    assert "<option selected>sextortion</option>" in answer.text


@pytest.mark.parametrize("number", ["1", "0", str(2**31 - 1)])
def test_a_proposal_that_does_not_exist_is_told(rita, number):
    assert rita.get(f"/unclear/proposals/{number}.yml").status_code == 409


@pytest.mark.parametrize("number", [str(2**31), "9" * 30, "-1", "x"])
def test_no_number_breaks_the_page(rita, number):
    assert rita.get(f"/unclear/proposals/{number}.yml").status_code == 404


def test_a_form_from_elsewhere_proposes_nothing(quick, rita):
    assert rita.post("/unclear/propose", data=FORM).status_code == 400
    assert kept(quick) == []

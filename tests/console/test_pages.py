"""The pages as staff use them: find, edit, submit, decide, publish, withdraw, go back."""

from __future__ import annotations

import html
import re

import pytest

from bot.console.scripts.differences import difference, told
from tests.console.desks import post, token_in

STEP = "utter_step_save"


@pytest.fixture
def alex(quick):
    """A browser of somebody who is author, reviewer and publisher."""
    return quick.sign_in("alex")


def edit(office, client, number, **changed):
    """Save the form of a draft with some fields changed."""
    page = client.get(f"/editions/{number}/edit").text
    row = office.house.row(number)
    form = {
        "csrf_token": token_in(page),
        "seen": row.content_hash,
        "body": row.body,
        "title": [button["title"] for button in row.buttons],
        "payload": [button["payload"] for button in row.buttons],
        "says": list(row.says),
        "handoffs": list(row.handoffs),
        "resources": list(row.resources),
        "sources": "\n".join(row.sources),
        **changed,
    }
    return client.post(f"/editions/{number}/edit", data=form)


def begun(office, client, script=STEP, locale="en"):
    """The number of a new draft."""
    live = office.house.live(script, locale)
    answer = post(client, f"/editions/{live}/start")
    return int(re.search(r"/editions/(\d+)/edit", answer.headers["location"])[1])


def submitted(office, name, text, script=STEP):
    client = office.sign_in(name)
    number = begun(office, client, script)
    assert edit(office, client, number, body=text).status_code == 303
    seen = office.house.row(number).content_hash
    answer = post(client, f"/editions/{number}/submit", {"seen": seen, "note": "see guidance"})
    assert answer.status_code == 303, answer.text
    return number


def decided(office, name, number, verdict="approve", **form):
    client = office.sign_in(name)
    row = office.house.row(number)
    seen = {"seen": row.content_hash, "round": str(row.round), "verdict": verdict}
    return post(client, f"/editions/{number}/decide", {**seen, **form})


def test_a_text_goes_from_edit_to_what_is_said(office):
    number = submitted(office, "ana", "Keep the chat and the name.")
    assert decided(office, "rita", number).status_code == 303
    paul = office.sign_in("paul")
    assert f"#{number}" in paul.get("/releases").text
    answer = post(paul, "/releases/publish", {"edition": str(number), "notes": "Clearer"})
    assert answer.headers["location"] == "/releases/2"
    assert office.house.says(STEP) == "Keep the chat and the name."
    page = paul.get("/releases/2").text
    assert "<ins>" in page
    assert "Clearer" in page


def test_every_page_is_shown(quick, alex):
    number = submitted(quick, "ana", "Keep it all.")
    with quick.house.work("rita") as work:
        from bot.console.workflow import publishing

        live = quick.house.live(STEP, audience="parent")
        publishing.withdraw(work, quick.house.press, [live], reason="wrong")
    quick.add("ada", "admin")
    admin = quick.sign_in("ada")
    paths = {
        alex: ("/scripts", "/scripts?words=save&state=live", "/scripts?overdue=1",
               f"/scripts/{STEP}", f"/editions/{number}", f"/editions/{number}/edit",
               f"/editions/{number}/preview",
               "/queue", "/releases", "/releases/1", "/releases/2", f"/scripts/{STEP}/withdraw",
               "/helpers", "/helpers?country=US", "/helpers/us_988_lifeline", "/helpers/new",
               "/account", "/confirm"),
        admin: ("/people", "/scripts", "/queue", "/releases"),
    }  # fmt: skip
    for client, all_of_them in paths.items():
        for path in all_of_them:
            answer = client.get(path)
            assert (path, answer.status_code) == (path, 200)
            assert "<h1>" in answer.text


LOST = {
    "somebody saved meanwhile": ({"seen": "0" * 64}, "Somebody saved another version"),
    "a claim that does not exist": ({"says": ["made_up"]}, "There is no claim made_up"),
    "a list that does not exist": ({"handoffs": ["made_up"]}, "There is no list of cards"),
}


@pytest.mark.parametrize("case", LOST)
def test_what_somebody_wrote_is_not_lost_when_it_cannot_be_saved(quick, alex, case):
    fields, reason = LOST[case]
    number = begun(quick, alex)
    answer = edit(quick, alex, number, body="Long work of mine.", **fields)
    assert answer.status_code == 409
    assert reason in answer.text
    assert "Long work of mine." in answer.text


CHECKED = {
    "a typed number": ("Call 1-800-843-5678 now.", "typed number"),
    "a typed link": ("Go to example.com now.", "typed address"),
    "an exclamation mark": ("Save the chat now!", "Stay calm"),
    "nothing": (" ", "It says nothing"),
    "far too long": ("Word " * 80, "has 80 words"),
}


@pytest.mark.parametrize("case", CHECKED)
def test_the_checks_speak_while_one_writes_and_keep_it_from_being_submitted(quick, alex, case):
    text, reason = CHECKED[case]
    number = begun(quick, alex)
    page = alex.get(f"/editions/{number}/edit").text
    form = {"csrf_token": token_in(page), "body": text, "sources": "guidance.md 1"}
    found = alex.post(f"/editions/{number}/lint", data=form).get_json()
    assert any(reason in each for each in found["problems"]), found
    edit(quick, alex, number, body=text)
    seen = quick.house.row(number).content_hash
    assert post(alex, f"/editions/{number}/submit", {"seen": seen}).status_code == 409
    assert quick.house.row(number).state == "draft"


def test_nobody_approves_their_own_text_and_no_form_offers_it(quick, alex):
    number = submitted(quick, "alex", "Mine alone.")
    page = alex.get(f"/editions/{number}").text
    assert 'value="approve"' not in page
    answer = decided(quick, "alex", number)
    assert answer.status_code == 409
    assert "You worked on this text" in answer.text


def test_the_form_that_approved_approves_nothing_else(quick):
    number = submitted(quick, "ana", "One.")
    rita, row = quick.sign_in("rita"), quick.house.row(number)
    form = {"seen": row.content_hash, "round": str(row.round), "verdict": "approve"}
    assert post(rita, f"/editions/{number}/decide", form).status_code == 303
    assert post(rita, f"/editions/{number}/decide", form).status_code == 409
    ana = quick.sign_in("ana")
    assert edit(quick, ana, number, body="Two.").status_code == 303
    assert edit(quick, ana, number, body="One.").status_code == 303
    post(ana, f"/editions/{number}/submit", {"seen": quick.house.row(number).content_hash})
    answer = post(rita, f"/editions/{number}/decide", form)
    assert answer.status_code == 409
    assert quick.house.row(number).state == "submitted"


def test_a_withdrawal_takes_one_person_and_a_reason(quick):
    rita = quick.sign_in("rita")
    live = quick.house.live(STEP)
    path = f"/scripts/{STEP}/withdraw"
    assert post(rita, path, {"edition": str(live), "reason": " "}).status_code == 409
    assert post(rita, path, {"edition": str(live), "reason": "Wrong app"}).status_code == 303
    assert quick.house.says(STEP) == quick.house.says("utter_holding")
    assert "Wrong app" in rita.get("/queue").text


def test_a_new_variation_begins_with_the_words_of_another(quick, alex):
    origin = quick.house.live(STEP)
    form = {
        "origin": str(origin),
        "locale": "en",
        "audience": "friend",
        "channel": "",
        "country": "",
    }
    answer = post(alex, f"/scripts/{STEP}/variation", form)
    number = int(re.search(r"/editions/(\d+)/edit", answer.headers["location"])[1])
    assert quick.house.row(number).body == quick.house.says(STEP)
    assert quick.house.row(number).audience == "friend"
    for wrong in ({"locale": "xx"}, {"audience": "enemy"}, {"channel": "fax"}, {"country": "USA"}):
        bad = post(alex, f"/scripts/{STEP}/variation", {**form, **wrong})
        assert (wrong, bad.status_code) == (wrong, 409)


HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "é" * 50)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_staff_write_is_shown_as_text(quick, alex, text):
    number = begun(quick, alex)
    edit(quick, alex, number, body=text)
    post(alex, f"/scripts/{STEP}/say", {"body": text})
    for path in (f"/editions/{number}", f"/editions/{number}/edit", f"/scripts/{STEP}"):
        page = alex.get(path).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert html.escape(text) in page or text in html.unescape(page)
        assert "49" not in page.replace(str(number), "") or "7 * 7" not in text


def helper_form(**changed):
    form = {
        "id": "us_example_line", "name": "Example Line", "what_en": "A line for young people.",
        "what_es": "Una línea para jóvenes.", "url": "https://example.org/",
        "phone_display": "555 0100",
        "anonymous": "yes", "audience": ["teen"], "languages": "en, es", "eligibility": "anybody",
        "country": "us", "serves": "US", "kind": "crisis", "source_kind": "official",
        "source_title": "Example", "verified": "stored page",
    }  # fmt: skip
    return {**form, **changed}


def test_a_helper_takes_two_people(quick):
    ana = quick.sign_in("ana")
    answer = post(ana, "/helpers/new", helper_form(), "/helpers/new")
    assert answer.status_code == 303, answer.text
    number = int(answer.headers["location"].rsplit("/", 1)[1])
    row = quick.house.row(number)
    assert list(row.resources) == ["https://example.org/", "555 0100", "5550100"]
    post(ana, f"/editions/{number}/submit", {"seen": row.content_hash})
    decided(quick, "rita", number, reason="called it")
    assert quick.house.row(number).state == "submitted", "one is not enough"
    decided(quick, "rosa", number, reason="opened it")
    assert quick.house.row(number).state == "approved"
    paul = quick.sign_in("paul")
    post(paul, "/releases/publish", {"edition": str(number), "notes": "A new line"})
    assert quick.house.release().directory.resources["us_example_line"].phone.dial == "5550100"


WRONG_HELPERS = {
    "http": {"url": "http://example.org/"},
    "no link at all": {"url": "javascript:alert(1)"},
    "letters in a number": {"phone_dial": "CALL-ME"},
    "an id with capitals": {"id": "US_Example"},
    "an id that is taken": {"id": "us_988_lifeline"},
    "nobody it is for": {"audience": []},
    "no country that it serves": {"serves": ""},
    "not said in Spanish": {"what_es": ""},
    "a number in words": {"what_en": "Call 1 900 555 0199 for help."},
    "a link in words": {"what_es": "Mira evil.example"},
}


@pytest.mark.parametrize("case", WRONG_HELPERS)
def test_a_helper_that_would_mislead_is_refused(quick, alex, case):
    answer = post(alex, "/helpers/new", helper_form(**WRONG_HELPERS[case]), "/helpers/new")
    assert answer.status_code == 409
    assert "Example Line" in answer.text, "what was typed is still there"


def test_the_impact_of_a_helper_names_lists_and_scripts(quick, alex):
    page = alex.get("/helpers/us_988_lifeline").text
    assert "List “crisis”" in page
    assert "utter_self_harm_open" in page


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Do not pay.", "Do not pay them.", "added: “them”"),
        ("Call now.", "Now call.", "removed: “"),
        ("I am glad.", "You did it right.", "removed: “I am glad”; added: “You did it right”"),
        ("Same.", "Same.", "no words differ"),
    ],
)
def test_a_difference_is_told_in_words(before, after, words):
    parts = difference(before, after)
    assert words in told(parts)
    assert "".join(part.text for part in parts if part.kind != "removed") == after
    kept = "".join(part.text for part in parts if part.kind != "added")
    assert "".join(kept.split()) == "".join(before.split())


def test_what_is_ticked_keeps_its_order(quick, alex):
    """Cards are shown in the order of the list; ticking boxes alone changes no numbers."""
    number = begun(quick, alex, "utter_self_harm_open")
    before = list(quick.house.row(number).handoffs)
    assert before == ["emergency", "crisis"], "not the order of the alphabet"
    edit(quick, alex, number, body="Call now.", handoffs=sorted(before))
    assert list(quick.house.row(number).handoffs) == before


@pytest.mark.parametrize("number", [0, 2**31, 2**80])
def test_a_number_that_is_none_is_not_found(office, number):
    client = office.sign_in("alex")
    for path in (f"/editions/{number}", f"/releases/{number}"):
        assert client.get(path).status_code in (404, 409)

"""The page of the audit trail: who reads it, what it says, what it finds, what is taken along."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timezone

import pytest
from sqlalchemy import delete, func, select, text, update

from bot.console.app import build_console
from bot.console.audit.views import room
from bot.console.rooms import ROOMS
from bot.content.anchors import anchor, anchor_path, read_anchor
from bot.content.events import Entry, append_events, event
from tests.console.desks import post

STEP = "utter_step_save"
DAY = 86_400


@pytest.fixture
def desk(quick):
    """An office with this room, whatever the others are."""
    quick.app = build_console(quick.desk, dict.fromkeys((*ROOMS, room)))
    return quick


def path(office):
    return anchor_path(office.desk.config.data_folder)


def note(office, *entries):
    with office.desk.engine.begin() as connection:
        append_events(connection, entries)


def without_rules(office):
    with office.desk.engine.begin() as connection:
        for name in ("event_no_update", "event_no_delete"):
            connection.execute(text(f"DROP TRIGGER {name}"))


def get(office, name, address="/audit"):
    answer = office.sign_in(name).get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_it_tells_who_did_what_with_a_link_to_it(desk):
    made = desk.house.approved(desk.house.live(STEP), "Keep the chat.")
    version = desk.house.published([made], notes="Shorter <b>words</b>")
    page = get(desk, "vera")
    line = f'<strong>rita</strong> approved <a href="/editions/{made}">{STEP} #{made}</a>'
    assert line in page
    told = f'published <a href="/releases/{version}">release {version}</a> – Shorter &lt;b&gt;words'
    assert f"<strong>paul</strong> {told}" in page
    assert page.index("put in force") < page.index("began a draft"), "newest first"


@pytest.mark.parametrize(
    ("subject", "link"),
    [
        ("ana", None),
        ("release x", None),
        ("release 7", "/releases/7"),
        ("utter_x #", None),
        ("<script>#1", None),
    ],
)
def test_what_has_no_page_is_told_without_a_link(desk, subject, link):
    note(desk, Entry("paul", "console:thing:looked_at", subject))
    page = get(desk, "vera")
    assert "<strong>paul</strong> thing looked at: " in page
    assert ("<script>#" in page, f'href="{link}"' in page) == (False, bool(link))


def seen(office, **query):
    client = office.sign_in("vera")
    page = client.get("/audit", query_string=query)
    assert page.status_code == 200
    return page.text.count('<li class="card">')


def test_it_is_narrowed_down(desk):
    for number in range(3):
        note(desk, Entry("zoe", "console:thing:made", f"50%_{number}", "so"))
    note(desk, Entry("yan", "console:thing:undone", "other"))
    today = datetime.now(timezone.utc)
    tomorrow = f"{datetime.fromtimestamp(today.timestamp() + DAY, timezone.utc):%Y-%m-%d}"
    assert seen(desk, person="zoe") == 3
    assert seen(desk, kind="console:thing:undone") == 1
    assert seen(desk, subject="50%_") == 3
    assert seen(desk, subject="5__") == 0, "no pattern, but what was written"
    assert seen(desk, person="zoe", subject="OTHER") == 0
    assert seen(desk, person="zoe", first=f"{today:%Y-%m-%d}", last=f"{today:%Y-%m-%d}") == 3
    assert seen(desk, person="zoe", first=tomorrow) == 0
    assert seen(desk, person="zoe", last="2020-01-01") == 0
    assert seen(desk, person="nobody") == 0


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "9999-12-31", "0000-00-00"])
def test_what_is_no_day_is_refused(desk, day):
    answer = desk.sign_in("vera").get("/audit", query_string={"last": day})
    assert answer.status_code == 409 and "Write a day as" in answer.text


def test_fifty_are_on_a_page_and_none_is_lost(desk):
    note(desk, *(Entry("zoe", "console:thing:made", f"thing-{number}") for number in range(120)))
    client, found = desk.sign_in("vera"), []
    for number in (1, 2, 3):
        page = client.get("/audit", query_string={"person": "zoe", "page": number}).text
        found.append(page.count('<li class="card">'))
        assert f"120 entries, page {number} of 3" in page
        assert ('rel="next"' in page, 'rel="prev"' in page) == (number < 3, number > 1)
    assert found == [50, 50, 20]
    for wrong in ("0", "-1", "x", "99999999999999999999"):
        assert client.get("/audit", query_string={"page": wrong}).status_code == 200


def test_what_is_done_in_the_console_is_anchored_at_once(desk):
    client = desk.sign_in("ana")
    assert post(client, f"/editions/{desk.house.live(STEP)}/start").status_code == 303
    known = read_anchor(path(desk), desk.desk.secret)
    with desk.desk.engine.connect() as connection:
        last = connection.execute(select(event).order_by(event.c.id.desc()).limit(1)).one()
    assert (known.id, known.hash, last.tag) == (last.id, last.hash, "console:edition:drafted")


def test_signing_in_is_anchored_too(desk):
    desk.sign_in("ana")
    known = read_anchor(path(desk), desk.desk.secret)
    with desk.desk.engine.connect() as connection:
        last = connection.execute(select(event).where(event.c.id == known.id)).one()
    assert (last.tag, last.actor) == ("console:staff:signed_in", "ana")
    assert "<strong>ana</strong> signed in" in get(desk, "vera")


def test_what_was_not_done_is_not_anchored(desk):
    client = desk.sign_in("ana")
    before = path(desk).read_bytes() if path(desk).exists() else b""
    answer = post(client, f"/editions/{desk.house.live(STEP)}/back")
    assert answer.status_code == 409
    assert (path(desk).read_bytes() if path(desk).exists() else b"") == before


def test_a_trail_that_broke_stops_nobody_and_is_logged(desk, caplog):
    client = desk.sign_in("ana")
    kept = path(desk).read_bytes()
    without_rules(desk)
    with desk.desk.engine.begin() as connection:
        connection.execute(delete(event))
    assert post(client, f"/editions/{desk.house.live(STEP)}/start").status_code == 303
    assert "audit trail: The audit trail no longer holds" in caplog.text
    assert path(desk).read_bytes() == kept
    page = client.get("/audit").text
    assert 'role="alert"' in page and "not the one that was anchored" in page


@pytest.mark.parametrize("column", ["created", "hash", "subject", "reason", "actor"])
def test_the_page_shows_even_what_no_application_wrote(desk, column):
    client = desk.sign_in("vera")
    without_rules(desk)
    with desk.desk.engine.begin() as connection:
        ends = event.c.id.in_(select(func.min(event.c.id)).union(select(func.max(event.c.id))))
        connection.execute(update(event).where(ends).values({column: text("'x' || id")}))
        if column != "created":
            first = update(event).where(event.c.id == 1)
            connection.execute(first.values({column: text("x'00ff'")}))
    assert client.get("/audit").status_code == 200
    assert post(client, "/audit/check", page="/audit").status_code == 303
    assert "does not hold" in client.get("/audit").text
    with desk.desk.engine.connect() as connection:
        last = connection.execute(select(func.count()).select_from(event)).scalar_one() // 50 + 1
    assert client.get("/audit", query_string={"page": last}).status_code == 200


def test_the_page_says_when_nothing_is_anchored(desk):
    client = desk.sign_in("vera")
    path(desk).unlink(missing_ok=True)
    assert "There is no anchor" in client.get("/audit").text


def test_whoever_reads_it_checks_it(desk):
    anchor(desk.desk.engine, path(desk), desk.desk.secret)
    client = desk.sign_in("vera")
    assert post(client, "/audit/check", page="/audit").status_code == 303
    page = client.get("/audit").text
    assert "The trail holds. Entries that follow" in page and "It is complete since 20" in page
    assert "last anchored 20" in page
    without_rules(desk)
    with desk.desk.engine.begin() as connection:
        connection.execute(update(event).where(event.c.id == 5).values(reason="forged"))
    post(client, "/audit/check", page="/audit")
    assert "The trail does not hold. Entry 5 does not follow" in client.get("/audit").text


def test_a_check_needs_the_token_of_the_form(desk):
    assert desk.sign_in("vera").post("/audit/check").status_code == 400


@pytest.mark.parametrize("address", ["/audit", "/audit.csv"])
def test_a_stranger_is_sent_to_the_door(desk, address):
    assert desk.browser().get(address).status_code == 303


MAY = {"vera": 403, "ana": 403, "rita": 403, "paul": 200, "ada": 200}


@pytest.mark.parametrize("name", MAY)
def test_admins_and_publishers_take_it_along_when_they_proved_who_they_are(desk, name):
    desk.house.add("ada", "admin")
    client = desk.sign_in(name)
    assert client.get("/audit.csv").status_code == MAY[name]
    desk.clock.now += 1200
    assert client.get("/audit.csv").status_code == 403
    page = client.get("/audit").text
    assert ("Confirm that it is you" in page) == (MAY[name] == 200)
    assert "Download" not in page


def test_no_cell_of_the_file_is_a_formula(desk):
    evil = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "  =1", 'a"b,c\nd')
    note(desk, *(Entry("zoe", "console:thing:made", "s", each) for each in evil))
    answer = desk.sign_in("paul").get("/audit.csv", query_string={"person": "zoe"})
    assert answer.mimetype == "text/csv"
    assert answer.headers["content-disposition"].startswith("attachment; filename=audit-20")
    head, *rows = csv.reader(io.StringIO(answer.get_data(as_text=True), newline=""))
    reasons = [row[head.index("reason")] for row in rows]
    assert reasons == [f"'{each}" for each in evil[:-1]] + [evil[-1]]
    assert head[:4] == ["id", "when", "created", "actor"]
    assert rows[0][1].endswith(" UTC")


def test_the_file_holds_every_entry_that_fits(desk):
    note(desk, *(Entry("zoe", "console:thing:made", f"n{number}") for number in range(60)))
    client = desk.sign_in("paul")
    some = client.get("/audit.csv", query_string={"person": "zoe"}).get_data(as_text=True)
    assert some.count("\r\n") == 61
    with desk.desk.engine.connect() as connection:
        count = len(connection.execute(select(event.c.id)).all())
    assert client.get("/audit.csv").get_data(as_text=True).count("\r\n") == count + 1
    wrong = client.get("/audit.csv", query_string={"first": "x"})
    assert wrong.status_code == 409

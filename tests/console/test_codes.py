"""Codes of apps and recovery codes: how they are set up, kept and used up."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import session
from sqlalchemy import select, update

from bot.console.sign_in.codes import accepts
from tests.console.desks import PASSWORD, STAFF, TABLES, post, token_in

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = 1_800_000_015.0  # the middle of a time step
STEP = int(NOW // 30)
EVENT = TABLES["event"]


@pytest.mark.parametrize(
    ("drift", "last", "step"),
    [(0, None, STEP), (-1, None, STEP - 1), (1, None, STEP + 1), (-2, None, None),
     (2, None, None), (0, STEP, None), (0, STEP - 1, STEP), (-1, STEP, None), (1, STEP, STEP + 1)],
)  # fmt: skip
def test_a_code_counts_one_step_early_or_late_and_once(drift, last, step):
    code = pyotp.TOTP(SECRET).generate_otp(STEP + drift)
    assert accepts(SECRET, code, last, NOW) == step


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "12345a", "-12345"])
def test_what_is_no_code_is_not_compared(code):
    assert accepts(SECRET, code, None, NOW) is None


def test_a_code_with_spaces_in_it_is_read():
    code = pyotp.TOTP(SECRET).generate_otp(STEP)
    assert accepts(SECRET, f" {code[:3]} {code[3:]} ", None, NOW) == STEP


def test_the_secret_of_another_account_opens_nothing(quick):
    """Whoever can write into the table cannot put the app of one account before another."""
    for name in ("ana", "alex"):
        quick.add(name)
    with quick.house.engine.begin() as connection:
        theirs = select(STAFF.c.totp_sealed).where(STAFF.c.name == "alex")
        sealed = connection.execute(theirs).scalar_one()
        connection.execute(update(STAFF).where(STAFF.c.name == "ana").values(totp_sealed=sealed))
    client = quick.browser()
    form = {"name": "ana", "password": PASSWORD, "code": quick.code("alex")}
    assert post(client, "/", form).status_code >= 400
    assert client.get("/account").status_code == 303


def set_up(client, office):
    """Another app for whoever is signed in; the recovery codes that are shown."""
    page = client.get("/account/codes").text
    code = pyotp.TOTP(secret_in(page)).at(int(office.clock.now))
    shown = client.post("/set-up/code", data={"code": code, "csrf_token": token_in(page)})
    return [line.split("</code>")[0] for line in shown.text.split("<code>")[1:]]


def secret_in(page):
    return page.split("<code>")[1].split("</code>")[0].replace(" ", "")


def test_the_square_code_needs_no_style_and_is_text_too(quick):
    page = quick.sign_in("ana").get("/account/codes").text
    square = page[page.index("<svg") : page.index("</svg>")]
    assert "style" not in square
    assert "viewBox" in square, "it fits a narrow screen"
    assert re.fullmatch("[A-Z2-7]{32}", secret_in(page))


def test_a_secret_that_is_not_confirmed_cannot_be_read_from_the_cookie(quick):
    client = quick.sign_in("ana")
    with client:
        secret = secret_in(client.get("/account/codes").text)
        assert secret not in str(dict(session))
    assert secret_in(client.get("/account/codes").text) == secret, "a second look shows the same"


def test_a_second_app_takes_the_place_of_the_first(quick):
    client = quick.sign_in("ana")
    set_up(client, quick)
    form = {"name": "ana", "password": PASSWORD, "code": quick.code("ana")}
    assert post(quick.browser(), "/", form).status_code == 401


def test_a_recovery_code_is_told_loudly_and_kept_in_the_trail(office):
    mine = set_up(office.sign_in("ana"), office)
    client = office.browser()
    form = {"name": "ana", "password": PASSWORD, "code": mine[3].upper()}
    assert post(client, "/", form).status_code == 303
    page = client.get("/scripts").text
    assert "A recovery code was used just now; 9 are left." in page
    with office.house.engine.connect() as connection:
        last = connection.execute(select(EVENT).order_by(EVENT.c.id.desc())).first()
    assert (last.tag, last.reason) == ("console:staff:signed_in", "password and recovery code")
    assert post(client, "/confirm", {"code": mine[3]}).status_code == 401, "it worked once"
    assert post(client, "/confirm", {"code": mine[4]}).status_code == 303
    assert "8 are left" in client.get("/scripts").text


def test_recovery_codes_are_no_text_in_the_database(quick):
    mine = set_up(quick.sign_in("ana"), quick)
    rows = select(TABLES["recovery_code"].c.code_hash)
    with quick.house.engine.connect() as connection:
        kept = list(connection.execute(rows).scalars())
    assert len(kept) == len(set(mine)) == 10
    assert all(one.startswith("$argon2id$") for one in kept)


def test_new_recovery_codes_take_the_place_of_those_before(quick):
    client = quick.sign_in("ana")
    old = set_up(client, quick)
    new = post(client, "/account/recovery").text
    assert old[0] not in new
    assert post(client, "/confirm", {"code": old[0]}).status_code == 401
    assert post(client, "/confirm", {"code": new.split("<code>")[1][:17]}).status_code == 303


WRONG = {
    "/set-up/code": ("/account/codes", {"code": ""}, "Write the code.", "code"),
    "/set-up/code ": ("/account/codes", {"code": "000000"}, "That code is not right.", "code"),
    "/confirm": ("/confirm", {"code": "000000"}, "That code is not right.", "code"),
    "/account/password": ("/account/password", {"password": "short", "again": "short"},
                          "characters or more", "password"),
    "/account/password ": ("/account/password", {"password": PASSWORD, "again": "x"},
                           "The two are not the same.", "again"),
    "/account/password  ": ("/account/password", {"password": "ana is my own name", "again":
                            "ana is my own name"}, "Leave your name out", "password"),
}  # fmt: skip


@pytest.mark.parametrize("path", WRONG)
def test_a_mistake_is_told_at_its_field_where_the_cursor_is(quick, path):
    page, form, told, name = WRONG[path]
    answer = post(quick.sign_in("ana"), path.strip(), form, page)
    assert answer.status_code in (400, 401)
    assert told in answer.text.split(f'id="{name}-error"')[1].split("</p>")[0]
    field = next(tag for tag in re.findall("<input[^>]*>", answer.text) if f'id="{name}"' in tag)
    assert "autofocus" in field
    assert f'aria-describedby="{name}-error"' in field or f"{name}-error" in field
    assert answer.text.count("autofocus") == 1


def test_another_password_signs_the_other_browsers_out(quick):
    other, mine = quick.sign_in("ana"), quick.sign_in("ana")
    new = "quiet river under stones"
    answer = post(mine, "/account/password", {"password": new, "again": new})
    assert answer.status_code == 303
    assert mine.get("/account").status_code == 200
    assert other.get("/account").status_code == 303
    for password, status in ((PASSWORD, 401), (new, 303)):
        form = {"name": "ana", "password": password, "code": quick.code("ana")}
        assert post(quick.browser(), "/", form).status_code == status


def test_nobody_signs_out_the_browser_of_another(quick):
    theirs, mine = quick.sign_in("ana"), quick.sign_in("alex")
    with quick.house.engine.connect() as connection:
        rows = select(TABLES["staff_session"].c.token_hash).where(
            TABLES["staff_session"].c.staff_id.in_(select(STAFF.c.id).where(STAFF.c.name == "ana"))
        )
        key = connection.execute(rows).scalar_one()
    post(mine, "/account/sign-out", {"key": key})
    assert theirs.get("/account").status_code == 200

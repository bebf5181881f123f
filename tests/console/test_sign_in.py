"""Who gets in, who does not, and how long it lasts."""

from __future__ import annotations

import pyotp
import pytest
from sqlalchemy import select, update

from bot.console.sign_in.local_paths import local
from bot.console.sign_in.passwords import weakness
from bot.console.sign_in.sessions import device_of
from tests.console.desks import PASSWORD, STAFF, TABLES, post, token_in

HOUR, MINUTE = 3600, 60


def attempt(office, client=None, **changed):
    """The answer to a sign-in of Ana, right but for what is changed."""
    office.add("ana") if "ana" not in office.totp else None
    form = {"name": "ana", "password": PASSWORD, "code": office.code("ana"), **changed}
    return post(client or office.browser(), "/", form)


def test_name_password_and_code_open_the_console(office):
    client = office.sign_in("ana")
    page = client.get("/scripts")
    assert page.status_code == 200
    assert "ana" in page.text


WRONG = {
    "another password": {"password": "correct horse battery stapler"},
    "no code": {"code": ""},
    "another code": {"code": "000000"},
    "a name that nobody has": {"name": "nobody"},
    "a name with SQL in it": {"name": "ana' OR '1'='1"},
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_not_told(quick, case):
    answer = attempt(quick, **WRONG[case])
    assert answer.status_code == 401
    assert "That is not right. Check name, password and code" in answer.text


def test_a_code_opens_once(quick):
    quick.add("ana")
    code = quick.code("ana")
    assert attempt(quick, code=code).status_code == 303
    assert attempt(quick, code=code).status_code == 401


def test_who_was_let_out_is_out_at_once(office):
    client = office.sign_in("ana")
    with office.house.engine.begin() as connection:
        connection.execute(update(STAFF).where(STAFF.c.name == "ana").values(active=False))
    assert client.get("/scripts").status_code == 303
    assert attempt(office).status_code == 401


@pytest.mark.parametrize(
    ("after", "used", "open"),
    [(29 * MINUTE, (), True), (31 * MINUTE, (), False),
     (13 * HOUR, range(20 * MINUTE, 13 * HOUR, 20 * MINUTE), False),
     (11 * HOUR, range(20 * MINUTE, 11 * HOUR, 20 * MINUTE), True)],
    ids=["in use", "idle", "too old", "a long day"],
)  # fmt: skip
def test_a_session_ends_by_the_clock(quick, after, used, open):
    client = quick.sign_in("ana")
    begun = quick.clock.now
    for seconds in used:
        quick.clock.now = begun + seconds
        client.get("/scripts")
    quick.clock.now = begun + after
    assert client.get("/account").status_code == (200 if open else 303)


def test_a_copied_cookie_is_worth_nothing_after_signing_out(quick):
    client = quick.sign_in("ana")
    thief = quick.browser()
    thief.set_cookie("handrail_console", client.get_cookie("handrail_console").value)
    assert thief.get("/account").status_code == 200
    post(client, "/leave")
    assert client.get("/account").status_code == 303
    assert thief.get("/account").status_code == 303


def test_a_browser_is_signed_out_from_another_one(quick):
    lost, mine = quick.sign_in("ana"), quick.sign_in("ana")
    assert mine.get("/account").text.count("Sign out there") == 1
    post(mine, "/account/sign-out")
    assert lost.get("/account").status_code == 303
    assert mine.get("/account").status_code == 200


def test_a_sign_in_gives_a_new_token(quick):
    """Whoever put a cookie into a browser beforehand does not share its session."""
    client = quick.browser()
    client.get("/")
    before = client.get_cookie("handrail_console").value
    quick.sign_in("ana", client)
    other = quick.browser()
    other.set_cookie("handrail_console", before)
    assert other.get("/account").status_code == 303


def test_a_confirmation_gives_a_new_token(quick):
    client = quick.sign_in("ana")
    thief = quick.browser()
    thief.set_cookie("handrail_console", client.get_cookie("handrail_console").value)
    form = {"code": quick.code("ana")}
    assert post(client, "/confirm", form).status_code == 303
    assert thief.get("/account").status_code == 303


def test_a_proof_is_fresh_for_ten_minutes(quick):
    quick.add("paul")
    client = quick.sign_in("paul")
    quick.clock.now += 9 * MINUTE
    assert post(client, "/releases/publish", {"notes": "x"}).status_code == 409
    quick.clock.now += 2 * MINUTE
    answer = post(client, "/releases/publish", {"notes": "x"})
    assert answer.status_code == 403
    assert "Confirm that it is you" in answer.text
    assert post(client, "/confirm", {"code": quick.code("paul")}).status_code == 303
    assert post(client, "/releases/publish", {"notes": "x"}).status_code == 409


@pytest.mark.parametrize("code", ["", "000000", "aaaaa-aaaaa-aaaaa"])
def test_a_wrong_code_confirms_nothing(quick, code):
    client = quick.sign_in("paul")
    quick.clock.now += 11 * MINUTE
    post(client, "/confirm", {"code": code})
    assert post(client, "/releases/publish", {"notes": "x"}).status_code == 403


def unsigned(client, token):
    return client.post("/scripts/utter_welcome/say", data={"body": "x"})


def with_token(client, token):
    return client.post("/scripts/utter_welcome/say", data={"body": "x", "csrf_token": token})


def of_another_session(quick, client):
    other = quick.sign_in("alex")
    return with_token(client, token_in(other.get("/account").text))


FORGED = {
    "without a token": lambda quick, client: unsigned(client, ""),
    "with a made-up token": lambda quick, client: with_token(client, "x" * 91),
    "with the token of another session": of_another_session,
}


@pytest.mark.parametrize("case", FORGED)
def test_a_forged_form_changes_nothing(quick, case):
    client = quick.sign_in("ana")
    answer = FORGED[case](quick, client)
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
    with quick.house.engine.connect() as connection:
        assert connection.execute(select(TABLES["comment"])).all() == []


def test_another_host_is_not_answered(quick):
    answer = quick.browser().get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400


AWAY = ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)",
        "/x\r\nlocation: //evil", "\t//evil.example", "", None, "scripts")  # fmt: skip


@pytest.mark.parametrize("path", AWAY)
def test_nobody_is_led_away(quick, path):
    assert local(path) == "/scripts"


def test_one_is_led_to_where_one_wanted_to_go(quick):
    first = quick.browser().get("/queue?x=1")
    assert first.status_code == 303
    assert first.headers["location"] == "/?to=/queue?x%3D1"
    quick.add("ana")
    client = quick.browser()
    form = {"name": "ana", "password": PASSWORD, "code": quick.code("ana")}
    form["csrf_token"] = token_in(client.get("/").text)
    assert client.post(first.headers["location"], data=form).headers["location"] == "/queue?x=1"


WEAK = ("short", "password1234", "ana-and-more-words", "aaaaaaaaaaaaaaaa", "x" * 257,
        "handrailhandrail", "admin1234567")  # fmt: skip


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused(password):
    assert weakness(password, "ana")


@pytest.mark.parametrize("password", ["correct horse battery", "Ünïcödé ist auch schön", PASSWORD])
def test_a_long_password_of_any_kind_is_taken(password):
    assert weakness(password, "ana") is None


AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64) Chrome/156 Safari/537.36": "Chrome on Linux",
    "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Firefox/130.0": "Firefox on Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604": "Safari on iPhone",
    "curl/8 <script>alert(1)</script>": "A browser",
}


@pytest.mark.parametrize("agent", AGENTS)
def test_a_browser_is_named_as_its_owner_knows_it(agent):
    assert device_of(agent) == AGENTS[agent]


def first_day(office):
    """An admin adds somebody; the page's answer and the first password."""
    office.add("ada", "admin")
    admin = office.sign_in("ada")
    answer = post(admin, "/people/add", {"name": "nina", "role": "author"}, "/people")
    assert answer.status_code == 200, answer.text
    return answer.text.split("<code>")[1].split("</code>")[0]


def test_somebody_new_sets_up_everything_before_anything_else_opens(office):
    first = first_day(office)
    client = office.browser()
    answer = post(client, "/", {"name": "nina", "password": first, "code": ""})
    assert answer.headers["location"] == "/set-up"
    assert client.get("/scripts").headers["location"] == "/set-up"
    new = {"password": "quiet river under stones", "again": "quiet river under stones"}
    assert post(client, "/set-up/password", new, "/set-up").status_code == 303
    assert client.get("/scripts").headers["location"] == "/set-up", "still no second factor"
    page = client.get("/set-up").text
    secret = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
    code = pyotp.TOTP(secret).at(int(office.clock.now))
    shown = client.post("/set-up/code", data={"code": code, "csrf_token": token_in(page)})
    recovery = [line.split("</code>")[0] for line in shown.text.split("<code>")[1:]]
    assert len(recovery) == 10
    assert client.get("/scripts").status_code == 200
    # A recovery code stands in for the phone, once.
    office.clock.now += 60
    for status in (303, 401):
        form = {"name": "nina", "password": new["password"], "code": recovery[0]}
        assert post(office.browser(), "/", form).status_code == status


def test_a_first_password_is_over_after_two_days(quick):
    first = first_day(quick)
    quick.clock.now += 49 * HOUR
    assert post(quick.browser(), "/", {"name": "nina", "password": first}).status_code == 401


def test_a_first_password_alone_sets_up_no_factor(quick):
    first = first_day(quick)
    client = quick.browser()
    post(client, "/", {"name": "nina", "password": first})
    assert post(client, "/passkeys/new/options", page="/set-up").status_code == 409
    assert post(client, "/set-up/code", {"code": "123456"}, "/set-up").status_code in (400, 409)


def test_the_headers_are_those_of_the_page(quick):
    answer = quick.browser().get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-frame-options"] == "DENY"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie

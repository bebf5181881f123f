"""Passkeys: kept, used, refused. The authenticator is played; Chromium's is in console_pages."""

from __future__ import annotations

from dataclasses import replace

import pyotp
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import func, select, update

from tests.console.authenticator import Authenticator, asked, enter, keep, sent, with_key
from tests.console.desks import PASSWORD, STAFF, TABLES, post, token_in

MINUTE = 60
EVENT, PASSKEY, CHALLENGE = TABLES["event"], TABLES["passkey"], TABLES["challenge"]


@pytest.fixture
def phone(quick):
    """Ana's passkey; she is signed in nowhere."""
    return with_key(quick)


def last_entry(office):
    with office.house.engine.connect() as connection:
        return connection.execute(select(EVENT).order_by(EVENT.c.id.desc())).first()


def test_a_passkey_alone_opens_the_console(office):
    phone = with_key(office)
    client = office.browser()
    answer = enter(client, phone, to="/queue")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue")
    entry = last_entry(office)
    assert (entry.actor, entry.tag, entry.reason) == ("ana", "console:staff:signed_in", "passkey")
    page = client.get("/account").text
    assert "Phone" in page


def test_what_is_asked_for_is_verified_and_kept_on_the_device(quick):
    client = quick.sign_in("ana")
    wanted = asked(client, "/passkeys/new/options", "/account/codes")
    assert wanted["rp"]["id"] == "localhost"
    assert wanted["authenticatorSelection"]["residentKey"] == "required"
    assert wanted["authenticatorSelection"]["userVerification"] == "required"
    other = asked(quick.browser(), "/passkeys/options", "/")
    assert other["userVerification"] == "required"
    assert not other.get("allowCredentials"), "it would tell who has a passkey"


def test_a_passkey_is_known_again_by_its_own_browser_list(quick, phone):
    client = quick.sign_in("ana")
    wanted = asked(client, "/passkeys/new/options", "/account/codes")
    assert len(wanted["excludeCredentials"]) == 1


def let_out(office):
    with office.house.engine.begin() as connection:
        connection.execute(update(STAFF).where(STAFF.c.name == "ana").values(active=False))


def counted(office):
    with office.house.engine.begin() as connection:
        connection.execute(update(PASSKEY).values(sign_count=7))


BROKEN = {
    "made for another site's address": {"origin": "https://evil.example"},
    "made for another site's name": {"site": "evil.example"},
    "without asking who holds the device": {"verified": False},
    "signed by another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "of a device that nobody added": {"id": b"nobody's passkey"},
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_passkey_that_is_not_right_opens_nothing(quick, phone, case):
    client = quick.browser()
    answer = enter(client, replace(phone, **BROKEN[case]))
    assert answer.status_code == 409
    assert "The passkey was not accepted" in answer.text
    assert client.get("/account").status_code == 303
    assert enter(quick.browser(), phone).status_code == 303, "the right one still does"


def test_a_passkey_of_somebody_who_was_let_out_opens_nothing(quick, phone):
    let_out(quick)
    assert enter(quick.browser(), phone).status_code == 409


@pytest.mark.parametrize(("count", "status"), [(0, 409), (6, 409), (7, 409), (8, 303)])
def test_a_copied_passkey_is_found_by_its_count(quick, phone, count, status):
    counted(quick)
    assert enter(quick.browser(), replace(phone, count=count)).status_code == status


def test_a_challenge_is_answered_once(office):
    phone = with_key(office)
    first, second = office.browser(), office.browser()
    answer = phone.use(asked(first, "/passkeys/options", "/"))
    assert sent(first, "/passkeys/use", "/", answer=answer).status_code == 303
    assert sent(second, "/passkeys/use", "/", answer=answer).status_code == 409


def test_a_refused_answer_uses_its_challenge_up(office):
    phone = with_key(office)
    client = office.browser()
    wanted = asked(client, "/passkeys/options", "/")
    wrong = replace(phone, verified=False).use(wanted)
    assert sent(client, "/passkeys/use", "/", answer=wrong).status_code == 409
    assert sent(client, "/passkeys/use", "/", answer=phone.use(wanted)).status_code == 409


@pytest.mark.parametrize(("later", "status"), [(4 * MINUTE, 303), (5 * MINUTE, 409)])
def test_a_challenge_is_answered_within_five_minutes(quick, phone, later, status):
    client = quick.browser()
    answer = phone.use(asked(client, "/passkeys/options", "/"))
    quick.clock.now += later
    assert sent(client, "/passkeys/use", "/", answer=answer).status_code == status


def test_old_challenges_are_forgotten(quick):
    for _ in range(3):
        asked(quick.browser(), "/passkeys/options", "/")
        quick.clock.now += 6 * MINUTE
    with quick.house.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(CHALLENGE)).scalar() == 1


ELSEWHERE = {
    "to add a passkey": ("/passkeys/new/options", "/account/codes"),
    "to confirm": ("/confirm/options", "/confirm"),
}


@pytest.mark.parametrize("case", ELSEWHERE)
def test_a_challenge_given_for_one_thing_opens_no_other(quick, phone, case):
    answer = phone.use(asked(quick.sign_in("ana"), *ELSEWHERE[case]))
    assert sent(quick.browser(), "/passkeys/use", "/", answer=answer).status_code == 409


def test_a_challenge_given_to_add_a_passkey_confirms_nothing(quick, phone):
    client = quick.sign_in("ana")
    wanted = asked(client, "/passkeys/new/options", "/account/codes")
    quick.clock.now += 4 * MINUTE
    answer = sent(client, "/confirm/passkey", "/confirm", answer=phone.use(wanted))
    assert answer.status_code == 409


def test_a_passkey_confirms_who_one_is(quick, phone):
    client = quick.sign_in("ana")
    before = client.get_cookie("handrail_console").value
    quick.clock.now += 11 * MINUTE
    assert client.get("/account/password").status_code == 403
    answer = phone.use(asked(client, "/confirm/options", "/confirm"))
    answer = sent(client, "/confirm/passkey", "/confirm", answer=answer, to="/account")
    assert answer.headers["location"] == "/account"
    assert client.get("/account/password").status_code == 200
    thief = quick.browser()
    thief.set_cookie("handrail_console", before)
    assert thief.get("/account").status_code == 303, "the token before is worth nothing"


def test_the_passkey_of_another_confirms_nothing(quick, phone):
    client = quick.sign_in("alex")
    quick.clock.now += 11 * MINUTE
    answer = phone.use(asked(client, "/confirm/options", "/confirm"))
    assert sent(client, "/confirm/passkey", "/confirm", answer=answer).status_code == 409
    assert client.get("/account/password").status_code == 403


def test_a_challenge_of_another_confirms_nothing(quick, phone):
    mine, other = quick.sign_in("ana"), quick.sign_in("alex")
    answer = phone.use(asked(other, "/confirm/options", "/confirm"))
    assert sent(mine, "/confirm/passkey", "/confirm", answer=answer).status_code == 409


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_a_passkey_leads_nobody_away(quick, phone, to):
    assert enter(quick.browser(), phone, to=to).headers["location"] == "/scripts"


@pytest.mark.parametrize("path", ["/passkeys/options", "/confirm/options", "/passkeys/new/options"])
def test_options_are_not_given_to_a_forged_request(quick, path):
    client = quick.sign_in("ana")
    assert client.post(path).status_code == 400
    assert client.post(path, headers={"X-CSRFToken": "x" * 91}).status_code == 400


def test_a_passkey_is_added_with_a_fresh_proof_alone(quick):
    client = quick.sign_in("ana")
    wanted = asked(client, "/passkeys/new/options", "/account")
    quick.clock.now += 11 * MINUTE - 30
    token = token_in(client.get("/account").text)
    assert client.post("/passkeys/new/options", headers={"X-CSRFToken": token}).status_code == 409
    form = {"answer": Authenticator().make(wanted), "label": "Phone"}
    assert post(client, "/passkeys/new", form).status_code == 409


@pytest.mark.parametrize("case", ["origin", "site", "verified"])
def test_a_passkey_that_is_not_right_is_not_kept(quick, case):
    client = quick.sign_in("ana")
    broken = {"origin": "https://evil.example", "site": "evil.example", "verified": False}
    assert keep(client, Authenticator(**{case: broken[case]})).status_code == 409
    with quick.house.engine.connect() as connection:
        assert connection.execute(select(PASSKEY)).all() == []


def test_a_passkey_has_one_owner(office):
    phone = with_key(office)
    answer = keep(office.sign_in("alex"), phone)
    assert answer.status_code == 409
    assert "Nothing was changed" in answer.text


def number_of_key(office):
    with office.house.engine.connect() as connection:
        return connection.execute(select(PASSKEY.c.id)).scalar_one()


def test_a_removed_passkey_opens_nothing(quick, phone):
    client = quick.sign_in("ana")
    path = f"/passkeys/{number_of_key(quick)}/remove"
    quick.clock.now += 11 * MINUTE
    assert post(client, path).status_code == 403, "only with a fresh proof"
    post(client, "/confirm", {"code": quick.code("ana")})
    assert post(client, path).status_code == 303
    assert last_entry(quick).tag == "console:staff:passkey_removed"
    assert enter(quick.browser(), phone).status_code == 409


def test_nobody_removes_the_passkey_of_another(quick, phone):
    post(quick.sign_in("alex"), f"/passkeys/{number_of_key(quick)}/remove")
    assert enter(quick.browser(), phone).status_code == 303


def only_a_passkey(office):
    """Nina sets a passkey up and no app; her passkey and her recovery codes."""
    office.add("ada", "admin")
    shown = post(
        office.sign_in("ada"), "/people/add", {"name": "nina", "role": "author"}, "/people"
    )
    client, phone = office.browser(), Authenticator()
    first = shown.text.split("<code>")[1].split("</code>")[0]
    post(client, "/", {"name": "nina", "password": first})
    post(client, "/set-up/password", {"password": PASSWORD, "again": PASSWORD}, "/set-up")
    wanted = asked(client, "/passkeys/new/options", "/set-up")
    answer = sent(client, "/passkeys/new", "/set-up", answer=phone.make(wanted), label="Key")
    recovery = [line.split("</code>")[0] for line in answer.text.split("<code>")[1:]]
    assert len(recovery) == 10
    assert client.get("/scripts").status_code == 200
    return client, phone, recovery


def test_a_passkey_can_be_the_only_second_factor(office):
    client, phone, recovery = only_a_passkey(office)
    form = {"name": "nina", "password": PASSWORD}
    assert post(office.browser(), "/", form).status_code == 401, "the password alone opens nothing"
    answer = post(client, f"/passkeys/{number_of_key(office)}/remove")
    assert answer.status_code == 409
    assert "your only second factor" in answer.text
    assert enter(office.browser(), phone).status_code == 303
    # The device is lost: password and recovery code, each once.
    for code, status in ((recovery[0], 303), (recovery[0], 401), (recovery[1], 303)):
        assert post(office.browser(), "/", {**form, "code": code}).status_code == status
    office.clock.now += 11 * MINUTE
    assert post(client, "/confirm", {"code": recovery[2]}).status_code == 303
    assert client.get("/account/password").status_code == 200


def test_after_a_hundred_failures_a_passkey_still_opens(quick, phone):
    busy = {"failures": 100, "failed": quick.clock.now}
    with quick.house.engine.begin() as connection:
        connection.execute(update(STAFF).where(STAFF.c.name == "ana").values(**busy))
    form = {"name": "ana", "password": PASSWORD, "code": quick.code("ana")}
    assert post(quick.browser(), "/", form).status_code == 401
    assert enter(quick.browser(), phone).status_code == 303
    assert post(quick.browser(), "/", {**form, "code": quick.code("ana")}).status_code == 303


def test_a_code_of_an_app_is_no_passkey_answer(quick, phone):
    code = pyotp.TOTP(pyotp.random_base32()).now()
    assert sent(quick.browser(), "/passkeys/use", "/", answer=code).status_code == 409

"""Every page says who may call it, and is closed to everybody else."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot.console.access import EVERYBODY, ROLES, SETTING_UP, SIGNED_IN, Room
from tests.console.desks import STAFF, post, token_in

FOR_EVERYBODY = {"sign_in.begin", "sign_in.options", "sign_in.use_key"}
WHILE_SETTING_UP = {"sign_in.leave", "sign_in.set_up", "sign_in.first_password",
                    "sign_in.first_code", "sign_in.new_options", "sign_in.new_key"}  # fmt: skip


def test_every_page_says_who_may_call_it(quick):
    for rule in quick.app.url_map.iter_rules():
        if rule.endpoint != "static":
            view = quick.app.view_functions[rule.endpoint]
            assert getattr(view, "may_call", None), f"{rule} does not say who may call it"


def pages(app):
    """(method, path, roles, step_up) of every page that is not for everybody."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint == "static" or view.may_call == EVERYBODY:
            continue
        values = {name: "utter_welcome" if name == "script_id" else 1 for name in rule.arguments}
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield method, path, view.may_call, view.step_up


def test_nobody_gets_past_the_sign_in_page(quick):
    client = quick.browser()
    token = token_in(client.get("/").text)
    for method, path, *_ in pages(quick.app):
        answer = client.open(path, method=method, data={"csrf_token": token})
        assert (path, answer.status_code) == (path, 303)
        assert answer.headers["location"].startswith("/")
        assert answer.headers["location"].split("?")[0] == "/", path


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_what_is_declared_for_it_and_nothing_else(quick, role):
    quick.add("nora", role)
    client = quick.sign_in("nora")
    token = token_in(client.get("/account").text)
    tried = 0
    for method, path, may_call, _ in pages(quick.app):
        if may_call in (SIGNED_IN, SETTING_UP) or role in may_call:
            continue
        answer = client.open(path, method=method, data={"csrf_token": token})
        assert (path, answer.status_code) == (path, 403)
        tried += 1
    assert tried > 3


def test_what_changes_what_people_read_asks_for_a_fresh_proof(quick):
    guarded = {path for method, path, _, step_up in pages(quick.app) if step_up}
    for path in (
        "/editions/1/decide",
        "/releases/publish",
        "/releases/1/back",
        "/scripts/utter_welcome/withdraw",
        "/people/add",
        "/people/1/roles",
    ):
        assert path in guarded
    quick.add("alex")
    client = quick.sign_in("alex")
    quick.clock.now += 11 * 60
    token = token_in(client.get("/account").text)
    for method, path, may_call, step_up in pages(quick.app):
        if step_up and may_call != SIGNED_IN and {"author", "reviewer", "publisher"} & {*may_call}:
            answer = client.open(path, method=method, data={"csrf_token": token})
            assert (path, answer.status_code) == (path, 403)
            assert "Confirm that it is you" in answer.text


def test_few_pages_are_open_without_being_signed_in_or_before_everything_is_set_up(quick):
    """A page that joins them is a decision: it is written here too."""
    declared = {
        rule.endpoint: quick.app.view_functions[rule.endpoint].may_call
        for rule in quick.app.url_map.iter_rules()
        if rule.endpoint != "static"
    }
    assert {name for name, who in declared.items() if who == EVERYBODY} == FOR_EVERYBODY
    assert {name for name, who in declared.items() if who == SETTING_UP} == WHILE_SETTING_UP


@pytest.mark.parametrize("lacks", ["second factor", "password of their own"])
def test_before_everything_is_set_up_nothing_else_opens(quick, lacks):
    """All roles that go together, and a session from before the reset of the account."""
    quick.add("alex")
    client = quick.sign_in("alex")
    token = token_in(client.get("/account").text)
    values = {"second factor": {"totp_sealed": None}, "password of their own": {}}[lacks]
    values = values or {"temporary_until": quick.clock.now + 60}
    with quick.house.engine.begin() as connection:
        connection.execute(update(STAFF).where(STAFF.c.name == "alex").values(**values))
    tried = 0
    for method, path, may_call, _ in pages(quick.app):
        if may_call == SETTING_UP:
            continue
        answer = client.open(path, method=method, data={"csrf_token": token})
        assert (path, answer.status_code) == (path, 303)
        assert answer.headers["location"] == "/set-up"
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("who", ["", "nobody", (), ("king",), ("viewer", "king")])
def test_a_page_that_says_nothing_sensible_is_not_declared(who):
    with pytest.raises(ValueError, match="/x says"):
        Room("room", __name__).page("/x", may_call=who)


def test_a_role_that_is_taken_away_closes_its_pages_at_once(quick):
    quick.add("ada", "admin")
    quick.add("bea", "admin")
    theirs = quick.sign_in("bea")
    assert theirs.get("/people").status_code == 200
    with quick.house.engine.connect() as connection:
        found = connection.execute(STAFF.select().where(STAFF.c.name == "bea")).one()
    post(quick.sign_in("ada"), f"/people/{found.id}/roles", {"role": "viewer"}, "/people")
    assert theirs.get("/people").status_code == 403

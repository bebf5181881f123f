"""People: who may change what of whom; the last of a role stays."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from bot.console.people import views
from bot.console.sign_in.accounts import add, checked, everybody, set_active, set_roles
from bot.console.workflow.people import Refused
from bot.console.workflow.transactions import writing
from tests.console.desks import STAFF, TABLES, post, token_in


@pytest.fixture
def admin(quick):
    quick.add("ada", "admin")
    return quick.sign_in("ada")


def number(office, name):
    with office.house.engine.connect() as connection:
        return connection.execute(select(STAFF.c.id).where(STAFF.c.name == name)).scalar_one()


def change(office, client, name, what, **form):
    return post(client, f"/people/{number(office, name)}/{what}", form, "/people")


def test_other_roles_are_given_and_told(quick, admin):
    assert change(quick, admin, "vera", "roles", role=["author", "viewer"]).status_code == 303
    event = TABLES["event"]
    with quick.house.engine.connect() as connection:
        last = connection.execute(select(event).order_by(event.c.id.desc())).first()
    assert (last.actor, last.tag, last.subject) == ("ada", "console:staff:roles", "vera")
    assert last.reason == "viewer -> author, viewer"


def test_who_is_let_out_is_signed_out_everywhere(quick, admin):
    theirs = quick.sign_in("vera")
    assert theirs.get("/scripts").status_code == 200
    quick.add("violet", "viewer")
    assert change(quick, admin, "vera", "active", active="0", reason="left").status_code == 303
    assert theirs.get("/scripts").status_code == 303


def test_a_reset_asks_how_one_knows(quick, admin):
    assert change(quick, admin, "vera", "reset", reason="").status_code == 409
    theirs = quick.sign_in("vera")
    answer = change(quick, admin, "vera", "reset", reason="Saw her in person")
    assert "First password of vera" in answer.text
    assert theirs.get("/scripts").status_code == 303


@pytest.mark.parametrize("what", ["roles", "active", "reset"])
def test_nobody_changes_their_own_account(quick, admin, what):
    answer = change(quick, admin, "ada", what, role="viewer", active="0", reason="x")
    assert answer.status_code == 409


@pytest.mark.parametrize("role", ["publisher", "admin", "translator"])
def test_the_last_of_a_role_keeps_it(quick, role):
    quick.add("ada", "admin")
    holders = {"publisher": ("paul", "alex"), "admin": ("ada",), "translator": ("tom",)}[role]
    for name in holders[:-1]:
        with writing(quick.house.engine) as connection:
            set_roles(connection, number(quick, name), ["viewer"])
    last = number(quick, holders[-1])
    for act in (
        lambda connection: set_roles(connection, last, ["viewer"]),
        lambda connection: set_active(connection, last, False),
    ):
        with (
            pytest.raises(Refused, match=f"Nobody else is {role}"),
            writing(quick.house.engine) as connection,
        ):
            act(connection)


@pytest.mark.parametrize("roles", [(), ("king",), ("admin", "author"), ("admin", "reviewer")])
def test_roles_that_do_not_go_together_are_refused(roles):
    with pytest.raises(Refused):
        checked(roles)


@pytest.mark.parametrize(
    "name", ["", "a", "Ana", "1a", "baseline", "schedule", "a b", "x" * 41, "ana\n", "ána"]
)
def test_a_name_that_would_mislead_is_refused(quick, name):
    with pytest.raises(Refused), writing(quick.house.engine) as connection:
        add(connection, name, "-", ["viewer"], now=1.0)


def test_a_name_is_never_given_twice(quick):
    with writing(quick.house.engine) as connection:
        with pytest.raises(Refused, match="taken before"):
            add(connection, "vera", "-", ["viewer"], now=1.0)
        assert [one.name for one in everybody(connection)].count("vera") == 1


def test_two_admins_who_remove_each_other_at_once_leave_one(office, monkeypatch):
    """Each waits for the other; whoever comes second is no admin any more."""
    clients, inside, met = {}, threading.Barrier(2), []
    held = views.is_still

    def is_still(*asked):
        answer = held(*asked)
        try:  # without the lock both are in here at once, each an admin still
            inside.wait(timeout=0.5)
            met.append(asked)
        except threading.BrokenBarrierError:
            pass
        return answer

    monkeypatch.setattr(views, "is_still", is_still)
    for name in ("ada", "bea"):
        office.add(name, "admin")
        clients[name] = office.sign_in(name)
    pages = {name: client.get("/people").text for name, client in clients.items()}
    start, answers = threading.Barrier(2), {}

    def remove(name, other):
        path, form = f"/people/{number(office, other)}/active", {"active": "0"}
        form["csrf_token"] = token_in(pages[name])
        start.wait()
        answers[name] = clients[name].post(path, data=form).headers.get("location")

    both = [threading.Thread(target=remove, args=pair) for pair in (("ada", "bea"), ("bea", "ada"))]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert met == []
    # The other is refused, or led to sign-in when it came too late even for its session.
    assert [*answers.values()].count("/people") == 1
    with office.house.engine.connect() as connection:
        left = [one.name for one in everybody(connection) if one.active and "admin" in one.roles]
    assert len(left) == 1


def test_who_is_no_admin_any_more_when_their_turn_comes_changes_nothing(quick, admin, monkeypatch):
    """The page was allowed; then, before the transaction, another admin was quicker."""
    quick.add("bea", "admin")
    seen, waited = views.working, number(quick, "ada")

    @contextmanager
    def late():
        with writing(quick.house.engine) as connection:
            set_active(connection, waited, False)
        with seen() as work:
            yield work

    monkeypatch.setattr(views, "working", late)
    answer = change(quick, admin, "vera", "roles", role="author")
    assert answer.status_code == 409
    assert "no admin any more" in answer.text
    with quick.house.engine.connect() as connection:
        vera = next(one for one in everybody(connection) if one.name == "vera")
    assert vera.roles == {"viewer"}


def test_a_reset_takes_every_second_factor_and_known_browser(quick, admin):
    theirs = quick.sign_in("vera")
    answer = change(quick, admin, "vera", "reset", reason="Saw her in person")
    first = answer.text.split("<code>")[1].split("</code>")[0]
    tables = ("passkey", "recovery_code", "known_device", "staff_session")
    with quick.house.engine.connect() as connection:
        for name in tables:
            rows = TABLES[name].select().where(TABLES[name].c.staff_id == number(quick, "vera"))
            assert connection.execute(rows).all() == [], name
    form = {"name": "vera", "password": first}
    assert post(theirs, "/", form).headers["location"] == "/set-up"


@pytest.mark.parametrize("what", ["roles", "active", "reset"])
def test_people_are_changed_with_a_fresh_proof_alone(quick, admin, what):
    quick.clock.now += 11 * 60
    answer = change(quick, admin, "vera", what, role="author", active="0", reason="x")
    assert answer.status_code == 403
    assert "Confirm that it is you" in answer.text

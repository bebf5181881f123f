"""Guessing is slow, and never locks a colleague out."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from bot.console.sign_in import passwords
from bot.console.sign_in.throttle import FOR_EVER, wait
from tests.console.desks import PASSWORD, STAFF, TABLES, post
from tests.console.test_sign_in import attempt


@pytest.mark.parametrize(
    ("failures", "since", "known", "seconds"),
    [
        (0, 0, False, 0),
        (4, 0, False, 0),
        (5, 0, False, 1),
        (8, 0, False, 8),
        (8, 5, False, 3),
        (8, 9, False, 0),
        (20, 0, False, 42),
        (99, 0, False, 42),
        (100, 10_000, False, FOR_EVER),
        (100, 0, True, 42),
    ],
)
def test_the_wait_grows_and_ends(failures, since, known, seconds):
    now = 1_000_000.0
    assert wait(failures, now - since, now, known_browser=known) == seconds


def test_a_thousand_failures_lock_out_nobody_but_the_guesser(office):
    mine = office.sign_in("ana")
    post(mine, "/leave")  # the browser is known from now on
    guesser = office.browser()
    told = set()
    for number in range(1000):
        office.clock.now += 50  # it is patient: it waits out every pause
        form = {"name": "ana", "password": f"guess {number}", "code": "123456"}
        answer = post(guesser, "/", form)
        assert answer.status_code == 401
        told.add("a browser that you signed in with before" in answer.text)
    assert told == {False, True}, "after a hundred in a row unknown browsers are refused"
    right = {"name": "ana", "password": PASSWORD}
    assert post(guesser, "/", {**right, "code": office.code("ana")}).status_code == 401
    assert post(mine, "/", {**right, "code": office.code("ana")}).status_code == 303
    assert attempt(office, name="alex", code=_code(office, "alex")).status_code == 303
    # Her own success opens the door for other browsers of hers again.
    assert attempt(office).status_code == 303


def _code(office, name):
    office.add(name)
    return office.code(name)


def test_the_wait_of_one_account_is_not_the_wait_of_another(quick):
    quick.add("alex")
    for _ in range(8):
        attempt(quick, password="wrong", code="123456")
        quick.clock.now -= 30  # at once, one after the other
    assert "Wait" in attempt(quick).text
    assert attempt(quick, name="alex", code=_code(quick, "alex")).status_code == 303


def test_a_stolen_known_browser_cannot_guess_without_end(quick):
    thief = quick.sign_in("ana")
    post(thief, "/leave")
    answers = []
    for number in range(9):
        form = {"name": "ana", "password": f"guess {number}", "code": "123456"}
        answers.append(post(thief, "/", form).text)
    assert "Wait" in answers[-1]
    assert attempt(quick).status_code == 303, "her other browsers do not wait for it"


def test_an_unknown_name_takes_a_hash_too(quick, monkeypatch):
    """What is measured is the work, not the time."""
    entrance, checked = quick.app.config["ENTRANCE"], []
    fits = entrance.passwords.fits
    monkeypatch.setattr(
        entrance.passwords, "fits", lambda known, given: checked.append(known) or fits(known, given)
    )
    attempt(quick, name="nobody")
    assert checked == [None]


@pytest.mark.parametrize(("days", "status"), [(89, 303), (91, 401)])
def test_a_browser_is_known_for_ninety_days(quick, days, status):
    mine = quick.sign_in("ana")
    post(mine, "/leave")
    quick.clock.now += days * 86_400
    barred(quick)
    form = {"name": "ana", "password": PASSWORD, "code": quick.code("ana")}
    assert post(mine, "/", form).status_code == status


def barred(office):
    values = {"failures": 100, "failed": office.clock.now}
    with office.house.engine.begin() as connection:
        connection.execute(update(STAFF).where(STAFF.c.name == "ana").values(**values))


def test_the_browser_of_one_is_not_known_to_another(quick):
    quick.add("ana")
    barred(quick)
    theirs = quick.sign_in("alex")
    post(theirs, "/leave")
    form = {"name": "ana", "password": PASSWORD, "code": quick.code("ana")}
    assert post(theirs, "/", form).status_code == 401


def test_while_it_waits_no_password_is_looked_at(quick, monkeypatch):
    for _ in range(6):
        attempt(quick, password="wrong", code="123456")
        quick.clock.now -= 30
    looked = []
    monkeypatch.setattr(
        quick.app.config["ENTRANCE"].passwords, "fits", lambda *given: looked.append(given)
    )
    assert "Wait" in attempt(quick).text
    assert looked == []


def test_too_many_passwords_at_once_are_told_to_come_back(quick, monkeypatch):
    monkeypatch.setattr(passwords, "_PATIENCE", 0.0)
    quick.add("ana")
    with passwords._turn(), passwords._turn():
        answer = attempt(quick)
    assert answer.status_code == 503
    assert "Try again in a few seconds" in answer.text
    assert attempt(quick).status_code == 303


def test_a_spell_of_guesses_is_told_once(quick):
    quick.add("ana")
    for _ in range(20):
        quick.clock.now += 50
        attempt(quick, password="wrong", code="123456")
    event = TABLES["event"]
    with quick.house.engine.connect() as connection:
        tags = connection.execute(select(event.c.tag).where(event.c.subject == "ana")).scalars()
        assert list(tags) == ["console:staff:guessed"]


def test_an_old_hash_is_made_anew_at_the_next_sign_in(quick):
    quick.add("ana")
    weaker = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    mine = STAFF.c.name == "ana"
    with quick.house.engine.begin() as connection:
        connection.execute(update(STAFF).where(mine).values(password_hash=weaker))
    assert attempt(quick).status_code == 303
    with quick.house.engine.connect() as connection:
        now = connection.execute(select(STAFF.c.password_hash).where(mine)).scalar_one()
    assert "m=8," in now
    assert attempt(quick).status_code == 303

"""The pages of people: add, give roles, let out, reset a second factor. For admins alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from bot.console.access import ROLES, SEE_OTHER, Room, person
from bot.console.current import desk, working
from bot.console.people.managing import add_account, let_out_account, reset_account
from bot.console.sign_in.accounts import (
    by_id,
    everybody,
    first_password,
    is_still,
    set_active,
    set_roles,
)
from bot.console.sign_in.policy import policy
from bot.console.sign_in.views import entrance
from bot.console.workflow.people import Refused, Work

room = Room("people", __name__)
ADMIN = ("admin",)


@room.page("/people", may_call=ADMIN)
def page() -> str:
    """Everybody, and the form to add somebody."""
    with desk().engine.connect() as connection:
        return render_template(
            "people/people.html", everybody=everybody(connection), roles=ROLES, person=person()
        )


@room.page("/people/add", may_call=ADMIN, step_up=True, methods=["POST"])
def add_person() -> Any:
    """Somebody new, with a first password that is shown once."""
    name = request.form.get("name", "").strip()
    first = first_password()
    hashed = entrance().passwords.hash(first)
    with managing() as work:
        add_account(work, name, request.form.getlist("role"), hashed)
    return _shown(name, first)


def _shown(name: str, password: str) -> str:
    hours = f"{policy().temporary_hours:g}"
    return render_template("people/first.html", name=name, password=password, hours=hours)


@room.page("/people/<int:number>/roles", may_call=ADMIN, step_up=True, methods=["POST"])
def change_roles(number: int) -> Any:
    """Other roles for somebody else."""
    _not_oneself(number)
    with managing() as work:
        row = by_id(work.connection, number)
        roles = request.form.getlist("role")
        before = set_roles(work.connection, number, roles)
        told = f"{', '.join(sorted(before))} -> {', '.join(sorted(roles))}"
        work.note("staff:roles", row.name, told)
    flash(f"{row.name} has other roles now.", "good")
    return redirect(url_for("people.page"), SEE_OTHER)


@room.page("/people/<int:number>/active", may_call=ADMIN, step_up=True, methods=["POST"])
def let_in_or_out(number: int) -> Any:
    """Let somebody out, or in again."""
    _not_oneself(number)
    active = request.form.get("active") == "1"
    with managing() as work:
        row = by_id(work.connection, number)
        reason = request.form.get("reason", "").strip()[:500]
        if active:
            set_active(work.connection, number, True)
            work.note("staff:let_in", row.name, reason)
        else:
            let_out_account(work, row, reason)
    flash(f"{row.name} {'may sign in again' if active else 'is signed out and stays out'}.", "good")
    return redirect(url_for("people.page"), SEE_OTHER)


@room.page("/people/<int:number>/reset", may_call=ADMIN, step_up=True, methods=["POST"])
def reset(number: int) -> Any:
    """Somebody lost phone and codes: a first password, and everything is set up anew."""
    _not_oneself(number)
    first = first_password()
    hashed = entrance().passwords.hash(first)
    with managing() as work:
        row = by_id(work.connection, number)
        reason = request.form.get("reason", "").strip()[:500]
        if not reason:
            raise Refused("Say how you know that it is really them.")
        reset_account(work, row, hashed, reason)
    return _shown(row.name, first)


@contextmanager
def managing() -> Iterator[Work]:
    """A transaction of an admin who, now that it is their turn, is one still: another admin may
    have let them out meanwhile. Raises Refused."""
    with working() as work:
        if not is_still(work.connection, person().id, "admin"):
            raise Refused("You are no admin any more. Nothing was changed.")
        yield work


def _not_oneself(number: int) -> None:
    if number == person().id:
        raise Refused("Nobody changes their own account here. Another admin has to.")

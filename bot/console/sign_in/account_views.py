"""What somebody changes in their own account, each with a fresh proof."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import delete, update

from bot.console.access import EVERYBODY, SEE_OTHER, SETTING_UP, SIGNED_IN, person
from bot.console.current import desk
from bot.console.sign_in import codes, passkeys, sessions
from bot.console.sign_in.accounts import by_id, passkey, sign_out, staff
from bot.console.sign_in.entering import Entered
from bot.console.sign_in.forms import NewPassword
from bot.console.sign_in.local_paths import local
from bot.console.sign_in.views import (
    change_password,
    entrance,
    factor,
    let_in,
    proved,
    room,
    site,
)
from bot.console.workflow.people import Refused
from bot.console.workflow.transactions import writing
from bot.content.events import Entry, append_events

__all__ = ["room"]


@room.page("/account/password", may_call=SIGNED_IN, step_up=True, methods=["GET", "POST"])
def password() -> Any:
    """Another password."""
    if request.method == "POST":
        return change_password(first=False)
    return render_template("sign_in/password.html", form=NewPassword(), first=False)


@room.page("/account/codes", may_call=SIGNED_IN, step_up=True)
def other_codes() -> str:
    """Another authenticator app."""
    return factor()


@room.page("/account/recovery", may_call=SIGNED_IN, step_up=True, methods=["POST"])
def recovery() -> str:
    """Fresh recovery codes."""
    with writing(desk().engine) as connection:
        made = codes.new_recovery_codes(connection, person().id, entrance().passwords, desk().now())
        _tell(connection, "recovery_codes")
    return render_template("sign_in/recovery.html", made=made)


@room.page("/account/sign-out", may_call=SIGNED_IN, methods=["POST"])
def end_sessions() -> Any:
    """Sign out one other browser, or all others."""
    key = request.form.get("key", "")
    with writing(desk().engine) as connection:
        if key:
            sessions.revoke(connection, person().id, key)
        else:
            sign_out(connection, person().id, but=sessions.digest(person().token))
        _tell(connection, "signed_out")
    flash("Signed out there.", "good")
    return redirect(url_for("sign_in.account"), SEE_OTHER)


@room.page("/passkeys/new/options", may_call=SETTING_UP, methods=["POST"])
def new_options() -> Response:
    """What a browser needs to make a passkey."""
    _may_add()
    with writing(desk().engine) as connection:
        asked = passkeys.ask_for_new(connection, site(), person().id, person().name, desk().now())
    return Response(asked, mimetype="application/json")


@room.page("/passkeys/new", may_call=SETTING_UP, methods=["POST"])
def new_key() -> Any:
    """Keep a passkey that the browser made."""
    _may_add()
    label, answer = request.form.get("label", ""), _answered("new", person().id)
    with writing(desk().engine) as connection:
        passkeys.take_new(connection, site(), person().id, answer, label=label, now=desk().now())
        _tell(connection, "passkey_added")
        fresh = codes.codes_left(connection, person().id) == 0
        made = (
            codes.new_recovery_codes(connection, person().id, entrance().passwords, desk().now())
            if fresh
            else None
        )
    if made:
        return render_template("sign_in/recovery.html", made=made)
    flash("The passkey is kept.", "good")
    return redirect(url_for("sign_in.account"), SEE_OTHER)


def _may_add() -> None:
    if person().ready and not person().fresh:
        raise Refused("Confirm that it is you first.")
    with desk().engine.connect() as connection:
        if by_id(connection, person().id).temporary_until is not None:
            raise Refused("Choose a password of your own first.")


@room.page("/passkeys/<int:number>/remove", may_call=SIGNED_IN, step_up=True, methods=["POST"])
def remove_key(number: int) -> Any:
    """Remove a passkey; the last second factor stays."""
    with writing(desk().engine) as connection:
        row = by_id(connection, person().id)
        if row.totp_sealed is None and len(passkeys.keys_of(connection, person().id)) < 2:
            raise Refused("This is your only second factor. Add another one first.")
        mine = (passkey.c.id == number) & (passkey.c.staff_id == person().id)
        connection.execute(delete(passkey).where(mine))
        _tell(connection, "passkey_removed")
    return redirect(url_for("sign_in.account"), SEE_OTHER)


@room.page("/passkeys/options", may_call=EVERYBODY, methods=["POST"])
def options() -> Response:
    """What a browser needs to sign in with a passkey."""
    with writing(desk().engine) as connection:
        asked = passkeys.ask(connection, site(), None, desk().now())
    return Response(asked, mimetype="application/json")


@room.page("/passkeys/use", may_call=EVERYBODY, methods=["POST"])
def use_key() -> Any:
    """Sign in with a passkey: it is two factors in one."""
    answer = _answered("use", None)
    with writing(desk().engine) as connection:
        row = passkeys.take(connection, site(), None, answer, desk().now())
        mine = update(staff).where(staff.c.id == row.staff_id)
        connection.execute(mine.values(failures=0, failed=None))
        told = Entry(row.name, "console:staff:signed_in", row.name, "passkey")
        append_events(connection, [told])
    entered = Entered(row.staff_id, row.name, "passkey", set_up=False)
    return let_in(entered, local(request.form.get("to")))


@room.page("/confirm/options", may_call=SIGNED_IN, methods=["POST"])
def confirm_options() -> Response:
    """What a browser needs to confirm with a passkey."""
    with writing(desk().engine) as connection:
        asked = passkeys.ask(connection, site(), person().id, desk().now())
    return Response(asked, mimetype="application/json")


@room.page("/confirm/passkey", may_call=SIGNED_IN, methods=["POST"])
def confirm_with_key() -> Any:
    """Confirm with a passkey of one's own."""
    answer = _answered("use", person().id)
    with writing(desk().engine) as connection:
        passkeys.take(connection, site(), person().id, answer, desk().now())
    return proved("passkey", local(request.form.get("to")))


def _answered(purpose: str, number: int | None) -> str:
    """What a passkey answered; its challenge is used up from now on."""
    answer = request.form.get("answer", "")
    with writing(desk().engine) as connection:
        passkeys.redeem(connection, answer, purpose, number, desk().now())
    return answer


def _tell(connection: Any, what: str) -> None:
    told = Entry(person().name, f"console:staff:{what}", person().name)
    append_events(connection, [told])

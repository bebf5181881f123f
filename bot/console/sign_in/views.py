"""The pages of sign-in: begin, set up, confirm, leave."""

from __future__ import annotations

from typing import Any, cast

from flask import (
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user, login_user, logout_user
from sqlalchemy import update
from werkzeug.exceptions import BadRequest

from bot.console.access import EVERYBODY, SEE_OTHER, SETTING_UP, SIGNED_IN, Room, person
from bot.console.current import desk
from bot.console.sign_in import codes, passkeys, sessions
from bot.console.sign_in.accounts import by_id, sign_out, staff
from bot.console.sign_in.entering import Entered, Entrance
from bot.console.sign_in.forms import Code, NewPassword, SignIn
from bot.console.sign_in.local_paths import local
from bot.console.sign_in.passkeys import Site
from bot.console.sign_in.passwords import weakness
from bot.console.sign_in.policy import policy
from bot.console.workflow.people import Refused
from bot.console.workflow.transactions import writing
from bot.content.events import Entry, append_events

room = Room("sign_in", __name__)
DEVICE = "handrail_browser"
UNUSED = "app_to_set_up"  # an authenticator's sealed secret that was not confirmed yet


def entrance() -> Entrance:
    """The door of this console."""
    return cast(Entrance, current_app.config["ENTRANCE"])


def site() -> Site:
    """Where this console is, for passkeys."""
    return Site(desk().config.console_address)


@room.page("/", may_call=EVERYBODY, methods=["GET", "POST"])
def begin() -> Any:
    """The sign-in page; who is signed in goes on."""
    if current_user.is_authenticated:
        return redirect(local(request.args.get("to")), SEE_OTHER)
    form, problem = SignIn(), None
    if form.validate_on_submit():
        try:
            device = request.cookies.get(DEVICE)
            entered = entrance().enter(
                form.name.data, form.password.data, form.code.data or "", device
            )
            return let_in(entered, local(request.args.get("to")))
        except Refused as error:
            problem = str(error)
    status = 401 if problem else 400 if form.errors else 200
    return render_template("sign_in/begin.html", form=form, problem=problem), status


def let_in(entered: Entered, to: str) -> Response:
    """Start a session in this browser: a new token, and nothing kept of the one before."""
    device = sessions.device_of(request.headers.get("user-agent", ""))
    with writing(desk().engine) as connection:
        token = sessions.begin(connection, entered.id, device, desk().now())
    start(token)
    answer = make_response(redirect(url_for("sign_in.set_up") if entered.set_up else to, SEE_OTHER))
    if not entered.set_up:
        answer.set_cookie(
            DEVICE,
            entrance().remember(entered.id, request.cookies.get(DEVICE)),
            max_age=int(policy().known_device_days * 86_400),
            httponly=True,
            samesite="Lax",
            secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        )
    _warn(entered.how, entered.id)
    return answer


def _warn(how: str, number: int) -> None:
    """Say loudly that a recovery code was used: it may have been somebody else."""
    if "recovery code" not in how:
        return
    with desk().engine.connect() as connection:
        left = codes.codes_left(connection, number)
    flash(
        f"A recovery code was used just now; {left} are left. If your phone is lost, set up "
        "another app on the page of your account. If it was not you, tell an admin at once.",
        "bad",
    )


def start(token: str) -> None:
    """Put a session's token into this browser's cookie, alone."""
    session.clear()
    found = sessions.person_of(desk(), token)
    if found is None:
        raise BadRequest
    login_user(found)


@room.page("/leave", may_call=SETTING_UP, methods=["POST"])
def leave() -> Any:
    """Sign this browser out."""
    with desk().engine.begin() as connection:
        sessions.end(connection, person().token)
    logout_user()
    session.clear()
    return redirect(url_for("sign_in.begin"), SEE_OTHER)


@room.page("/set-up", may_call=SETTING_UP)
def set_up() -> Any:
    """A password of one's own, then a second factor: nothing else is open before."""
    if person().ready:
        return redirect("/scripts", SEE_OTHER)
    with desk().engine.connect() as connection:
        row = by_id(connection, person().id)
    if row.temporary_until is not None:
        return render_template("sign_in/password.html", form=NewPassword(), first=True)
    return factor()


@room.page("/set-up/password", may_call=SETTING_UP, methods=["POST"])
def first_password() -> Any:
    """The password that replaces the one that an admin made."""
    if person().ready:
        raise Refused("Change your password on the page of your account.")
    return change_password(first=True)


def change_password(*, first: bool) -> Any:
    form = NewPassword()
    if form.validate_on_submit():
        if form.password.data != form.again.data:
            form.wrong("again", "The two are not the same.")
        elif problem := weakness(form.password.data, person().name):
            form.wrong("password", problem)
    if form.errors:
        return render_template("sign_in/password.html", form=form, first=first), 400
    hashed = entrance().passwords.hash(form.password.data)
    with writing(desk().engine) as connection:
        mine = update(staff).where(staff.c.id == person().id)
        connection.execute(mine.values(password_hash=hashed, temporary_until=None))
        sign_out(connection, person().id, but=sessions.digest(person().token))
        told = Entry(person().name, "console:staff:password", person().name)
        append_events(connection, [told])
    flash("Your password is changed. Other browsers are signed out.", "good")
    to = "sign_in.set_up" if first else "sign_in.account"
    return redirect(url_for(to), SEE_OTHER)


def factor(form: Code | None = None) -> str:
    """The page on which an authenticator app or a passkey is set up."""
    secret = _unused() or codes.new_secret()
    if UNUSED not in session:
        # The cookie is signed and can be read: what is in it is sealed, for this account alone.
        session[UNUSED] = desk().seals.seal(secret, f"unused {codes.bound(person().id)}")
    return render_template(
        "sign_in/factor.html",
        form=form or Code(),
        picture=codes.picture(secret, person().name),
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        first=not person().ready,
    )


def _unused() -> str | None:
    """The secret that this browser was shown and has not confirmed."""
    sealed = session.get(UNUSED)
    bound = f"unused {codes.bound(person().id)}"
    return None if sealed is None else str(desk().seals.open(sealed, bound))


@room.page("/set-up/code", may_call=SETTING_UP, methods=["POST"])
def first_code() -> Any:
    """An authenticator app shows its first code; recovery codes are shown once."""
    if person().ready and not person().fresh:
        raise Refused("Confirm that it is you first.")
    form, secret = Code(), _unused()
    if not form.validate_on_submit():
        return factor(form), 400
    step = codes.accepts(secret, form.code.data, None, desk().now()) if secret else None
    if secret is None or step is None:
        form.wrong("code", "That code is not right. Is the clock of your phone right?")
        return factor(form), 400
    with writing(desk().engine) as connection:
        if by_id(connection, person().id).temporary_until is not None:
            raise Refused("Choose a password of your own first.")
        sealed = desk().seals.seal(secret, codes.bound(person().id))
        mine = update(staff).where(staff.c.id == person().id)
        connection.execute(mine.values(totp_sealed=sealed, totp_last=step))
        passwords = entrance().passwords
        made = codes.new_recovery_codes(connection, person().id, passwords, desk().now())
        told = Entry(person().name, "console:staff:codes_set_up", person().name)
        append_events(connection, [told])
    session.pop(UNUSED, None)
    return render_template("sign_in/recovery.html", made=made)


@room.page("/confirm", may_call=SIGNED_IN, methods=["GET", "POST"])
def confirm() -> Any:
    """Show again who one is, before something that people will read."""
    to = local(request.args.get("to"))
    form = Code()
    if form.validate_on_submit():
        try:
            return proved(entrance().confirm(person(), form.code.data), to)
        except Refused as error:
            form.wrong("code", str(error))
    status = 401 if form.errors else 200
    return render_template("sign_in/confirm.html", form=form, to=to), status


def proved(how: str, to: str) -> Any:
    """A new token for this browser, which now counts as fresh."""
    kept = {key: value for key, value in session.items() if key == "talk"}
    with writing(desk().engine) as connection:
        token = sessions.renew(connection, person().token, desk().now())
        told = Entry(person().name, "console:staff:confirmed", person().name, how)
        append_events(connection, [told])
    start(token)
    session.update(kept)
    _warn(how, person().id)
    return redirect(to, SEE_OTHER)


@room.page("/account", may_call=SIGNED_IN)
def account() -> Any:
    """One's own account: browsers, passkeys, codes."""
    with desk().engine.connect() as connection:
        return render_template(
            "sign_in/account.html",
            browsers=sessions.browsers(connection, person()),
            keys=passkeys.keys_of(connection, person().id),
            left=codes.codes_left(connection, person().id),
            row=by_id(connection, person().id),
            person=person(),
        )

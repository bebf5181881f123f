"""The forms of sign-in."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

_CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class SignIn(FlaskForm):  # type: ignore[misc]
    """Name, password, and a code once there is a second factor."""

    name = StringField(
        "Name",
        [DataRequired("Write your name."), Length(max=80)],
        render_kw={"autocomplete": "username webauthn", "autocapitalize": "none"},
    )
    password = PasswordField(
        "Password",
        [DataRequired("Write your password."), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    code = StringField("Code", [Length(max=40)], render_kw=_CODE)


class NewPassword(FlaskForm):  # type: ignore[misc]
    """A password of one's own, twice."""

    password = PasswordField(
        "New password",
        [DataRequired("Write a password."), Length(max=1000)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "The same again", [DataRequired()], render_kw={"autocomplete": "new-password"}
    )


class Code(FlaskForm):  # type: ignore[misc]
    """A code from the authenticator app, or a recovery code."""

    code = StringField("Code", [DataRequired("Write the code."), Length(max=40)], render_kw=_CODE)

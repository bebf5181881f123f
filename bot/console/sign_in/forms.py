"""The forms of sign-in."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

_CODE = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}


class Form(FlaskForm):  # type: ignore[misc]
    """A form that starts, once it was refused, at the first field that has to be mended."""

    def wrong(self, name: str, told: str) -> None:
        """Say at a field what is wrong with it."""
        self[name].errors = [*self[name].errors, told]
        self.start_at_first_error()

    def validate(self, extra_validators: Any = None) -> bool:
        """As before."""
        fits = bool(super().validate(extra_validators))
        self.start_at_first_error()
        return fits

    def start_at_first_error(self) -> None:
        """Without a script too: the browser itself puts the cursor there."""
        first = next((field for field in self if field.errors and field.name != "csrf_token"), None)
        for field in self:
            kept = {key: it for key, it in (field.render_kw or {}).items() if key != "autofocus"}
            field.render_kw = {**kept, "autofocus": True} if field is first else kept


class SignIn(Form):
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


class NewPassword(Form):
    """A password of one's own, twice."""

    password = PasswordField(
        "New password",
        [DataRequired("Write a password."), Length(max=1000)],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "The same again",
        [DataRequired("Write it again.")],
        render_kw={"autocomplete": "new-password"},
    )


class Code(Form):
    """A code from the authenticator app, or a recovery code."""

    code = StringField("Code", [DataRequired("Write the code."), Length(max=40)], render_kw=_CODE)

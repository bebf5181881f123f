"""Who may call what: every page says it where it is declared, and is refused otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, redirect, request, url_for
from flask_login import UserMixin, current_user
from werkzeug.exceptions import Forbidden

ROLES = ("viewer", "author", "translator", "reviewer", "publisher", "admin")
EVERYBODY = "everybody"
SEE_OTHER = 303  # what answers a form: a page of its own, which a reload does not send again
SIGNED_IN = "whoever is signed in"
SETTING_UP = "whoever is signed in, without a second factor too"
View = TypeVar("View", bound=Callable[..., Any])


class NotFresh(Forbidden):
    """The person has to show again who they are before this is done."""

    description = "Confirm that it is you first. Nothing was changed."


@dataclass(frozen=True)
class Person(UserMixin):  # type: ignore[misc]
    """Who is signed in, by the token of this browser's session. `fresh`: proved it lately;
    `ready`: has a password of their own and a second factor."""

    id: int
    name: str
    roles: frozenset[str]
    token: str
    fresh: bool
    ready: bool

    def get_id(self) -> str:
        """What the browser's cookie holds."""
        return self.token

    def may(self, *roles: str) -> bool:
        """Whether one of the roles is theirs."""
        return bool(self.roles & {*roles})


def person() -> Person:
    """Who makes this request; only behind a declaration that asks for somebody."""
    return cast(Person, current_user._get_current_object())


class Room(Blueprint):
    """Pages with one purpose. Each is declared with `page`, which says who may call it."""

    def page(
        self,
        rule: str,
        *,
        may_call: Sequence[str] | str,
        step_up: bool = False,
        methods: Sequence[str] = ("GET",),
    ) -> Callable[[View], View]:
        """`may_call`: EVERYBODY, SIGNED_IN, SETTING_UP or roles. `step_up`: only who proved it
        lately."""
        roles = () if isinstance(may_call, str) else tuple(may_call)
        names = (EVERYBODY, SIGNED_IN, SETTING_UP)
        if not set(roles) <= set(ROLES) or (not roles and may_call not in names):
            raise ValueError(f"{rule} says {may_call!r}")

        def declare(view: View) -> View:
            @wraps(view)
            def guarded(*args: Any, **values: Any) -> Any:
                if may_call != EVERYBODY:
                    if not current_user.is_authenticated:
                        back = request.full_path if request.method == "GET" else None
                        return redirect(url_for("sign_in.begin", to=back), SEE_OTHER)
                    if may_call != SETTING_UP and not person().ready:
                        return redirect(url_for("sign_in.set_up"), SEE_OTHER)
                    if roles and not person().may(*roles):
                        raise Forbidden(f"This is for: {', '.join(roles)}.")
                    if step_up and not person().fresh:
                        raise NotFresh
                return view(*args, **values)

            guarded.may_call, guarded.step_up = may_call, step_up  # type: ignore[attr-defined]
            self.add_url_rule(rule, view_func=guarded, methods=[*methods])
            return view

        return declare

"""The console as a WSGI application: rooms, headers, forged forms, and what an error looks like."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, render_template, request
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from jinja2 import StrictUndefined
from sqlalchemy.exc import DataError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError

from bot.console.access import Room
from bot.console.desk import Desk
from bot.console.rooms import ROOMS, menu
from bot.console.sign_in.entering import Entrance
from bot.console.sign_in.passwords import Busy, Passwords
from bot.console.sign_in.sessions import person_of
from bot.console.workflow.people import Refused
from bot.console.workflow.reviews import day_of
from bot.headers import HEADERS

MOST_BYTES = 1_000_000
LOCAL = ("localhost", "127.0.0.1", "[::1]")
logger = logging.getLogger(__name__)


def build_console(desk: Desk, rooms: Iterable[Room] = ROOMS) -> Flask:
    """The application over a desk."""
    app = Flask("bot.console", static_url_path="/static")
    site = urlsplit(desk.config.console_address)
    app.config.update(
        DESK=desk,
        SECRET_KEY=hashlib.sha256(b"console\0" + desk.secret).hexdigest(),
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        TRUSTED_HOSTS=[*LOCAL, str(site.hostname)],
        SESSION_COOKIE_NAME="handrail_console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=site.scheme == "https",
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session lives
    )
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.config["ENTRANCE"] = Entrance(desk, Passwords(desk.hasher))
    CSRFProtect(app)
    manager = LoginManager(app)
    manager.session_protection = None  # the sessions are rows, which can be revoked
    manager.user_loader(lambda token: person_of(desk, token))
    for room in rooms:
        app.register_blueprint(room)
    app.add_template_global(menu)
    app.add_template_filter(day)
    app.add_template_filter(moment)
    app.after_request(_headers)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(Refused, _not_done)
    app.register_error_handler(Busy, _busy)
    for too_large in (DataError, OverflowError):
        app.register_error_handler(too_large, _no_such)
    app.register_error_handler(SQLAlchemyError, _database)
    return app


def day(seconds: float | None) -> str:
    """A day as 2026-11-27 (UTC); a dash for never."""
    return "–" if seconds is None else day_of(seconds).isoformat()


def moment(seconds: float | None) -> str:
    """A day and a time, UTC."""
    if seconds is None:
        return "–"
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M} UTC"


def _headers(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.endpoint == "static":
        answer.headers["cache-control"] = "no-cache"
    return answer


def _page(status: int, title: str, text: str) -> tuple[str, int]:
    return render_template("problem.html", title=title, text=text, status=status), status


def _forged(_: CSRFError) -> tuple[str, int]:
    text = "The form was too old or came from elsewhere. Go back, load the page anew, try again."
    return _page(400, "Nothing was changed", text)


def _busy(_: Busy) -> tuple[str, int]:
    return _page(503, "One moment", "Many people sign in just now. Try again in a few seconds.")


def _not_done(error: Refused) -> tuple[str, int]:
    return _page(409, "Nothing was changed", str(error))


def _refused(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    if isinstance(error, SecurityError):
        return "This is no name of the console.", 400  # no address of ours can be built for it
    return _page(error.code, error.name, error.description or "")


def _no_such(_: Exception) -> tuple[str, int]:
    return _page(404, "Not found", "There is no such page.")  # e.g. a number that is too large


def _database(error: SQLAlchemyError) -> tuple[str, int]:
    logger.error("console: %s", type(error).__name__)
    return _page(503, "The database does not answer", "Nothing was changed. Try again in a moment.")

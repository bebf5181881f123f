"""The desk of the request at hand."""

from __future__ import annotations

from typing import cast

from flask import current_app

from bot.console.desk import Desk


def desk() -> Desk:
    """What this console works with."""
    return cast(Desk, current_app.config["DESK"])

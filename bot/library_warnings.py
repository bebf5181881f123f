"""Keeps what libraries say about their own age away from people who start a command."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TextIO

OURS = Path(__file__).resolve().parent.parent
INSTALLED = "site-packages"


def hush_libraries() -> None:
    """Show warnings of this project's files alone; tests, where warnings are errors, see all.

    A filter would not do: sanic puts one of its own before it when it is imported.
    """
    show = warnings.showwarning

    def show_ours(  # noqa: PLR0917 - the signature of warnings.showwarning
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if filename.startswith(str(OURS)) and INSTALLED not in filename:
            show(message, category, filename, lineno, file, line)

    warnings.showwarning = show_ours

"""What a process of `handrail run` and its supervisor tell each other by living and ending."""

from __future__ import annotations

import os
import signal
import threading

# Exit code of a process that somebody has to mend before it can start (EX_CONFIG of sysexits.h).
BEYOND_REPAIR = 78
# The supervisor holds the other end of standard input; in a container nobody does.
LIFELINE = {"HANDRAIL_LIFELINE": "stdin"}


def end_with_supervisor() -> None:
    """Stop this process, as by SIGTERM, when the supervisor's end of the line closes."""
    if LIFELINE.items() <= os.environ.items():
        threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)

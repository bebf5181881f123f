"""Keeps what people type out of logs, wherever Rasa is used as a library."""

from __future__ import annotations

import logging
import os
import sys
import warnings

import structlog


def quiet_logs(level: int = logging.ERROR) -> None:
    """Sends Rasa's logs of `level` and above to stderr, as the name of the event and no more.

    structlog's own default prints every event to stdout, and Rasa's events hold the text of the
    message, its entities and the whole conversation.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for name in ("rasa", "structlog", "matplotlib", "urllib3"):
        logging.getLogger(name).setLevel(level)
    structlog.configure(
        processors=[structlog.processors.add_log_level, _event_name_only],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    warnings.filterwarnings("ignore", module=r"rasa\..*|pkg_resources.*|sanic.*|randomname.*")


def _event_name_only(
    logger: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.ProcessorReturnValue:
    return str(event.get("event", "event"))

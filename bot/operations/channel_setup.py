"""What `handrail channels` tells: each channel's state, what is missing, the address to enter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timezone

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.channel import SendProblem
from bot.channels.configured import (
    Setup,
    lists_file,
    read_lists,
    setups,
    telegram,
    twilio,
    write_lists,
)
from bot.content.database import open_database
from bot.content.migrations import upgrade
from bot.gateway.posting import DeadLetter, Posting
from bot.gateway.sealing import secret_of
from bot.settings import Settings

MOST_LETTERS = 20


def states(config: Settings) -> Iterator[str]:
    """Lines about each channel."""
    for each in setups(config):
        yield f"{each.name}: {_state(each)}"
        for missing in each.missing:
            yield f"  missing: HANDRAIL_{missing.upper()}"
        if each.webhook:
            yield f"  webhook: {each.webhook}"
        else:
            yield "  webhook: set HANDRAIL_PUBLIC_URL to see it"
        if not each.missing:
            yield from _details(each, config)
        yield f"  how to: docs/channels/{'sms' if each.name == 'twilio' else each.name}.md"


def _state(setup: Setup) -> str:
    if not setup.missing:
        return "set up"
    return "incomplete, closed" if setup.begun else "not set up, closed"


def _details(setup: Setup, config: Settings) -> Iterator[str]:
    if setup.name == "twilio":
        count = len(read_lists(lists_file(config)))
        yield f"  WhatsApp lists: {count or 'none; `handrail channels --set-up` makes them'}"
    if setup.name == "telegram":
        try:
            state = telegram(config, secret_of(config)).webhook_state()
        except SendProblem as problem:
            yield f"  Telegram cannot be asked: {type(problem).__name__} {problem}"
            return
        right = state.url == setup.webhook
        wrong = "; `handrail channels --set-up` registers it"
        yield f"  registered at Telegram: {'yes' if right else 'no' + wrong}"
        yield f"  waiting there: {state.pending}"
        if state.last_error:
            yield f"  last error there, {_when(state.failed_at)}: {state.last_error}"


def set_up(config: Settings) -> Iterator[str]:
    """Register the webhook at Telegram and make WhatsApp's lists, where those are configured."""
    for each in setups(config):
        if each.missing:
            continue
        try:
            if each.name == "telegram":
                if each.webhook is None:
                    yield "telegram: set HANDRAIL_PUBLIC_URL first"
                    continue
                telegram(config, secret_of(config)).set_webhook(each.webhook)
                yield f"telegram: {each.webhook} is registered"
            elif each.name == "twilio":
                lists = twilio(config, secret_of(config)).create_lists()
                write_lists(lists_file(config), lists)
                yield f"twilio: {len(lists)} WhatsApp lists are there; start Handrail again"
        except SendProblem as problem:
            yield f"{each.name}: refused ({type(problem).__name__} {problem})"


def letters(config: Settings) -> Iterator[str]:
    """Lines about answers that no platform would take: of which scripts, not of whom."""
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(config.database)
    try:
        upgrade(engine)
        found = Posting(engine).dead_letters()
    except (SQLAlchemyError, OSError) as error:
        yield f"the database cannot be read: {type(error).__name__}"
        return
    finally:
        engine.dispose()
    if not found:
        yield "Every answer was delivered."
        return
    yield f"{len(found)} answers of the last 30 days were not delivered:"
    for (channel, reason), count in Counter((one.channel, one.reason) for one in found).items():
        yield f"  {channel}, {reason}: {count}"
    yield "The latest:"
    yield from (f"  {_line(one)}" for one in found[:MOST_LETTERS])


def _line(letter: DeadLetter) -> str:
    return f"{_when(letter.created)} {letter.channel} {letter.reason}: {', '.join(letter.scripts)}"


def _when(seconds: float | None) -> str:
    """A day and hour in UTC: coarse on purpose."""
    if seconds is None:
        return "some time ago"
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d %H h UTC")

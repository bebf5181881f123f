"""`handrail audit`: check the trail, show its last entries, write down how far it goes."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Engine, select

from bot.console.audit.telling import told, when
from bot.content import anchors
from bot.content.database import open_database
from bot.content.events import event
from bot.content.migrations import is_current
from bot.gateway.sealing import secret_of
from bot.settings import Settings


class Told(NamedTuple):
    """Lines for the terminal, and whether all is well: otherwise the command ends with 1."""

    lines: list[str]
    ok: bool


def verify(config: Settings) -> Told:
    """Check every entry against the one before, and the trail against its anchor."""
    engine = _open(config)
    if engine is None:
        return _NOTHING
    path = anchors.anchor_path(config.data_folder)
    verdict = anchors.verify(engine, path, secret_of(config))
    engine.dispose()
    lines = ["The audit trail holds." if verdict.ok else "The audit trail does NOT hold."]
    lines.append(verdict.reason)
    if verdict.since is not None:
        lines.append(f"First entry: {when(verdict.since)}")
    if verdict.anchor is not None:
        lines.append(_anchored(verdict.anchor))
    return Told(lines, verdict.ok)


def show(config: Settings, last: int = 20) -> Told:
    """The last entries, oldest first."""
    engine = _open(config)
    if engine is None:
        return _NOTHING
    newest = select(event).order_by(event.c.id.desc()).limit(max(last, 0))
    with engine.connect() as connection:
        rows = [*connection.execute(newest)]
    engine.dispose()
    return Told([f"{when(row.created)}  {told(row).line}" for row in reversed(rows)], ok=True)


def anchor(config: Settings) -> Told:
    """Write down how far the trail goes; the line is worth keeping on another machine."""
    engine = _open(config)
    if engine is None:
        return _NOTHING
    try:
        path = anchors.anchor_path(config.data_folder)
        return Told([_anchored(anchors.anchor(engine, path, secret_of(config)))], ok=True)
    except anchors.AnchorBroken as error:
        return Told([str(error), "The earlier anchor was kept."], ok=False)
    finally:
        engine.dispose()


_NOTHING = Told(["There is no audit trail of this version. Run `handrail migrate` first."], False)


def _open(config: Settings) -> Engine | None:
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(config.console_database)
    if is_current(engine):
        return engine
    engine.dispose()
    return None


def _anchored(known: anchors.Anchor) -> str:
    """How far an anchored trail goes, in one line to compare with a copy kept elsewhere."""
    return (
        f"Anchored {when(known.made)}: {known.entries} entries, last {known.id} {known.hash}; "
        f"anchored since {when(known.begun)}, from entry {known.begun_at} on"
    )

"""How every database here is opened: with care for what is stored and for what is erased."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Engine, create_engine, event

LOG_PATIENCE = 100  # milliseconds


def open_database(
    address: str, *, synchronous: Literal["FULL", "NORMAL"] = "FULL", patience: int = 2000
) -> Engine:
    """An engine; SQLite waits for locks (`patience` in milliseconds), commits to disk and erases
    what is deleted."""
    # A failing statement is logged by name, never with what is in a row.
    engine = create_engine(address, hide_parameters=True)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def careful(connection: Any, _: object) -> None:
            for pragma in (
                "journal_mode=WAL",
                f"synchronous={synchronous}",
                f"busy_timeout={patience}",
                "foreign_keys=ON",
                "secure_delete=ON",
                # INSERT OR REPLACE removes a row: the rules against that are triggers.
                "recursive_triggers=ON",
            ):
                connection.execute(f"PRAGMA {pragma}")

    return engine


def empty_log(engine: Engine) -> None:
    """Let what was erased leave the disk: SQLite's write-ahead log holds earlier versions of a row.

    Where another process reads at the moment, the next call does it.
    """
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            # Others wait for this thread: it must not wait for a reader as long as a write does.
            (patience,) = connection.exec_driver_sql("PRAGMA busy_timeout").scalars()
            connection.exec_driver_sql(f"PRAGMA busy_timeout={LOG_PATIENCE}")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")

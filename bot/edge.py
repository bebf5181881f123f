"""Puts the public edge together: release, database, worker, gateway, page."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from bot.content.migrations import upgrade
from bot.content.problems import ContentError
from bot.content.release import ReleaseRefused
from bot.content.seed import VersionTaken, highest_version, seed
from bot.content.store import KeyDamaged, ReleaseStore, ensure_key, publish_baseline
from bot.crisis import CrisisMatcher
from bot.gateway.app import build_gateway
from bot.gateway.commands import Commands
from bot.gateway.conversations import Conversations
from bot.gateway.sealing import Seal, SecretDamaged, ensure_secret
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Storage
from bot.gateway.worker_client import HttpWorker, Worker
from bot.lifeline import end_with_supervisor
from bot.page.routes import page
from bot.settings import ROOT, Settings, settings

logger = logging.getLogger(__name__)
UNUSABLE = (ReleaseRefused, KeyDamaged, SecretDamaged)  # what stops a start; each says what to do


@dataclass(frozen=True)
class Edge:
    """The parts that the command line and the tests need."""

    conversations: Conversations
    releases: ReleaseStore
    engine: Engine


def open_edge(config: Settings, worker: Worker, root: Path = ROOT) -> Edge:
    """Open database and release and bind the service to a worker.

    Raises ContentError when there is no good release to serve and none can be made.
    """
    config.data_folder.mkdir(parents=True, exist_ok=True)
    secret = secret_of(config)
    releases = open_release(config, root)
    engine = open_database(config.database)
    upgrade(engine)
    releases = record_release(engine, releases, config, root)
    conversations = Conversations(
        storage=Storage(engine, config.session_hours * 3600, secret),
        worker=worker,
        speaker=Speaker(lambda: releases.release, config.locales[0], config.default_country),
        matcher=CrisisMatcher.from_directory(root / "data" / "crisis"),
        commands=Commands.from_directory(root / "data" / "commands"),
        texts=Seal(secret, "inbox"),
        buttons=Seal(secret, "buttons"),
        deadline=config.answer_deadline,
        text_limit=config.text_limit,
    )
    return Edge(conversations, releases, engine)


def open_release(config: Settings, root: Path = ROOT) -> ReleaseStore:
    """The release of the scripts as they stand, or the last good one when they have a mistake.

    Raises ContentError when there is no good release at all.
    """
    folder = config.data_folder / "releases"
    try:
        return publish_baseline(root, folder, config.locales)
    except ContentError as error:
        store = ReleaseStore(folder, ensure_key(folder).public_key())
        try:
            store.load()
        except ReleaseRefused:
            raise error from None
        for problem in error.problems:
            logger.error("%s", problem)
        logger.error("responses/ is not valid: the last good release keeps serving")
        return store


def record_release(
    engine: Engine, releases: ReleaseStore, config: Settings, root: Path = ROOT
) -> ReleaseStore:
    """Record the release in force in the database, where gateways with keys of their own meet.

    A number that another gateway took is left to it: ours is published again under the next one.
    """
    try:
        seed(engine, releases.release, releases.signed())
    except (VersionTaken, IntegrityError):
        above = highest_version(engine)
        try:
            releases = publish_baseline(
                root, releases.folder, config.locales, above=above, anew=True
            )
        except ContentError:
            logger.error("responses/ is not valid: the last good release serves unrecorded")
            return releases
        seed(engine, releases.release, releases.signed())
    return releases


def open_database(address: str) -> Engine:
    """An engine; SQLite waits for locks, commits to disk and erases what is deleted."""
    engine = create_engine(address)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def careful(connection: object, entry: ConnectionPoolEntry) -> None:
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "busy_timeout=5000",
                "foreign_keys=ON",
                "secure_delete=ON",
            ):
                connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]

    return engine


def build_app(config: Settings) -> FastAPI:
    """The ASGI application of one gateway process."""
    token = config.worker_token.get_secret_value() if config.worker_token else ""
    edge = open_edge(config, HttpWorker(config.worker_url, token))
    return build_gateway(
        edge.conversations,
        config,
        reload_release=edge.releases.load,
        routers=(page(edge.conversations, config),),
    )


def secret_of(config: Settings) -> bytes:
    """The secret key of this installation."""
    given = config.secret_key.get_secret_value() if config.secret_key else None
    return ensure_secret(config.data_folder, given)


def open_storage(config: Settings) -> Storage:
    """Sessions, inbox and outbox alone, for upkeep from the command line."""
    config.data_folder.mkdir(parents=True, exist_ok=True)
    engine = open_database(config.database)
    upgrade(engine)
    return Storage(engine, config.session_hours * 3600, secret_of(config))


def serve(config: Settings) -> None:
    """Serve the gateway until told to stop. Ends with what is wrong when it cannot begin."""
    import uvicorn

    logging.basicConfig(level=config.log_level)
    try:
        app = build_app(config)
    except ContentError as error:
        sys.exit("\n".join(str(problem) for problem in error.problems))
    except (*UNUSABLE, OSError, SQLAlchemyError) as error:
        sys.exit(f"The gateway cannot start. {error}")
    uvicorn.run(
        app,
        host=config.gateway_host,
        port=config.gateway_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
    )


if __name__ == "__main__":
    end_with_supervisor()
    serve(settings())

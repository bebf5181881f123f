"""Puts the public edge together: release, database, worker, gateway, page."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.channels.configured import configured
from bot.channels.service import ChannelService
from bot.content.database import open_database
from bot.content.following import Follower
from bot.content.migrations import upgrade
from bot.content.problems import ContentError
from bot.content.release import ReleaseRefused
from bot.content.seed import VersionTaken, highest_version, seed
from bot.content.store import KeyDamaged, ReleaseStore, ensure_key, publish_baseline
from bot.content.unclear.redaction import Redaction
from bot.crisis import CrisisDataError, CrisisMatcher
from bot.gateway.app import build_gateway
from bot.gateway.commands import Commands
from bot.gateway.conversations import Conversations
from bot.gateway.last_good import read_or_last_good
from bot.gateway.noticing import load_policy
from bot.gateway.retirement import Retirement
from bot.gateway.sealing import Seal, SecretDamaged, secret_of
from bot.gateway.speaking import Speaker
from bot.gateway.storage import Storage
from bot.gateway.worker_client import HttpWorker, Worker
from bot.lifeline import BEYOND_REPAIR, end_with_supervisor
from bot.page.routes import page
from bot.settings import ROOT, Settings, settings

logger = logging.getLogger(__name__)
HEADER_BYTES, MOST_CONNECTIONS = 32_768, 1000
# What stops a start, and a start again would not help; each says what to do.
UNUSABLE = (ContentError, CrisisDataError, ReleaseRefused, KeyDamaged, SecretDamaged)


@dataclass(frozen=True)
class Edge:
    """The parts that the command line and the tests need."""

    conversations: Conversations
    releases: ReleaseStore
    engine: Engine
    database: Database


def open_edge(config: Settings, worker: Worker, root: Path = ROOT) -> Edge:
    """Open database and release and bind the service to a worker.

    Raises ContentError or CrisisDataError when scripts, crisis phrases or commands cannot be read
    and no earlier good ones are kept.
    """
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    secret = secret_of(config)
    releases = open_release(config, root)
    engine = open_database(config.database)
    database = Database(engine, releases, config, root)
    database.prepare()
    data, kept = root / "data", config.data_folder / "last_good" / "data"
    conversations = Conversations(
        storage=_storage(engine, config, secret),
        worker=worker,
        speaker=Speaker(lambda: releases.release, config.locales[0], config.default_country),
        matcher=read_or_last_good(
            data / "crisis", kept / "crisis", CrisisMatcher.from_directory, (CrisisDataError,)
        ),
        commands=read_or_last_good(
            data / "commands", kept / "commands", Commands.from_directory, (ContentError,)
        ),
        texts=Seal(secret, "inbox"),
        buttons=Seal(secret, "buttons"),
        deadline=config.answer_deadline,
        text_limit=config.text_limit,
        retirement=Retirement(config.retirement_date),
        counting=load_policy(root),
        redaction=Redaction.of(root, config.locales) if config.learn_unclear else None,
    )
    return Edge(conversations, releases, engine, database)


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


@dataclass
class Database:
    """Brings the database up to date: at the start, or later if it is away then."""

    engine: Engine
    releases: ReleaseStore
    config: Settings
    root: Path
    ready: bool = False

    def follow(self) -> None:
        """Take up what the console published since."""
        if self.ready:
            self.follower.look()
        else:
            self.releases.load()

    @cached_property
    def follower(self) -> Follower:
        return Follower(self.engine, self.releases)

    def prepare(self) -> bool:
        """Migrate and record the release in force, once; whether the database is ready.

        The card needs no database, so that one that is away or broken stops no start.
        """
        if not self.ready:
            try:
                upgrade(self.engine)
                self._record()
                self.ready = True
            except (SQLAlchemyError, OSError) as error:
                logger.error("the database cannot be used: %s", type(error).__name__)
        return self.ready

    def _record(self) -> None:
        """Gateways with keys of their own meet here: a number that another took is left to it, and
        ours is published again under the next one."""
        releases = self.releases
        if self.follower.take_up():
            return  # what staff published stands above what ships
        try:
            seed(self.engine, releases.release, releases.signed())
        except (VersionTaken, IntegrityError):
            above = highest_version(self.engine)
            try:
                publish_baseline(
                    self.root, releases.folder, self.config.locales, above=above, anew=True
                )
            except ContentError:
                logger.error("responses/ is not valid: the last good release serves unrecorded")
                return
            seed(self.engine, releases.load(), releases.signed())


def build_app(config: Settings) -> FastAPI:
    """The ASGI application of one gateway process."""
    token = config.worker_token.get_secret_value() if config.worker_token else ""
    edge = open_edge(config, HttpWorker(config.worker_url, token))
    secret = secret_of(config)
    return build_gateway(
        edge.conversations,
        config,
        reload_release=edge.database.follow,
        routers=(page(edge.conversations, config),),
        prepare_database=edge.database.prepare,
        channels=ChannelService.over(
            edge.conversations, edge.engine, secret, configured(config, secret), config.body_limit
        ),
    )


def recorded_release(config: Settings) -> ReleaseStore:
    """Put what ships in force, on disk and in the database: the console numbers above it."""
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    releases = open_release(config)
    engine = open_database(config.database)
    Database(engine, releases, config, ROOT).prepare()
    engine.dispose()
    return releases


def open_storage(config: Settings) -> Storage:
    """Sessions, inbox and outbox alone, for upkeep from the command line."""
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = open_database(config.database)
    upgrade(engine)
    return _storage(engine, config, secret_of(config))


def _storage(engine: Engine, config: Settings, secret: bytes) -> Storage:
    return Storage(engine, config.session_hours * 3600, secret, config.channel_days * 86_400)


def serve(config: Settings) -> None:
    """Serve the gateway until told to stop. Ends with what is wrong when it cannot begin:
    by BEYOND_REPAIR when somebody has to mend it first."""
    import uvicorn

    logging.basicConfig(level=config.log_level)
    try:
        app = build_app(config)
    except UNUSABLE as error:
        print(error, file=sys.stderr)
        sys.exit(BEYOND_REPAIR)
    except (OSError, SQLAlchemyError) as error:
        sys.exit(f"The gateway cannot start. {error}")
    uvicorn.run(
        app,
        host=config.gateway_host,
        port=config.gateway_port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        http="h11",  # the one that limits the size of headers
        h11_max_incomplete_event_size=HEADER_BYTES,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=15,
    )


if __name__ == "__main__":
    end_with_supervisor()
    serve(settings())

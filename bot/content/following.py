"""Follow what the console publishes: a newer signed release in the database goes in force here."""

from __future__ import annotations

import logging

from sqlalchemy import Engine, select
from sqlalchemy.exc import SQLAlchemyError

from bot.content.models import Base
from bot.content.release import BASELINE, ReleaseRefused
from bot.content.seed import ACTOR
from bot.content.store import ReleaseStore

WHOLE_CHECK = 30  # looks between two in which the files on disk are verified anew
release = Base.metadata.tables["release"]
logger = logging.getLogger(__name__)


class Follower:
    """Looks again and again; a release that does not verify under our key changes nothing."""

    def __init__(self, engine: Engine, store: ReleaseStore) -> None:
        self._engine = engine
        self._store = store
        self._looks = 0
        self._refused: set[str] = set()

    def look(self) -> None:
        """Take up what is newer, and now and then verify what is on disk. Never raises for a
        database that is away: what is in force stays."""
        self._looks += 1
        if self._looks % WHOLE_CHECK == 0:
            self._store.load()
        try:
            self.take_up()
        except SQLAlchemyError as error:
            logger.error("releases cannot be looked for: %s", type(error).__name__)

    def take_up(self) -> bool:
        """Put the newest release of the console in force, if it is newer than ours.

        Returns whether the console has published at all: then what ships is not recorded over it.
        Raises SQLAlchemyError when the database fails.
        """
        ours = self._store.release
        columns = release.c.version, release.c.digest
        query = select(*columns).where(release.c.signer != ACTOR)
        with self._engine.connect() as connection:
            newest = connection.execute(query.order_by(release.c.version.desc())).first()
            if newest is None:
                return False
            if newest.digest in self._refused or newest.digest == ours.digest:
                return True
            if newest.version < ours.version and ours.origin != BASELINE:
                return True  # ours was published after it
            mine = select(release.c.signed).where(release.c.version == newest.version)
            signed = connection.execute(mine).scalar_one()
        try:
            self._store.publish(signed)
        except ReleaseRefused as error:
            # A gateway that shares the folder may have been faster.
            if self._store.load().digest != newest.digest:
                self._refused.add(newest.digest)
                logger.error("release %s of the console is refused: %s", newest.version, error)
        return True

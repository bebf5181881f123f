"""Rasa's tracker store, bounded and minimised: one row a conversation, replaced at every turn."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import deserialise_events
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy import (
    Column,
    Float,
    MetaData,
    String,
    Table,
    Text,
    delete,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.content.database import empty_log, open_database
from bot.content.render import PAGE
from bot.dialogue.minimise import minimised
from bot.dialogue.record import CURRENT

metadata = MetaData()
trackers = Table(
    "tracker",
    metadata,
    Column("conversation", String(64), primary_key=True),
    Column("events", Text, nullable=False),
    Column("message_id", String(64)),
    Column("reply", Text),
    Column("updated", Float, nullable=False),
)


class MinimisedTrackerStore(TrackerStore):
    """Keeps intents, script ids and closed-list slots of the last turns; no text is stored.

    The reply to the last message is stored with it, in one transaction: a message that is
    delivered again is answered with it and not handled twice. Database errors surface, and name
    no conversation and no value.
    """

    def __init__(
        self,
        domain: Domain | None = None,
        event_broker: EventBroker | None = None,
        host: str | None = None,
        database: str = "sqlite:///var/trackers.db",
        keep_turns: int = 4,
        **kwargs: Any,
    ) -> None:
        self.keep_turns = int(keep_turns)
        # A turn that is lost with the machine is taken again from the inbox.
        self.engine = open_database(host or database, synchronous="NORMAL", patience=5000)
        metadata.create_all(self.engine)
        super().__init__(domain, event_broker, **kwargs)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Replace the conversation's row; with a finished turn goes the reply to its message."""
        row: dict[str, Any] = {
            "conversation": tracker.sender_id,
            "events": json.dumps(minimised(tracker, self.domain, self.keep_turns)),
            "updated": time.time(),
        }
        record = CURRENT.get()
        message = tracker.latest_message
        if record is not None and message is not None and message.message_id == record.message_id:
            record.observe(tracker)
            if tracker.latest_action_name == ACTION_LISTEN_NAME:
                row["message_id"] = record.message_id
                row["reply"] = json.dumps(record.as_reply())
        insert = postgresql.insert if self.engine.dialect.name == "postgresql" else sqlite.insert
        statement = insert(trackers).values(**row)
        with self.engine.begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["conversation"], set_=row)
            )

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of a conversation, or None; its length does not grow with the talk."""
        query = select(trackers.c.events).where(trackers.c.conversation == sender_id)
        with self.engine.connect() as connection:
            stored = connection.execute(query).scalar()
        if stored is None:
            return None
        events = deserialise_events(json.loads(stored))
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    def reply_to(self, conversation: str, message_id: str) -> dict[str, Any] | None:
        """The stored reply, when this was the conversation's last message."""
        query = select(trackers.c.reply).where(
            trackers.c.conversation == conversation, trackers.c.message_id == message_id
        )
        with self.engine.connect() as connection:
            reply = connection.execute(query).scalar()
        return None if reply is None else dict(json.loads(reply))

    def forget(self, conversation: str) -> None:
        """Erase a conversation, from the disk too; erasing one that is not there is no error."""
        with self.engine.begin() as connection:
            connection.execute(delete(trackers).where(trackers.c.conversation == conversation))
        empty_log(self.engine)

    def purge(self, older_than: float, apps_older_than: float | None = None) -> int:
        """Erase conversations last used before `older_than` (seconds since 1970), those in
        messaging apps before `apps_older_than` where that is given; their number."""
        old = select(trackers.c.conversation, trackers.c.events, trackers.c.updated).where(
            trackers.c.updated < older_than
        )
        with self.engine.begin() as connection:
            over = [
                row.conversation
                for row in connection.execute(old)
                if apps_older_than is None
                or row.updated < apps_older_than
                or not _of_an_app(json.loads(row.events))
            ]
            for conversation in over:
                connection.execute(delete(trackers).where(trackers.c.conversation == conversation))
        empty_log(self.engine)
        return len(over)

    async def keys(self) -> Iterable[str]:
        """Conversation ids."""
        with self.engine.connect() as connection:
            return list(connection.execute(select(trackers.c.conversation)).scalars())


def _of_an_app(events: list[dict[str, Any]]) -> bool:
    """Whether a stored conversation is held in a messaging app."""
    channels = [
        event.get("value")
        for event in events
        if event.get("event") == "slot" and event.get("name") == "channel"
    ]
    return bool(channels) and channels[-1] not in (None, PAGE)

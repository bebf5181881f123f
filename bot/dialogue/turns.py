"""One turn through Rasa: a message in, script ids out. The worker and `rasa run` share it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.dialogue.record import CURRENT, TurnRecord
from bot.dialogue.speech import INTERNAL_CHANNEL

logger = logging.getLogger(__name__)
METADATA = ("locale", "country", "channel", "unseen", "media")
Handler = Callable[[UserMessage], Awaitable[Any]]


class ReplyMemory(Protocol):
    """Remembers the reply to a conversation's last message."""

    def reply_to(self, conversation: str, message_id: str) -> dict[str, Any] | None: ...


class ScriptCollector(CollectingOutputChannel):
    """Takes the scripts that Rasa names; a text is no script: it is dropped and counted."""

    def __init__(self, record: TurnRecord) -> None:
        super().__init__()
        self.record = record

    @classmethod
    def name(cls) -> str:
        return INTERNAL_CHANNEL

    async def _persist_message(self, message: dict[str, Any]) -> None:
        custom = message.get("custom")
        if isinstance(custom, dict) and isinstance(custom.get("script"), str):
            self.record.scripts.append(custom)
            return
        self.record.dropped += 1
        # Without the text: it may hold what a person typed.
        logger.error("Rasa spoke a text instead of naming a script; it was dropped")


async def take_turn(
    handle: Handler, body: dict[str, Any], memory: ReplyMemory | None = None
) -> dict[str, Any]:
    """Handle {conversation, message_id, text, metadata} once and return its reply as JSON.

    A message that was handled before gets the reply it had. Raises KeyError when a field is
    missing, and what Rasa or the store raise.
    """
    conversation, message_id = str(body["conversation"]), str(body["message_id"])
    if memory is not None:
        earlier = memory.reply_to(conversation, message_id)
        if earlier is not None:
            return earlier
    record = TurnRecord(message_id)
    token = CURRENT.set(record)
    try:
        given = body.get("metadata") or {}
        message = UserMessage(
            text=str(body["text"]),
            output_channel=ScriptCollector(record),
            sender_id=conversation,
            input_channel=INTERNAL_CHANNEL,
            message_id=message_id,
            metadata={name: given[name] for name in METADATA if given.get(name) is not None},
        )
        await handle(message)
    finally:
        CURRENT.reset(token)
    return record.as_reply()

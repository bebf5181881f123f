"""The few fields of an Update that are read; of what a message holds, its kind alone.

https://core.telegram.org/bots/api#update. A name, a file id, a place or a phone number enters no
object of ours.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.channels.incoming import Media
from bot.channels.telegram.kinds import MEDIA, SERVICE

# At most 52 bits, by the documentation: they fit into a database's column.
Id = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Seconds = Annotated[int, Field(ge=0, lt=2**53)]


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Chat(_Read):
    id: Id = Field(repr=False)
    type: str

    @property
    def private(self) -> bool:
        return self.type == "private"


class Sender(_Read):
    is_bot: bool = False
    language_code: str | None = None


class Message(_Read):
    """`kinds`: the names of MEDIA and SERVICE that it has a field of, without what they hold."""

    chat: Chat
    date: Seconds
    edit_date: Seconds | None = None
    sender: Sender | None = Field(None, alias="from")
    media_group_id: str | None = Field(None, repr=False)
    text: str | None = Field(None, repr=False)
    caption: str | None = Field(None, repr=False)
    kinds: frozenset[str] = frozenset()

    @model_validator(mode="before")
    @classmethod
    def _names_alone(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        there = {name for name, value in given.items() if value is not None}
        return {**given, "kinds": there & (MEDIA.keys() | SERVICE)}

    @property
    def media(self) -> Media | None:
        """None for a text; what has no name here (documents, polls, dice ...) is a file."""
        found = (media for name, media in MEDIA.items() if name in self.kinds)
        return next(found, None if self.text else Media.FILE)

    @property
    def service(self) -> bool:
        return bool(self.kinds & SERVICE)


class Shown(_Read):
    """Our message over a button: often too old for Telegram to tell more of it."""

    chat: Chat


class CallbackQuery(_Read):
    id: str = Field(repr=False)
    sender: Sender = Field(alias="from")
    message: Shown | None = None
    data: str | None = Field(None, repr=False)


class Member(_Read):
    status: str


class MemberUpdated(_Read):
    """What became of the bot itself in a chat."""

    chat: Chat
    date: Seconds
    old_chat_member: Member
    new_chat_member: Member


class Update(_Read):
    update_id: Annotated[int, Field(ge=0, lt=2**63)]
    message: Message | None = None
    edited_message: Message | None = None
    channel_post: Message | None = None
    edited_channel_post: Message | None = None
    callback_query: CallbackQuery | None = None
    my_chat_member: MemberUpdated | None = None

"""The fields of Slack's requests that are read; everything else is dropped where it is parsed.

https://docs.slack.dev/reference/events/message
https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.channels.lenient import OrNone, Text

_STAMP = re.compile(r"([0-9]{1,11})\.([0-9]{1,6})")


Id = Annotated[str, Field(min_length=1, max_length=200)]


class Fields(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class File(Fields):
    """Of a file only its kind: never an address, an id or a name."""

    mimetype: OrNone[str] = None


class Edited(Fields):
    user: OrNone[Id] = None


class Message(Fields):
    """A message, alone or inside an event about one."""

    user: OrNone[Id] = None
    bot_id: OrNone[Id] = None
    text: OrNone[Text] = None
    edited: OrNone[Edited] = None


class Event(Message):
    type: OrNone[str] = None
    subtype: OrNone[str] = None
    channel: OrNone[Id] = None
    channel_type: OrNone[str] = None
    ts: OrNone[str] = None
    files: OrNone[list[OrNone[File]]] = None
    message: OrNone[Message] = None
    previous_message: OrNone[Message] = None


class Authorization(Fields):
    """For whom Slack delivers: our bot, whose own messages are events as well."""

    user_id: OrNone[Id] = None
    is_bot: OrNone[bool] = None


class Outer(Fields):
    """What every JSON request of Slack's has around it."""

    type: OrNone[str] = None
    challenge: OrNone[str] = None
    team_id: OrNone[Id] = None
    event_id: OrNone[Id] = None
    event: OrNone[Event] = None
    authorizations: OrNone[list[OrNone[Authorization]]] = None


class Team(Fields):
    id: OrNone[Id] = None


class User(Fields):
    """Not the name, which Slack sends along."""

    id: OrNone[Id] = None
    team_id: OrNone[Id] = None


class Place(Fields):
    id: Id


class Action(Fields):
    type: OrNone[str] = None
    action_id: OrNone[Id] = None
    action_ts: OrNone[str] = None
    value: OrNone[Id] = None


class Interaction(Fields):
    type: OrNone[str] = None
    team: OrNone[Team] = None
    user: OrNone[User] = None
    channel: OrNone[Place] = None
    actions: OrNone[list[OrNone[Action]]] = None


def microseconds(stamp: str | None) -> int | None:
    """Slack's `1700000000.123456`, which orders the messages of a channel."""
    found = _STAMP.fullmatch(stamp or "")
    return int(found[1]) * 1_000_000 + int(found[2].ljust(6, "0")) if found else None

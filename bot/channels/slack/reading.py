"""A request of Slack's as events: JSON of the Events API, or a form of its interactivity.

https://docs.slack.dev/apis/events-api
https://docs.slack.dev/interactivity/handling-user-interaction
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

from bot.channels.channel import Unreadable, Webhook
from bot.channels.incoming import Incoming, Kind, Media
from bot.channels.slack.fields import Action, Event, Interaction, Outer, microseconds
from bot.channels.slack.texts import as_seen
from bot.channels.slack.writing import ACTION

_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{1,500}")
# A text, one with files, one shown outside its thread as well, and one with /me.
_WRITTEN_BY_PEOPLE = frozenset({None, "file_share", "thread_broadcast", "me_message"})


def read(body: bytes) -> Webhook:
    """What a person did; at most one thing in one request. Raises Unreadable."""
    try:
        if body.lstrip()[:1] == b"{":
            return _read_event(Outer.model_validate(json.loads(body)))
        form = parse_qs(body.decode(), max_num_fields=50)
        if "payload" not in form:
            return Webhook()  # a slash command, or Slack's check of our certificate
        return _read_interaction(Interaction.model_validate(json.loads(form["payload"][0])))
    except (ValueError, RecursionError):
        raise Unreadable("neither an event nor an interaction") from None


def _read_event(outer: Outer) -> Webhook:
    if outer.type == "url_verification" and _CHALLENGE.fullmatch(outer.challenge or ""):
        return Webhook(answer=outer.challenge or "")
    event = outer.event
    if outer.type != "event_callback" or event is None or event.channel is None:
        return Webhook()
    bots = {each.user_id for each in outer.authorizations or [] if each and each.is_bot}
    if event.bot_id or (event.user is not None and event.user in bots):
        return Webhook()
    private = event.channel_type == "im" or event.channel.startswith("D")
    if event.type == "message" and private:
        told = _private(event, bots)
    elif event.type in ("message", "app_mention") and not private:
        told = _among_others(event)
    else:
        told = None
    return Webhook(events=(_incoming(outer, event, *told),) if told else ())


def _private(event: Event, bots: set[str | None]) -> tuple[Kind, str, Media | None] | None:
    """A message or the change of one. Not what changes by itself, as a preview of a link does."""
    if event.subtype in _WRITTEN_BY_PEOPLE and event.user:
        return Kind.TEXT, as_seen(event.text or ""), _media(event)
    new, old = event.message, event.previous_message
    if event.subtype != "message_changed" or new is None or new.edited is None:
        return None
    if new.bot_id or not new.user or new.user in bots or (old and old.text == new.text):
        return None
    return Kind.EDIT, as_seen(new.text or ""), None


def _among_others(event: Event) -> tuple[Kind, str, Media | None] | None:
    """What is written where others read along is not read, only that somebody wrote."""
    if event.subtype not in _WRITTEN_BY_PEOPLE or not event.user:
        return None
    return Kind.GROUP, "", None


def _incoming(outer: Outer, event: Event, kind: Kind, text: str, media: Media | None) -> Incoming:
    address = {"channel": event.channel or ""}
    if kind is Kind.GROUP:
        address["user"] = event.user or ""
    contact = f"{outer.team_id or ''}:{event.channel}"
    position = microseconds(event.ts)
    return Incoming(
        channel="slack",
        kind=kind,
        contact=contact,
        event=f"event:{outer.event_id or f'{contact}:{event.ts}'}",
        address=address,
        text=text,
        media=media,
        position=position,
        sent=None if position is None else position / 1_000_000,
    )


def _media(event: Event) -> Media | None:
    """What came along, pictures and films before anything else."""
    if not event.files:
        return Media.FILE if event.subtype == "file_share" else None
    kinds = {(file.mimetype if file else None) or "" for file in event.files}
    if any(kind.startswith(("image/", "video/")) for kind in kinds):
        return Media.IMAGE
    return Media.VOICE if any(kind.startswith("audio/") for kind in kinds) else Media.FILE


def _read_interaction(told: Interaction) -> Webhook:
    """Our buttons alone; Slack may send several presses in one request."""
    if told.type != "block_actions" or told.channel is None:
        return Webhook()
    pressed = [
        _pressed(told, told.channel.id, action)
        for action in told.actions or []
        if action and action.type == "button" and (action.action_id or "").startswith(ACTION)
    ]
    return Webhook(events=tuple(each for each in pressed if each is not None))


def _pressed(told: Interaction, channel: str, action: Action) -> Incoming | None:
    user = told.user.id if told.user else None
    team = (told.team and told.team.id) or (told.user and told.user.team_id) or ""
    private = channel.startswith("D")
    if not action.value or not (private or user):
        return None
    position = microseconds(action.action_ts)
    return Incoming(
        channel="slack",
        kind=Kind.BUTTON if private else Kind.GROUP,
        contact=f"{team}:{channel}",
        event=f"action:{team}:{action.action_ts}:{action.action_id}",
        address={"channel": channel} if private else {"channel": channel, "user": user or ""},
        button=action.value if private else "",
        position=position,
        sent=None if position is None else position / 1_000_000,
    )

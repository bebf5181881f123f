"""An Update as an event, or none where no person did anything that we answer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from bot.channels.channel import Unreadable
from bot.channels.incoming import Incoming, Kind, Media
from bot.channels.telegram.updates import CallbackQuery, Chat, MemberUpdated, Message, Update

# A deep link's parameter: https://core.telegram.org/bots/features#deep-linking. Only what looks
# like one is taken for it; words that somebody typed behind the command are a text.
_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*", re.ASCII | re.IGNORECASE)
_START_WORD = re.compile(r"\A/start(?:@\w+)?\s+", re.ASCII | re.IGNORECASE)
_COMMAND = re.compile(r"\A(/\w+)@\w+(?=\s|\Z)", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2}")
_AUDIENCES = {"teen"}
_THERE = {"member", "administrator"}
_AWAY = {"left", "kicked"}


def read(body: bytes) -> Incoming | None:
    """The event of a verified body. Raises Unreadable."""
    try:
        update = Update.model_validate_json(body)
    except ValueError:
        raise Unreadable("no update of Telegram's") from None
    number = update.update_id
    if message := update.message or update.channel_post:
        return _said(number, message)
    if edited := update.edited_message or update.edited_channel_post:
        return _edited(number, edited)
    if update.callback_query:
        return _pressed(number, update.callback_query)
    if update.my_chat_member:
        return _member(number, update.my_chat_member)
    return None


def _event(number: int, kind: Kind, chat: Chat, **more: Any) -> Incoming:
    """`update_id` is unique and counts up: Telegram itself proposes it against repetitions."""
    contact = str(chat.id)
    made = Incoming("telegram", kind, contact, f"update:{number}", {"chat": contact})
    return replace(made, position=number, **more)


def _said(number: int, message: Message) -> Incoming | None:
    told = _told(number, Kind.TEXT, message)
    if told is None or told.kind is Kind.GROUP:
        return told
    if message.text and (start := _START.fullmatch(message.text)):
        # The parameter stays a text: somebody may have typed one word of despair behind it.
        parameter = start[1] or ""
        return replace(told, kind=Kind.START, text=parameter, **_followed(parameter))
    if message.media_group_id and not told.text:
        # Each picture of an album comes by itself; as repetitions of one they are refused once.
        return replace(told, event=f"album:{told.contact}:{message.media_group_id}")
    return told


def _edited(number: int, message: Message) -> Incoming | None:
    """A live location tells every step by an edit: nobody changed a message."""
    told = _told(number, Kind.EDIT, message)
    if told is None or told.media is Media.LOCATION:
        return None
    # What was changed just now may have been sent long ago.
    return replace(told, sent=float(message.edit_date) if message.edit_date else None)


def _told(number: int, kind: Kind, message: Message) -> Incoming | None:
    """A message of a person's; of one in a group, nothing but that it was there."""
    if message.service or (message.sender and message.sender.is_bot):
        return None
    if not message.chat.private:
        return _event(number, Kind.GROUP, message.chat, sent=float(message.date))
    return _event(
        number,
        kind,
        message.chat,
        text=_typed(message.text or message.caption or ""),
        media=message.media,
        sent=float(message.date),
        locale=message.sender.language_code if message.sender else None,
    )


def _typed(text: str) -> str:
    """As typed, without the bot's name behind a command."""
    if _START.fullmatch(text):
        return text
    return _COMMAND.sub(r"\1", _START_WORD.sub("", text, count=1), count=1)


def _followed(parameter: str) -> dict[str, Any]:
    """The language and the audience of a link: t.me/<bot>?start=es_teen."""
    parts = re.split("[-_]", parameter.lower())
    languages = [part for part in parts if _LANGUAGE.fullmatch(part)]
    audiences = [part for part in parts if part in _AUDIENCES]
    return {
        **({"locale": languages[0]} if languages else {}),
        **({"audience": audiences[0]} if audiences else {}),
    }


def _pressed(number: int, query: CallbackQuery) -> Incoming | None:
    """No time: the date of a query is that of the message over the button, or none."""
    if query.message is None or not query.data or query.sender.is_bot:
        return None
    chat = query.message.chat
    address = {"chat": str(chat.id), "callback": query.id}
    if not chat.private:
        return _event(number, Kind.GROUP, chat, address=address)
    locale = query.sender.language_code
    return _event(number, Kind.BUTTON, chat, address=address, button=query.data, locale=locale)


def _member(number: int, changed: MemberUpdated) -> Incoming | None:
    before, now = changed.old_chat_member.status, changed.new_chat_member.status
    sent = float(changed.date)
    if changed.chat.private:
        left = now in _AWAY
        return _event(number, Kind.LEFT, changed.chat, sent=sent) if left else None
    if before in _AWAY and now in _THERE:
        return _event(number, Kind.GROUP, changed.chat, sent=sent)
    return None

"""Buttons of messaging apps: their tokens must be short, so that what they mean is kept by us."""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Sequence

from sqlalchemy import Engine, insert, select

from bot.content.render import Message
from bot.gateway.replies import OutgoingButton, OutgoingMessage
from bot.gateway.sealing import Forged
from bot.gateway.sessions import button
from bot.gateway.storage import Session

ANY_TIME = ("/switch_language{", '/inform_audience{"audience"')
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
TOKEN_BYTES = 18  # 24 characters: Telegram takes 64 bytes


def meaning(payload: str, script: str, turn: int, session: Session) -> str:
    """What a pressed button means: one of an earlier answer shows its message again, unless it says
    at any time what it says: who it is about, which language."""
    if turn != session.turn and "{" in payload and not payload.startswith(ANY_TIME):
        return f"/repeat{json.dumps({'choice': 'show:' + script})}"
    return payload


class AppButtons:
    """Tokens bound to a conversation by a keyed hash, the same each time an answer is rendered."""

    def __init__(self, engine: Engine, secret: bytes) -> None:
        self._engine = engine
        self._key = hmac.new(secret, b"buttons of messaging apps", "sha256").digest()

    def outgoing(
        self, session_id: str, turn: int, messages: Sequence[Message]
    ) -> list[OutgoingMessage]:
        """Messages with tokens for payloads, which are stored. Raises SQLAlchemyError."""
        rows: dict[str, dict[str, object]] = {}
        made: list[OutgoingMessage] = []
        for message in messages:
            buttons: list[OutgoingButton] = []
            for each in message.buttons:
                token = self._token(session_id, turn, message.script, each.payload)
                buttons.append(OutgoingButton(each.label, token))
                rows[token] = {
                    "session_id": session_id,
                    "token": token,
                    "payload": each.payload,
                    "script": message.script,
                    "turn": turn,
                }
            made.append(OutgoingMessage(message, tuple(buttons)))
        self._keep(session_id, rows)
        return made

    def _keep(self, session_id: str, rows: dict[str, dict[str, object]]) -> None:
        if not rows:
            return
        with self._engine.begin() as connection:
            known = select(button.c.token).where(
                button.c.session_id == session_id, button.c.token.in_(rows)
            )
            new = rows.keys() - set(connection.execute(known).scalars())
            if new:
                connection.execute(insert(button), [rows[token] for token in new])

    def _token(self, session_id: str, turn: int, script: str, payload: str) -> str:
        whole = "\0".join((session_id, str(turn), script, payload)).encode()
        digest = hmac.new(self._key, whole, "sha256").digest()[:TOKEN_BYTES]
        return base64.urlsafe_b64encode(digest).decode()

    def payload(self, session: Session, token: str) -> str:
        """What a pressed button means. Raises Forged for one that is not of this conversation."""
        if not _TOKEN.fullmatch(token):
            raise Forged
        query = select(button.c.payload, button.c.script, button.c.turn).where(
            button.c.session_id == session.id, button.c.token == token
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise Forged
        return meaning(row.payload, row.script, row.turn, session)

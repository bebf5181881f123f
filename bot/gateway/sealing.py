"""Authenticated encryption for what must not be read or forged: inbox texts and button tokens."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.content.files import made_once
from bot.settings import Settings

_NONCE = 12
_LEAST_SECRET = 32  # bytes


class Forged(Exception):
    """A sealed value that this service did not make, or made for another conversation."""


class Seal:
    """AES-256-GCM bound to a purpose and a conversation (the associated data)."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(secret)
        self._cipher = AESGCM(key)

    def seal(self, value: Any, conversation: str) -> bytes:
        """Encrypt a JSON value for one conversation."""
        nonce = os.urandom(_NONCE)
        plain = json.dumps(value, separators=(",", ":")).encode()
        return nonce + self._cipher.encrypt(nonce, plain, conversation.encode())

    def open(self, sealed: bytes, conversation: str) -> Any:
        """The value again. Raises Forged when it was changed or belongs elsewhere."""
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], conversation.encode())
        except (InvalidTag, ValueError) as error:
            raise Forged from error
        return json.loads(plain)

    def token(self, value: Any, conversation: str) -> str:
        """`seal` as text for a URL or a form."""
        return base64.urlsafe_b64encode(self.seal(value, conversation)).rstrip(b"=").decode()

    def read_token(self, token: str, conversation: str) -> Any:
        """The value of a token. Raises Forged."""
        try:
            sealed = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except (ValueError, UnicodeEncodeError) as error:
            raise Forged from error
        return self.open(sealed, conversation)


class SecretDamaged(Exception):
    """The file of the secret key is too short: nothing is sealed with what could be guessed."""


def ensure_secret(folder: Path, given: str | None) -> bytes:
    """The secret key: the setting, or one made at the first start. Raises SecretDamaged."""
    if given is not None:
        return given.encode()
    path = folder / "keys" / "secret.key"
    secret = made_once(path, lambda: os.urandom(_LEAST_SECRET))
    if len(secret) < _LEAST_SECRET:
        raise SecretDamaged(
            f"{path} is damaged. Put it back from a backup, or remove it: conversations that are "
            "open now then end."
        )
    return secret


def secret_of(config: Settings) -> bytes:
    """The secret key of this installation. Raises SecretDamaged."""
    given = config.secret_key.get_secret_value() if config.secret_key else None
    return ensure_secret(config.data_folder, given)

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

_NONCE = 12


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


def ensure_secret(folder: Path, given: str | None) -> bytes:
    """The secret key: the setting, or one made at the first start (file mode 0600)."""
    if given:
        return given.encode()
    path = folder / "keys" / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        file.write(os.urandom(32))
    return path.read_bytes()

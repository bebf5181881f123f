"""A passkey without a device: an EC key that answers as WebAuthn level 2 says."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from tests.console.desks import post, token_in

HERE = "http://localhost:8001"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Authenticator:
    """What a phone holds. Each field may be set to what a thief or a broken device would send."""

    origin: str = HERE
    site: str = "localhost"
    verified: bool = True
    count: int = 0
    id: bytes = field(default_factory=lambda: os.urandom(16))
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def make(self, wanted: dict[str, Any]) -> str:
        """The answer to navigator.credentials.create, as the form sends it."""
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + attested}
        client = self._client("webauthn.create", wanted["challenge"])
        return self._sent({"clientDataJSON": client, "attestationObject": cbor2.dumps(made)})

    def use(self, wanted: dict[str, Any]) -> str:
        """The answer to navigator.credentials.get, as the form sends it."""
        data, client = self._data(), self._client("webauthn.get", wanted["challenge"])
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._sent(
            {"clientDataJSON": client, "authenticatorData": data, "signature": signed}
        )

    def _data(self, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verified else 0)
        site = hashlib.sha256(self.site.encode()).digest()
        return site + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _sent(self, response: dict[str, bytes]) -> str:
        parts = {name: text(raw) for name, raw in response.items()}
        return json.dumps(
            {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": parts}
        )


def asked(client, path: str, page: str) -> dict[str, Any]:
    """The options of a passkey, asked for as the page's script does."""
    token = token_in(client.get(page, follow_redirects=True).text)
    answer = client.post(path, headers={"X-CSRFToken": token})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def sent(client, path: str, page: str, **form: str) -> Any:
    """The form of a page with a passkey's answer in it."""
    token = token_in(client.get(page, follow_redirects=True).text)
    return client.post(path, data={**form, "csrf_token": token})


def keep(client, made: Authenticator, label: str = "Phone") -> Any:
    """Add a passkey to the account that is signed in."""
    page = "/account/codes"
    answer = made.make(asked(client, "/passkeys/new/options", page))
    return sent(client, "/passkeys/new", page, answer=answer, label=label)


def enter(client, made: Authenticator, **form: str) -> Any:
    """Sign in with a passkey alone."""
    answer = made.use(asked(client, "/passkeys/options", "/"))
    return sent(client, "/passkeys/use", "/", answer=answer, **form)


def with_key(office) -> Authenticator:
    """Ana's passkey; she is signed in nowhere."""
    phone, client = Authenticator(), office.sign_in("ana")
    assert keep(client, phone).status_code == 200
    post(client, "/leave")
    return phone

"""Passkeys (WebAuthn level 2), by the webauthn library; each challenge is answered once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, insert, select, update
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from bot.console.sign_in.accounts import passkey, staff, tables
from bot.console.sign_in.policy import policy
from bot.console.sign_in.sessions import digest
from bot.console.workflow.people import Refused

challenge = tables["challenge"]
NAME = "Handrail console"
NOT_TAKEN = "The passkey was not accepted. Try again."
_VERIFIED = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True)
class Site:
    """Where the console is, as browsers bind passkeys to it."""

    origin: str

    @property
    def name(self) -> str:
        """The host: the relying party's id."""
        return str(urlsplit(self.origin).hostname)


def ask_for_new(connection: Connection, site: Site, number: int, name: str, now: float) -> str:
    """Options as JSON for navigator.credentials.create."""
    have = connection.execute(select(passkey.c.credential_id).where(passkey.c.staff_id == number))
    options = generate_registration_options(
        rp_id=site.name,
        rp_name=NAME,
        user_name=name,
        user_id=f"staff-{number}".encode(),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in have.scalars()],
    )
    _hand_out(connection, options.challenge, "new", number, now)
    return options_to_json(options)


def take_new(
    connection: Connection, site: Site, number: int, answer: str, *, label: str, now: float
) -> None:
    """Keep a new passkey, whose challenge was redeemed before. Raises Refused."""
    given = _challenge_of(answer)
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=given,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, RecursionError) as error:
        raise Refused(NOT_TAKEN) from error
    connection.execute(
        insert(passkey).values(
            staff_id=number,
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            label=label.strip()[:80] or "Passkey",
            created=now,
        )
    )


def ask(connection: Connection, site: Site, number: int | None, now: float) -> str:
    """Options as JSON for navigator.credentials.get: of one person, or of whoever has one."""
    options = generate_authentication_options(rp_id=site.name, user_verification=_VERIFIED)
    _hand_out(connection, options.challenge, "use", number, now)
    return options_to_json(options)


def take(connection: Connection, site: Site, number: int | None, answer: str, now: float) -> Any:
    """The row of whose passkey answered a challenge that was redeemed before. Raises Refused:
    unknown, another's, copied, inactive."""
    given = _challenge_of(answer)
    try:
        credential = base64url_to_bytes(str(json.loads(answer).get("rawId", "")))
    except (ValueError, AttributeError) as error:
        raise Refused(NOT_TAKEN) from error
    query = select(passkey, staff.c.active, staff.c.name).join(
        staff, staff.c.id == passkey.c.staff_id
    )
    row = connection.execute(query.where(passkey.c.credential_id == credential)).one_or_none()
    if row is None or not row.active or number not in (None, row.staff_id):
        raise Refused(NOT_TAKEN)
    try:
        used = verify_authentication_response(
            credential=answer,
            expected_challenge=given,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, RecursionError) as error:
        raise Refused(NOT_TAKEN) from error
    mine = update(passkey).where(passkey.c.id == row.id)
    connection.execute(mine.values(sign_count=used.new_sign_count, used=now))
    return row


def keys_of(connection: Connection, number: int) -> list[Any]:
    """The passkeys of somebody, the oldest first."""
    rows = select(passkey).where(passkey.c.staff_id == number).order_by(passkey.c.id)
    return list(connection.execute(rows))


def _hand_out(
    connection: Connection, given: bytes, purpose: str, number: int | None, now: float
) -> None:
    connection.execute(delete(challenge).where(challenge.c.expires <= now))
    expires = now + policy().challenge_minutes * 60
    values = {"digest": digest(given.hex()), "purpose": purpose, "staff_id": number}
    connection.execute(insert(challenge).values(**values, expires=expires))


def redeem(
    connection: Connection, answer: str, purpose: str, number: int | None, now: float
) -> None:
    """Use up the challenge that is answered; `purpose`: "new" or "use". Raises Refused.

    In a transaction of its own: a refused answer must not give its challenge back.
    """
    given = _challenge_of(answer)
    mine = delete(challenge).where(
        challenge.c.digest == digest(given.hex()),
        challenge.c.purpose == purpose,
        challenge.c.expires > now,
        challenge.c.staff_id.is_(None) if number is None else challenge.c.staff_id == number,
    )
    if connection.execute(mine).rowcount != 1:
        raise Refused(NOT_TAKEN)


def _challenge_of(answer: str) -> bytes:
    """The challenge that an answer says it answers; the library compares it again."""
    try:
        client = json.loads(base64url_to_bytes(json.loads(answer)["response"]["clientDataJSON"]))
        return base64url_to_bytes(str(client["challenge"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused(NOT_TAKEN) from error

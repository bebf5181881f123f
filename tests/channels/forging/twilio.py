"""Requests that claim to come from Twilio and do not."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

from bot.channels.simulator.twilio import TwilioPlatform

SIGNATURE = "x-twilio-signature"


def forgeries(platform: TwilioPlatform) -> dict[str, tuple[list[tuple[str, str]], bytes]]:
    """Headers and body by what is wrong with them; `verify` must refuse each.

    Twilio signs no time: `old_time` and `future_time` put one into the body under the old
    signature. Its signatures are base64, so that `upper_case_hex` is one in capitals.
    """
    delivery = platform.says("+15550100001", "hello")
    fields = dict(parse_qsl(delivery.body.decode(), keep_blank_values=True))
    right = delivery.headers[SIGNATURE]
    signed = platform.webhook + "".join(name + fields[name] for name in sorted(fields))
    secret_of_others = RequestValidator("b" * 32).compute_signature(platform.webhook, fields)
    empty = RequestValidator("").compute_signature(platform.webhook, fields)
    elsewhere = RequestValidator(platform.auth_token).compute_signature(
        "https://proxy.internal:8443/webhooks/twilio", fields
    )
    sha256 = RequestValidator(platform.auth_token).compute_signature(
        platform.webhook, fields, "HMAC_SHA256"
    )
    in_hex = hmac.new(platform.auth_token.encode(), signed.encode(), hashlib.sha1).hexdigest()

    def under_the_signature(**changed: str) -> bytes:
        return urlencode({**fields, **changed}).encode()

    signatures = {
        "none": [],
        "empty": [""],
        "wrong": [secret_of_others],
        "truncated": [right[:-1]],
        "other_algorithm": [sha256],
        "upper_case_hex": [right.upper()],
        "in_hex": [in_hex],
        "doubled_header": [right, right],
        "doubled_header_other": [right, secret_of_others],
        "doubled_in_one": [f"{right}, {right}"],
        "empty_secret": [empty],
        "non_ascii": ["\u00e9" * 28],
        "other_address": [elsewhere],
    }
    bodies = {
        "changed_body": under_the_signature(Body="hello!"),
        "added_field": under_the_signature(ListId="forged"),
        "other_sender": under_the_signature(From="+15550100002"),
        "old_time": under_the_signature(Timestamp="Fri, 27 Nov 2020 08:00:00 GMT"),
        "future_time": under_the_signature(Timestamp="Fri, 27 Nov 2096 08:00:00 GMT"),
        "no_body": b"",
        "not_utf_8": delivery.body + b"&Label=%ff",
        "raw_bytes": delivery.body + b"\xff",
        "too_many_fields": delivery.body + b"&a=b" * 500,
    }
    return {
        **{
            name: ([(SIGNATURE, value) for value in values], delivery.body)
            for name, values in signatures.items()
        },
        **{name: ([(SIGNATURE, right)], body) for name, body in bodies.items()},
    }

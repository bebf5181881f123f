"""Every way to forge a delivery of Messenger's, for the tests of verify and of the edge."""

from __future__ import annotations

import hashlib
import hmac
import re

from bot.channels.simulator.messenger import MessengerSimulator

SIGNATURE = "x-hub-signature-256"
JSON = ("content-type", "application/json")
Headers = list[tuple[str, str]]


def forgeries(platform: MessengerSimulator) -> dict[str, tuple[Headers, bytes]]:
    """Name -> headers and body. A delivery has no time of its own beside its body: `old_time` and
    `future_time` change the time in the body under the signature that it had."""
    delivery = platform.says("ana", "they want money")
    body, right = delivery.body, platform.sign(delivery.body)

    def signed_by(secret: str) -> str:
        return f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}"

    sha1 = hmac.new(platform.app_secret.encode(), body, hashlib.sha1).hexdigest()
    earlier, later = (re.sub(rb'"time": \d+', b'"time": ' + time, body) for time in (b"1", b"9"))
    headers: dict[str, Headers] = {
        "none": [],
        "empty": [(SIGNATURE, "")],
        "wrong": [(SIGNATURE, signed_by("another secret"))],
        "truncated": [(SIGNATURE, right[:-1])],
        "without_its_algorithm": [(SIGNATURE, right.removeprefix("sha256="))],
        "other_algorithm": [("x-hub-signature", f"sha1={sha1}")],
        "other_algorithm_in_the_header": [(SIGNATURE, f"sha1={sha1}")],
        "upper_case_hex": [(SIGNATURE, "sha256=" + right.removeprefix("sha256=").upper())],
        "doubled_header": [(SIGNATURE, right), (SIGNATURE, right)],
        "doubled_header_other": [(SIGNATURE, right), (SIGNATURE, signed_by("another secret"))],
        "empty_secret": [(SIGNATURE, signed_by(""))],
        "non_ascii": [(SIGNATURE, right[:-1] + "ä")],
    }
    bodies = {"changed_body": body + b" ", "old_time": earlier, "future_time": later}
    return {
        **{name: ([JSON, *given], body) for name, given in headers.items()},
        **{name: ([JSON, (SIGNATURE, right)], changed) for name, changed in bodies.items()},
    }

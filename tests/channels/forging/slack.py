"""Every way to forge a request of Slack's, for the tests of verify and of the edge."""

from __future__ import annotations

import hashlib
import hmac

from bot.channels.simulator.slack import SlackSimulator

SIGNATURE, TIME = "x-slack-signature", "x-slack-request-timestamp"
JSON = ("content-type", "application/json")
Headers = list[tuple[str, str]]


def forgeries(platform: SlackSimulator) -> dict[str, tuple[Headers, bytes]]:
    """Name -> headers and body. Times are more than five minutes off, and signed as they are."""
    body = platform.says("ana", "they want money").body
    now = int(platform.now())

    def at(stamp: str) -> Headers:
        return [(TIME, stamp), (SIGNATURE, platform.sign(body, stamp))]

    def signed_by(secret: str, algorithm: str = "sha256") -> str:
        told = f"v0:{now}:".encode() + body
        return f"v0={hmac.new(secret.encode(), told, algorithm).hexdigest()}"

    (_, time), (_, right) = at(str(now))
    wrong = signed_by("another secret")
    signatures: dict[str, list[str]] = {
        "none": [],
        "empty": [""],
        "wrong": [wrong],
        "truncated": [right[:-1]],
        "other_algorithm": [signed_by(platform.signing_secret, "sha512")],
        "other_version": [right.replace("v0=", "v1=")],
        "upper_case_hex": ["v0=" + right.removeprefix("v0=").upper()],
        "doubled_header": [right, right],
        "doubled_header_other": [right, wrong],
        "empty_secret": [signed_by("")],
        "non_ascii": [right[:-1] + "ä"],
        "body_alone": [
            "v0=" + hmac.new(platform.signing_secret.encode(), body, hashlib.sha256).hexdigest()
        ],
    }
    headers: dict[str, Headers] = {
        **{
            name: [(TIME, time), *((SIGNATURE, value) for value in values)]
            for name, values in signatures.items()
        },
        "old_time": at(str(now - 302)),
        "future_time": at(str(now + 302)),
        "no_time": [(SIGNATURE, right)],
        "doubled_time": [(TIME, time), (TIME, time), (SIGNATURE, right)],
        "another_time": [(TIME, str(now - 1)), (SIGNATURE, right)],
        "time_in_words": at("now"),
        "time_in_other_digits": at(str(now).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))),
        "time_with_spaces": at(f" {now} "),
    }
    return {
        **{name: ([JSON, *given], body) for name, given in headers.items()},
        "changed_body": ([JSON, *at(time)], body + b" "),
        "body_of_other_bytes": ([JSON, *at(time)], b"\xff\xfe" + body),
    }

"""Requests that no Telegram sent."""

from __future__ import annotations

import hashlib
import hmac

from bot.channels.simulator.telegram import TelegramSimulator

HEADER = "x-telegram-bot-api-secret-token"
Forgery = tuple[list[tuple[str, str]], bytes]


def forgeries(platform: TelegramSimulator) -> dict[str, Forgery]:
    """By what is wrong with them: header lines and body. Each must be refused.

    Telegram signs nothing: it repeats a secret. So `changed_body`, `old_time` and `future_time` do
    not exist here: who knows the secret may say what they like, as Telegram may. The secret has to
    hold a lower-case letter, for `upper_case_hex`.
    """
    secret = platform.secret
    body = platform.says("4242", "he wants more money").body
    signed = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {
        "none": [],
        "wrong": [(HEADER, "x" * len(secret))],
        "truncated": [(HEADER, secret[:-1])],
        "extended": [(HEADER, secret + "x")],
        "last_letter": [(HEADER, secret[:-1] + ("b" if secret[-1] == "a" else "a"))],
        "other_algorithm": [(HEADER, signed)],
        "other_header": [("x-hub-signature-256", f"sha256={signed}"), ("authorization", secret)],
        "upper_case_hex": [(HEADER, secret.upper())],
        "doubled_header": [(HEADER, secret), (HEADER, secret)],
        "doubled_header_other": [(HEADER, secret), (HEADER, "x")],
        "joined_header": [(HEADER, f"{secret}, {secret}")],
        "empty_secret": [(HEADER, "")],
        "non_ascii": [(HEADER, secret[:-1] + "é")],
    }
    return {name: (lines, body) for name, lines in headers.items()}

"""Passwords: argon2id by the library's own parameters, a length, and no composition rules."""

from __future__ import annotations

import re
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.console.sign_in.policy import policy

LONGEST = 256  # characters; more is no password but an attack on the processor
_AT_ONCE = threading.BoundedSemaphore(2)  # each takes 64 MiB and a core
_PATIENCE = 1.0  # seconds: who floods the door must not hold every thread of the console


class Busy(Exception):
    """Too many passwords are checked at the moment."""


class Passwords:
    """Hashes and checks. `hasher` may be a cheap one in tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self.hasher = hasher or PasswordHasher()
        self._dummy = self.hasher.hash("nobody's password")

    def hash(self, password: str) -> str:
        """For the database."""
        with _turn():
            return self.hasher.hash(password[:LONGEST])

    def fits(self, known: str | None, password: str) -> bool:
        """Whether it is the password; without a known one it takes as long and is not."""
        with _turn():
            try:
                self.hasher.verify(known or self._dummy, password[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False
        return known is not None

    def is_old(self, known: str) -> bool:
        """Whether it was hashed with weaker parameters than today's."""
        return self.hasher.check_needs_rehash(known)


class _turn:  # noqa: N801 - a context manager used like a function
    def __enter__(self) -> None:
        if not _AT_ONCE.acquire(timeout=_PATIENCE):
            raise Busy

    def __exit__(self, *_: object) -> None:
        _AT_ONCE.release()


def weakness(password: str, name: str) -> str | None:
    """Why it is no good password, or None."""
    least = policy().password_least
    if len(password) < least:
        return f"Use {least} characters or more. A few words that only you put together are fine."
    if len(password) > LONGEST:
        return f"Use {LONGEST} characters at most."
    letters = re.sub(r"[\W\d_]", "", password.casefold())
    if name and name in password.casefold():
        return "Leave your name out of it."
    guessed = {word * times for word in policy().common for times in (1, 2, 3)}
    if len(set(password)) < 5 or letters in guessed:
        return "This one is guessed first. Choose another."
    return None

"""Who does something, and what is said when it must not be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.content.events import Entry, append_events


class Refused(Exception):
    """It was not done; the message says why, for the person who tried."""


@dataclass(frozen=True)
class Actor:
    """A person by the name that the audit trail keeps, and their roles."""

    name: str
    roles: frozenset[str]

    def needs(self, *roles: str) -> None:
        """Raises Refused unless one of the roles is theirs."""
        if not self.roles & {*roles}:
            raise Refused(f"This is for: {', '.join(roles)}.")


@dataclass(frozen=True)
class Work:
    """What one person does in one transaction. `locales`: the first is the source of the others;
    `now` in seconds since 1970."""

    connection: Connection
    actor: Actor
    locales: Sequence[str]
    now: float

    @property
    def source(self) -> str:
        """The language that the others are translated from."""
        return self.locales[0]

    def note(
        self,
        what: str,
        subject: str,
        reason: str = "",
        *,
        before: str | None = None,
        after: str | None = None,
    ) -> None:
        """Write into the audit trail; `what` as edition:approved."""
        entry = Entry(self.actor.name, f"console:{what}", subject, reason, before, after)
        append_events(self.connection, [entry])

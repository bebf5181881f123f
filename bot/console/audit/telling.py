"""The entries of the audit trail in plain English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

# What an entry of this kind (its tag without the source) says between the person and the subject;
# others are told by their own words.
DONE = {
    "edition:drafted": "began a draft",
    "edition:edited": "edited",
    "edition:submitted": "submitted for review",
    "edition:taken_back": "took back",
    "edition:approved": "approved",
    "edition:returned": "returned for changes",
    "edition:rejected": "rejected",
    "edition:read_again": "read again and found right",
    "edition:withdrawn": "withdrew",
    "edition:live": "put in force",
    "edition:retired": "took out of force",
    "release:published": "published",
    "release:rolled_back": "went back to an earlier state with",
    "release:withdrawn": "withdrew texts with",
    "staff:added": "added",
    "staff:roles": "changed the roles of",
    "staff:let_in": "let in again",
    "staff:let_out": "let out",
    "staff:reset": "reset the sign-in of",
    "staff:guessed": "noticed failed sign-ins of",
    "staff:signed_in": "signed in",
    "staff:signed_out": "signed out other browsers",
    "staff:confirmed": "confirmed who they are",
    "staff:password": "chose another password",
    "staff:codes_set_up": "set up an authenticator app",
    "staff:recovery_codes": "made recovery codes",
    "staff:passkey_added": "added a passkey",
    "staff:passkey_removed": "removed a passkey",
    "link:hidden": "hid the dead link of",
    "link:shown": "showed the link again of",
    "number:called": "called the number of",
    "proposal:made": "proposed sentences for",
}
HELPER = "resource:"
_EDITION, _RELEASE = re.compile(r"(.+) #(\d+)"), re.compile(r"release (\d+)")


@dataclass(frozen=True)
class Told:
    """An entry for a page: `page` and `number` say where its subject is shown, if anywhere."""

    row: Any
    done: str
    page: str | None
    number: int | None

    @property
    def subject(self) -> str:
        """What it was about; empty where that is the person alone."""
        return "" if self.row.subject == self.row.actor else str(self.row.subject)

    @property
    def line(self) -> str:
        """All of it in one line, as `rita approved utter_x #12 – clear now`."""
        said = " ".join(filter(None, (self.row.actor, self.done, self.subject)))
        return f"{said} – {self.row.reason}" if self.row.reason else said


def told(row: Any) -> Told:
    """A row of the trail, told."""
    _, _, kind = str(row.tag).partition(":")
    done = DONE.get(kind) or kind.replace(":", " ").replace("_", " ") + ":"
    if found := _EDITION.fullmatch(str(row.subject)):
        page = "helpers.edition" if found[1].startswith(HELPER) else "scripts.edition"
        return Told(row, done, page, int(found[2]))
    if found := _RELEASE.fullmatch(str(row.subject)):
        return Told(row, done, "releases.one", int(found[1]))
    return Told(row, done, None, None)


def when(seconds: float) -> str:
    """A time to the second, UTC; what is no time, as it stands."""
    try:
        return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
    except (TypeError, ValueError, OverflowError, OSError):
        return str(seconds)

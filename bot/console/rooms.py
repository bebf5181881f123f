"""Every room of the console, and the menu."""

from __future__ import annotations

from bot.console.access import ROLES, Person, Room
from bot.console.audit.views import room as audit
from bot.console.directory.health_views import room as helpers
from bot.console.exchange.views import room as exchange
from bot.console.insight.views import room as insight
from bot.console.people.views import room as people
from bot.console.preview.views import room as preview
from bot.console.queue.views import room as queue
from bot.console.releases.views import room as releases
from bot.console.scripts.views import room as scripts
from bot.console.sign_in.account_views import room as sign_in
from bot.console.unclear.views import room as unclear

ROOMS: tuple[Room, ...] = (
    sign_in, people, scripts, preview, queue, releases, helpers, insight, unclear, audit, exchange,
)  # fmt: skip
# Path, label, and who sees it.
MENU: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("/scripts", "Scripts", ROLES),
    ("/queue", "Queue", ROLES),
    ("/releases", "Releases", ROLES),
    ("/helpers", "Helpers", ROLES),
    ("/insight", "Insight", ROLES),
    ("/unclear", "Not understood", ("author", "translator", "reviewer", "publisher")),
    ("/audit", "Audit", ROLES),
    ("/exchange", "Files", ROLES),
    ("/people", "People", ("admin",)),
)


def menu(person: Person) -> list[tuple[str, str]]:
    """What somebody sees in the menu: path and label."""
    return [(path, label) for path, label, roles in MENU if person.may(*roles)]

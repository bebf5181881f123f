"""What the console works with; bot.staff puts it together, so that the console knows no channel."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine

from bot.content.release import Release
from bot.content.render import Card, RenderContext
from bot.content.scripts import Edition
from bot.settings import ROOT, Settings


class Seals(Protocol):
    """Seals small secrets, each bound to what it belongs to."""

    def seal(self, value: Any, conversation: str) -> bytes: ...

    def open(self, sealed: bytes, conversation: str) -> Any: ...


class Shown(Protocol):
    """An edition as one channel sends it."""

    @property
    def channel(self) -> str: ...

    @property
    def bubbles(self) -> tuple[str, ...]: ...

    @property
    def buttons(self) -> tuple[str, ...]: ...

    @property
    def segments(self) -> int | None: ...

    @property
    def encoding(self) -> str | None: ...

    @property
    def cards(self) -> tuple[Card, ...]: ...

    @property
    def problems(self) -> tuple[str, ...]: ...


Previews = Callable[[Release, str, RenderContext], Sequence[Shown]]
WithEdition = Callable[[Release, Edition], Release]


@dataclass(frozen=True)
class Desk:
    """`previews` renders as production does, `with_edition` puts a draft into a release in memory,
    `sandbox` talks with it (None: not here); `hasher` and `looker` are for tests, `now` tells
    seconds since 1970."""

    engine: Engine
    config: Settings
    secret: bytes = field(repr=False)
    seals: Seals = field(repr=False)
    key: Ed25519PrivateKey = field(repr=False)
    previews: Previews
    with_edition: WithEdition
    sandbox: Any = None
    hasher: PasswordHasher | None = None
    looker: Any = None
    root: Path = ROOT
    now: Callable[[], float] = time.time

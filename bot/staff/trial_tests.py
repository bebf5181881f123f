"""A trial conversation as a test for developers: tests/conversation/dialogues/*.yml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import yaml

from bot.gateway.replies import OutgoingMessage

DEFAULT_LOCALE = "en"  # of the tests' files, where none is named


class Spoken(Protocol):
    """A turn; `carded`: the card stood in for its answer, which says nothing about the chat."""

    @property
    def said(self) -> str | None: ...

    @property
    def messages(self) -> list[OutgoingMessage]: ...

    @property
    def carded(self) -> bool: ...


def trial_test(name: str, country: str | None, locale: str, turns: Sequence[Spoken]) -> str:
    """YAML with one entry: what was said, and the claims and helpers of each answer."""
    entry: dict[str, Any] = {"id": name}
    if country is not None:
        entry["country"] = country
    if locale != DEFAULT_LOCALE:
        entry["locale"] = locale
    entry["turns"] = [_turn(turn) for turn in turns if turn.said is not None]
    return yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=100)


def _turn(turn: Spoken) -> dict[str, Any]:
    messages = [] if turn.carded else [outgoing.message for outgoing in turn.messages]
    claims = _once(claim for message in messages for claim in message.says)
    helpers = _once(card.id for message in messages for card in message.resources)
    found: dict[str, Any] = {"say": turn.said}
    return found | {k: v for k, v in (("claims", claims), ("resources", helpers)) if v}


def _once(names: Iterable[str]) -> list[str]:
    return [*dict.fromkeys(names)]

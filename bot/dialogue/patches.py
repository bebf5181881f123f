"""Work that Rasa 3.6.21 does for every turn and that changes nothing here.

tests/dialogue/test_rasa_internals.py holds what these rely on.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import Event

_resolve = Event.resolve_by_type
_find = RulePolicy._find_action_from_rules


@cache
def _resolve_once(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
    return _resolve(type_name, default)


def _find_by_intent(self: RulePolicy, *args: Any, **options: Any) -> Any:
    """Rules of this project speak of intents alone: none can match the text of a message."""
    by_text = options.get("use_text_for_last_user_input", args[-1] if args else False)
    if by_text is True:
        return None, None, False
    return _find(self, *args, **options)


def spare_work() -> None:
    """Install both; calling it again changes nothing.

    Walking all subclasses for each stored event was 39 % of a late turn, and asking the rules a
    second time, by text, half of the rest (measured on 3.6.21).
    """
    Event.resolve_by_type = staticmethod(_resolve_once)
    RulePolicy._find_action_from_rules = _find_by_intent

"""The parts of one variation of a script as YAML, without the indentation of their first line."""

from __future__ import annotations

from typing import Any

from bot.content.scripts import Edition
from bot.content.writing.scalars import block, flow_list, scalar

PARTS = ("text", "buttons", "condition", "channel", "metadata")
_METADATA = (
    "says", "handoffs", "resources",
    "risk", "owner", "reviewed_by", "reviewed", "review_months", "sources",
)  # fmt: skip
_ONLY_IF_GIVEN = {"handoffs", "resources"}


def changes(
    edition: Edition, before: Edition | None, former: Edition | None, former_before: Edition | None
) -> dict[str, str | None]:
    """The parts that must be written: key -> lines, None where the part must not be there.

    `before` is the variation above, whose metadata is inherited; `former` is the same variation
    (with the same conditions) as the file has it, and `former_before` the one above that.
    """
    changed: dict[str, str | None] = {}
    if former is None or former.text != edition.text.strip():
        changed["text"] = f"text: {block(edition.text.strip(), 6)}\n"
    if former is None or former.buttons != edition.buttons:
        changed["buttons"] = _buttons(edition) if edition.buttons else None
    if former is None:
        changed["condition"] = _conditions(edition) if edition.conditions else None
    same_above = _metadata(former_before) == _metadata(before)
    if former is None or not same_above or _metadata(former) != _metadata(edition):
        changed["metadata"] = _written_metadata(edition, before)
    return changed


def _metadata(edition: Edition | None) -> dict[str, Any]:
    """The metadata in force after a variation; without one, what the loader begins with."""
    if edition is None:
        return {name: Edition.model_fields[name].default for name in _METADATA}
    return {name: getattr(edition, name) for name in _METADATA}


def _written_metadata(edition: Edition, before: Edition | None) -> str | None:
    inherited = _metadata(before)
    lines = [
        f"      {name}: {_value(value)}\n"
        for name, value in _metadata(edition).items()
        # The first variation states everything, so that a reviewer sees what is not set.
        if value != inherited[name] or (before is None and name not in _ONLY_IF_GIVEN)
    ]
    return "metadata:\n" + "".join(lines) if lines else None


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return flow_list(value)
    if isinstance(value, str):
        return scalar(value)
    return "null" if value is None else str(value)


def _buttons(edition: Edition) -> str:
    out = "buttons:\n"
    for button in edition.buttons:
        out += f"    - title: {scalar(button.title, chr(34))}\n"
        out += f"      payload: {scalar(button.payload)}\n"
    return out


def _conditions(edition: Edition) -> str:
    out = "condition:\n"
    for name, value in edition.conditions.items():
        out += f"    - type: slot\n      name: {name}\n      value: {scalar(value)}\n"
    return out

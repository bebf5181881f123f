"""Reading what a platform sent by a whitelist of fields, without falling over an odd one.

A field of an unexpected shape counts as absent, so that one of them does not silence a person.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import (
    BeforeValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

Shape = TypeVar("Shape")


def _or_nothing(given: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(given)
    except ValidationError:
        return None


def _whole(given: Any) -> Any:
    """Half an emoji, as some phones cut it, would make the whole text unreadable."""
    if not isinstance(given, str):
        return given
    return given.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


OrNone = Annotated[Shape | None, WrapValidator(_or_nothing)]
Text = Annotated[str, BeforeValidator(_whole)]

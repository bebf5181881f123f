"""Talks with the engine, turn by turn."""

from __future__ import annotations

import pytest

from tests.conftest import import_rasa

import_rasa()

from bot.dialogue.engine import Engine  # noqa: E402
from tests.dialogue.talk import Talk  # noqa: E402


@pytest.fixture
def talk(engine: Engine) -> Talk:
    """A new conversation with the trained model."""
    return Talk(engine)

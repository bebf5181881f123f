"""The phrases of every language, loaded once for all tables of sentences."""

from __future__ import annotations

import pytest

from bot.crisis import CrisisMatcher
from bot.settings import ROOT


@pytest.fixture(scope="session")
def matcher() -> CrisisMatcher:
    return CrisisMatcher.from_directory(ROOT / "data" / "crisis")

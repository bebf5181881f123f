"""What changes a model must change its fingerprint, or Rasa would serve the old one."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.recognition import sources
from bot.recognition.crisis import CrisisReflex
from bot.recognition.entities import EntityFinder
from bot.recognition.intent import IntentHead


@pytest.mark.parametrize("component", [CrisisReflex, EntityFinder])
def test_changed_data_trains_again(
    component: type[CrisisReflex] | type[EntityFinder], tmp_path: Path
) -> None:
    file = tmp_path / "en.yml"
    file.write_text("a: 1", encoding="utf-8")
    before = component.fingerprint_addon({"data": str(tmp_path)})
    assert component.fingerprint_addon({"data": str(tmp_path)}) == before
    file.write_text("a: 2", encoding="utf-8")
    assert component.fingerprint_addon({"data": str(tmp_path)}) != before


def test_changed_learning_trains_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = IntentHead.fingerprint_addon({})
    (tmp_path / "linear.py").write_text("changed", encoding="utf-8")
    monkeypatch.setattr(sources, "HERE", tmp_path)
    assert IntentHead.fingerprint_addon({}) != before

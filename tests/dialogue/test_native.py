"""Actions run in process, speak script ids, and are all there."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
import yaml
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.engine import Engine
from bot.dialogue.native import registered_actions, run_actions_in_process, run_native
from bot.dialogue.speech import ScriptNamer


def test_every_action_of_the_domain_is_ours_and_registered(release_root: Path) -> None:
    domain = yaml.safe_load((release_root / "domain.yml").read_text("utf-8"))
    assert set(registered_actions()) == set(domain["actions"])


def test_every_action_says_what_it_does() -> None:
    for name, action in registered_actions().items():
        assert inspect.getdoc(type(action)), f"{name} has no docstring"


def test_running_in_process_is_installed_once() -> None:
    run_actions_in_process()
    run_actions_in_process()
    assert RemoteAction.run is run_native


@pytest.fixture
def namer(engine: Engine) -> ScriptNamer:
    return ScriptNamer(domain=engine.agent.domain)


def tracker_of(domain: Domain) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("c", [], domain.slots)


async def test_towards_the_gateway_a_script_is_named(namer: ScriptNamer, engine: Engine) -> None:
    tracker = tracker_of(engine.agent.domain)
    made = await namer.generate("utter_greet", tracker, "internal", topic="sextortion")
    assert made == {"custom": {"script": "utter_greet", "topic": "sextortion"}}


async def test_towards_the_gateway_nothing_but_the_known_extras_is_named(
    namer: ScriptNamer, engine: Engine
) -> None:
    tracker = tracker_of(engine.agent.domain)
    made = await namer.generate("utter_greet", tracker, "internal", text="x", choices=[], part=True)
    assert made == {"custom": {"script": "utter_greet", "part": True}}


@pytest.mark.parametrize("channel", ["cmdline", "rest", "internal_"])
async def test_towards_a_developer_the_text_is_shown(
    namer: ScriptNamer, engine: Engine, channel: str
) -> None:
    made = await namer.generate("utter_greet", tracker_of(engine.agent.domain), channel)
    assert made is not None
    assert len(made["text"]) > 10
    assert "custom" not in made


def test_the_domain_of_the_model_holds_the_scripts(engine: Engine) -> None:
    assert len(engine.agent.domain.responses) > 200

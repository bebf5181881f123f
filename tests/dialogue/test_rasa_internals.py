"""What we rely on inside Rasa 3.6.21 and nobody promised. A red test names what has to change."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import rasa
from rasa.core.actions import action as rasa_actions
from rasa.core.actions.forms import FormAction
from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel, OutputChannel
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore, TrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue import native, patches
from bot.dialogue.engine import Engine
from bot.dialogue.record import TurnRecord
from bot.dialogue.turns import ScriptCollector
from tests.dialogue.talk import Talk


def test_it_is_the_version_that_was_read() -> None:
    assert rasa.__version__ == "3.6.21", "read bot/dialogue again against the new source"


def test_a_remote_action_runs_with_the_parts_that_native_takes() -> None:
    """bot/dialogue/native.py replaces RemoteAction.run."""
    theirs = inspect.signature(native._remote_run)
    ours = inspect.signature(native.run_native)
    assert list(theirs.parameters) == list(ours.parameters)
    assert inspect.iscoroutinefunction(native._remote_run)
    assert hasattr(rasa_actions.RemoteAction, "_utter_responses")


def test_an_action_that_is_not_built_in_is_a_remote_action() -> None:
    made = rasa_actions.action_for_name_or_text.__doc__
    assert made is not None
    assert issubclass(rasa_actions.RemoteAction, rasa_actions.Action)


def kinds_of_events() -> list[str]:
    found, waiting = [], list(Event.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if getattr(kind, "type_name", "event") != "event":  # the name of abstract ones
            found.append(kind.type_name)
    return sorted(set(found))


@pytest.mark.parametrize("type_name", kinds_of_events())
def test_the_cached_type_of_an_event_is_the_one_that_rasa_finds(type_name: str) -> None:
    """bot/dialogue/patches.py caches Event.resolve_by_type."""
    patches.spare_work()
    for _ in range(2):
        assert Event.resolve_by_type(type_name) is patches._resolve(type_name)


def test_an_unknown_type_of_event_gets_the_default() -> None:
    assert patches._resolve_once("no such event", UserUttered) is UserUttered
    with pytest.raises(ValueError, match="Unknown event"):
        patches._resolve_once("no such event", None)


def test_an_event_is_read_back_by_its_type() -> None:
    event = SlotSet("audience", "teen")
    assert Event.from_parameters(event.as_dict()) == event


def test_naming_the_form_again_clears_its_rejection() -> None:
    """Turn.listen relies on it, so that the next message is read as an answer."""
    rejected = [ActiveLoop("triage_form"), ActionExecutionRejected("triage_form")]
    tracker = DialogueStateTracker.from_events("t", rejected)
    assert tracker.is_active_loop_rejected
    tracker.update(ActiveLoop("triage_form"))
    assert not tracker.is_active_loop_rejected
    assert tracker.active_loop_name == "triage_form"


def test_a_form_is_validated_by_the_action_of_its_name() -> None:
    assert "validate_" in inspect.getsource(FormAction.validate)
    assert "ActionExecutionRejection" in inspect.getsource(FormAction.validate)


async def test_a_message_that_is_no_answer_makes_rasa_reject_the_form(talk: Talk) -> None:
    """ValidateTriage returns no event then; the rule of the message's intent answers."""
    await talk.say_all("/sextortion", '/inform_audience{"audience":"teen"}')
    before = await talk.slots()
    said = await talk.say("/ask_legal")
    assert said[0] == "utter_ask_legal"
    assert said[-1] == f"utter_ask_triage_form_{before['requested_slot']}"
    tracker = await talk.engine.store.retrieve(talk.conversation)
    assert tracker is not None
    assert any(isinstance(event, ActionExecutionRejected) for event in tracker.events)
    assert not tracker.is_active_loop_rejected
    assert (await talk.slots())["requested_slot"] == before["requested_slot"]


async def test_a_message_that_is_an_answer_is_validated_once(talk: Talk) -> None:
    await talk.say("/sextortion")
    await talk.say('/inform_audience{"audience":"teen"}')
    tracker = await talk.engine.store.retrieve(talk.conversation)
    assert tracker is not None
    names = [event.action_name for event in tracker.events if isinstance(event, ActionExecuted)]
    assert names[-2:] == ["triage_form", "action_listen"]
    assert (await talk.slots())["audience"] == "teen"


async def test_what_an_output_channel_gets_reaches_the_collector() -> None:
    """ScriptCollector overrides the one method that all kinds of messages end in."""
    assert issubclass(CollectingOutputChannel, OutputChannel)
    record = TurnRecord("1")
    channel = ScriptCollector(record)
    await channel.send_response("c", {"custom": {"script": "utter_greet"}})
    await channel.send_response("c", {"text": "a composed sentence"})
    await channel.send_response("c", {"text": "text with buttons", "buttons": [{"title": "x"}]})
    await channel.send_response("c", {"image": "https://example.org/x.png"})
    await channel.send_response("c", {"attachment": "file"})
    await channel.send_response("c", {"custom": {"text": "no script"}})
    assert record.scripts == [{"script": "utter_greet"}]


@pytest.mark.parametrize(
    "name",
    [
        "handle_message",
        "fetch_tracker_and_update_session",
        "save_tracker",
        "parse_message",
        "_run_prediction_loop",
    ],
)
def test_the_processor_has_what_a_turn_is_made_of(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(MessageProcessor, name))


@pytest.mark.parametrize("name", ["save", "retrieve", "keys"])
def test_a_tracker_store_is_asynchronous(name: str) -> None:
    assert inspect.iscoroutinefunction(getattr(TrackerStore, name))


def test_the_store_that_hides_a_failing_database_is_not_in_the_way(engine: Engine) -> None:
    assert not isinstance(engine.agent.tracker_store, FailSafeTrackerStore)
    assert engine.agent.processor.tracker_store is engine.store
    assert engine.store.domain is engine.agent.domain


def test_an_agent_locks_before_it_handles() -> None:
    source = inspect.getsource(Agent.handle_message)
    assert "lock_store.lock(message.sender_id)" in source


async def test_a_fault_of_an_action_names_no_script(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It raises or leaves the answer empty; for both the gateway shows the card."""
    broken = native.registered_actions()["action_answer"]

    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(broken, "run", fail)
    said: list[str] = []
    try:
        said = await talk.say("/ask_legal")
    except RuntimeError:
        return
    assert said == []

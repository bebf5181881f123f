"""What leaves the worker says whether a crisis is open and whether this turn spoke of it."""

from __future__ import annotations

import pytest

from tests.conftest import HAS_RASA, import_rasa

if not HAS_RASA:
    pytest.skip("needs Rasa", allow_module_level=True)
import_rasa()

from bot.dialogue.record import TurnRecord  # noqa: E402
from bot.dialogue.turns import ScriptCollector  # noqa: E402


def record(*scripts: str, **fields: str | None) -> TurnRecord:
    return TurnRecord("1", [{"script": script} for script in scripts], **fields)  # type: ignore[arg-type]


SPOKEN = {
    "it is in the words": record("utter_greet", seen="self_harm", open_crisis="self_harm"),
    "another one is in the words": record(seen="immediate_danger", open_crisis="self_harm"),
    "it is the intent of a button": record(intent="self_harm", open_crisis="self_harm"),
    "its question is answered with yes": record(
        "utter_self_harm_yes", intent="affirm", open_crisis="self_harm"
    ),
    "both are asked for": record("utter_danger_and_self_harm", open_crisis="immediate_danger"),
    "danger is asked for": record("utter_danger_check", open_crisis="meet_in_person"),
    "harm is asked for": record("utter_self_harm_check", open_crisis="abuse_offline"),
    "it is the second script": record(
        "utter_thank", "utter_abuse_offline_unsafe", open_crisis="abuse_offline"
    ),
}
NOT_SPOKEN = {
    "none is open": record("utter_greet", intent="greet"),
    "unsure words opened none": record(seen="self_harm", intent="affirm"),
    "it was closed": record("utter_self_harm_no", intent="deny"),
    "the answer is about something else": record("utter_thank", open_crisis="self_harm"),
}


@pytest.mark.parametrize("case", SPOKEN.values(), ids=SPOKEN)
def test_a_reply_to_an_open_crisis_says_so(case: TurnRecord) -> None:
    reply = case.as_reply()
    assert reply["crisis"] == case.open_crisis
    assert reply["crisis_open"] is True


@pytest.mark.parametrize("case", NOT_SPOKEN.values(), ids=NOT_SPOKEN)
def test_another_reply_is_no_crisis(case: TurnRecord) -> None:
    reply = case.as_reply()
    assert reply["crisis"] is None
    assert reply["crisis_open"] is (case.open_crisis is not None)


async def test_a_text_that_is_no_script_is_counted_and_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = TurnRecord("1")
    channel = ScriptCollector(made)
    await channel.send_response("someone", {"custom": {"script": "utter_greet"}})
    await channel.send_response("someone", {"text": "canary"})
    await channel.send_response("someone", {"custom": {"script": 7, "text": "canary"}})
    reply = made.as_reply()
    assert [message["script"] for message in reply["messages"]] == ["utter_greet"]
    assert reply["dropped"] == 2
    assert len(caplog.records) == 2
    assert "canary" not in caplog.text

"""Each step says where it stands in its plan, and nothing else does."""

from __future__ import annotations

from typing import Any

from tests.dialogue.talk import Talk

SKIP = '/unsure{"choice": "skip"}'


def places(reply: dict[str, Any]) -> list[list[int]]:
    return [said["progress"] for said in reply["messages"] if said.get("progress")]


async def to_the_first_step(talk: Talk) -> int:
    """Answer no question; how many steps the plan has."""
    await talk.say("/sextortion")
    for _ in range(6):
        if found := places(talk.reply):
            ((place, count),) = found
            assert place == 1
            return int(count)
        await talk.say(SKIP)
    raise AssertionError("no step was reached")


async def test_steps_count_up_to_the_end(talk: Talk) -> None:
    count = await to_the_first_step(talk)
    assert count > 3
    for place in range(2, count + 1):
        await talk.say('/affirm{"choice": "next"}')
        assert places(talk.reply) == [[place, count]]
    await talk.say('/affirm{"choice": "next"}')
    assert places(talk.reply) == []


async def test_a_step_before_counts_down(talk: Talk) -> None:
    count = await to_the_first_step(talk)
    await talk.say_all('/affirm{"choice": "next"}', '/affirm{"choice": "next"}')
    await talk.say('/repeat{"choice": "back"}')
    assert places(talk.reply) == [[2, count]]


async def test_the_whole_plan_counts_each_step(talk: Talk) -> None:
    count = await to_the_first_step(talk)
    await talk.say('/affirm{"choice": "whole_plan"}')
    assert places(talk.reply) == [[place, count] for place in range(1, count + 1)]


async def test_a_step_in_another_language_keeps_its_place(talk: Talk) -> None:
    count = await to_the_first_step(talk)
    await talk.say('/affirm{"choice": "next"}')
    await talk.say('/switch_language{"language": "es"}')
    assert talk.reply["locale"] == "es"
    assert places(talk.reply) == [[2, count]]

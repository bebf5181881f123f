"""All platforms deliver at once, each message five times and shuffled, to a real gateway process.

The whole measurement, 10,000 messages with kills, is `python -m benchmarks.deliveries`.
"""

from __future__ import annotations

import pytest

from benchmarks.deliveries import measure

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_each_message_is_one_turn_in_the_platforms_order_and_one_answer(
    kind: str, request: pytest.FixtureRequest
) -> None:
    database = str(request.getfixturevalue("postgres_url")) if kind == "postgresql" else None
    result = measure(100, kills=0, database=database, window=20)
    assert (result.turns, result.lost, result.doubled) == (100, 0, 0)
    assert result.out_of_order == 0
    assert result.unordered > 0, "Twilio's messages show that they were shuffled"
    assert result.shown == 100


def test_kills_of_the_gateway_lose_nothing() -> None:
    result = measure(120, kills=2, window=20)
    assert result.kills == 2
    assert (result.turns, result.lost, result.doubled) == (120, 0, 0)
    # An answer that a platform had taken when the gateway died may come again, and none is missing.
    assert result.shown >= 120

"""Drives scripted conversations over HTTP, some at once, and takes the times."""

from __future__ import annotations

import asyncio
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import httpx

from benchmarks.systems import System

ANSWER_LIMIT = 60.0  # seconds; longer than any answer that was seen
LEAST_ROUNDS = 3

Conversation = Sequence[str]


@dataclass
class Round:
    """Times of one round, in seconds; `seconds` is the whole round's."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0
    unanswered: int = 0
    late: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.latencies)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.latencies, n=20, method="inclusive")[18]

    @property
    def per_second(self) -> float:
        """Messages answered in a second."""
        return len(self.latencies) / self.seconds


def client_for(system: System) -> httpx.AsyncClient:
    """A client that keeps its connections and goes through no proxy."""
    limits = httpx.Limits(max_connections=64, max_keepalive_connections=64)
    return httpx.AsyncClient(
        base_url=system.url, timeout=ANSWER_LIMIT, limits=limits, trust_env=False
    )


async def measure(
    system: System,
    conversations: Sequence[Conversation],
    *,
    at_once: int,
    each: int,
    rounds: int,
    budget: float,
    tell: Callable[[str], None],
) -> list[Round]:
    """`rounds` rounds; fewer, but at least 3, when they take longer than `budget` seconds.

    In a round `at_once` people have `each` conversations, one after the other. Each round begins
    with another script, so that every script is read equally often.
    """
    done: list[Round] = []
    end = time.monotonic() + budget
    scripts = itertools.cycle(conversations)
    async with client_for(system) as client:
        while len(done) < rounds and (len(done) < LEAST_ROUNDS or time.monotonic() < end):
            done.append(await one_round(system, client, scripts, at_once=at_once, each=each))
            last = done[-1]
            tell(
                f"  {at_once} at once, round {len(done)}: median {last.median * 1000:.0f} ms, "
                f"{last.per_second:.1f} messages/s"
            )
    return done


async def one_round(
    system: System,
    client: httpx.AsyncClient,
    scripts: Iterator[Conversation],
    *,
    at_once: int,
    each: int,
) -> Round:
    """One round; opening the conversations counts in its length but not in the latencies."""
    result = Round()

    async def person(own: list[Conversation]) -> None:
        for conversation in own:
            await converse(system, client, conversation, result)

    shares = [list(itertools.islice(scripts, each)) for _ in range(at_once)]
    began = time.perf_counter()
    await asyncio.gather(*(person(share) for share in shares))
    result.seconds = time.perf_counter() - began
    return result


async def converse(
    system: System, client: httpx.AsyncClient, conversation: Conversation, result: Round
) -> None:
    """One conversation without pauses; each message waits for the answer to the last."""
    try:
        name = await system.open(client)
    except httpx.HTTPError:
        result.unanswered += len(conversation)
        return
    for text in conversation:
        began = time.perf_counter()
        try:
            answer = await system.send(client, name, text)
        except httpx.HTTPError:
            result.unanswered += 1
            continue
        if answer.answered:
            result.latencies.append(time.perf_counter() - began)
            result.late += answer.late
        else:
            result.unanswered += 1

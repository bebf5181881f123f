"""How whole conversations go, on dialogues that nobody who wrote scripts or data has seen.

Each dialogue of data/evaluation/dialogues_<locale>.yml is held through the gateway's own pipeline
and Rasa, without network. Run from the project root:

    python -m benchmarks.dialogues            the figures
    python -m benchmarks.dialogues --misses   also what each failing dialogue lacked
    python -m benchmarks.dialogues --write    the figures into docs/coverage.md

A dialogue goes well when all of `must_offer` was offered (of a list inside it, one), all of
`must_say` was said, nothing of `never_offer` and `never_say` was, no turn went without an answer,
and no answer asks for an image or a name, promises or blames (the word lists of
responses/lint.yml). Then: after how many turns the first useful step was said (`useful_claims`; in
a crisis the call for help) and the first of the cards in `handoff` was shown.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.content.checks.wording import finds
from bot.content.generated import replace_part
from bot.operations.talking import dialogue as hold
from bot.operations.talking import local_edge
from bot.operations.training import ensure_model
from bot.settings import ROOT, read_settings

FILES = "dialogues_*.yml"
DOCUMENT = ROOT / "docs" / "coverage.md"
BEGIN, END = "<!-- made by benchmarks.dialogues -->", "<!-- end of dialogues -->"
CRISIS_STEPS = ("call_emergency", "crisis_line")
# Asking for what identifies somebody, or for a picture.
ASKS = re.compile(
    r"what(?:'s| is) your name|tell me your name|your (?:full )?name\?"
    r"|send (?:me|us) (?:the|a|your) (?:pic|photo|image)|upload (?:the|a|your)"
    r"|c[oó]mo te llamas|dime tu nombre|m[aá]ndame (?:la|una) foto|env[ií]ame (?:la|una)",
    re.IGNORECASE,
)


@dataclass
class Outcome:
    """What one dialogue came to. `first_step` and `handoff`: turn numbers from 1, None: never."""

    name: str
    locale: str
    lacks: list[str] = field(default_factory=list)
    first_step: int | None = None
    handoff: int | None = None


def read_dialogues(folder: Path) -> list[dict[str, Any]]:
    """The dialogues of every file, in order."""
    files = sorted(folder.glob(FILES))
    return [entry for path in files for entry in yaml.safe_load(path.read_text("utf-8"))]


async def measure(dialogues: list[dict[str, Any]]) -> list[Outcome]:
    """Hold every dialogue; trains first if the data is new."""
    config = read_settings()
    policy = yaml.safe_load((ROOT / "responses" / "lint.yml").read_text("utf-8"))
    outcomes = []
    async with local_edge(config, ensure_model(config)) as (edge, _):
        for wanted in dialogues:
            line = {name: wanted.get(name) for name in ("id", "locale", "country", "turns")}
            spoken = await hold(edge, json.dumps(line))
            outcomes.append(judge(wanted, spoken, policy))
    return outcomes


def judge(wanted: dict[str, Any], spoken: dict[str, Any], policy: dict[str, Any]) -> Outcome:
    """Compare a held dialogue with what is wanted of it."""
    outcome = Outcome(str(wanted["id"]), str(wanted["locale"]))
    turns = [turn["messages"] for turn in spoken["turns"]]
    offered = {card["id"] for turn in turns for message in turn for card in message["resources"]}
    said = {claim for turn in turns for message in turn for claim in message["says"]}
    for one in wanted.get("must_offer") or ():
        among = {one} if isinstance(one, str) else {*one}
        if not among & offered:
            outcome.lacks.append(f"offers no {' or '.join(sorted(among))}")
    outcome.lacks += [
        f"does not say {one}" for one in wanted.get("must_say") or () if one not in said
    ]
    outcome.lacks += [f"offers {one}" for one in wanted.get("never_offer") or () if one in offered]
    outcome.lacks += [f"says {one}" for one in wanted.get("never_say") or () if one in said]
    if len(turns) < len(wanted["turns"]) or not all(turns):
        outcome.lacks.append("goes silent")
    outcome.lacks += [*_wrong_words(turns, policy)]
    useful = {*policy["useful_claims"], *CRISIS_STEPS}
    outcome.first_step = _first(turns, lambda message: bool(useful & {*message["says"]}))
    handoff = {*wanted.get("handoff", ())}
    outcome.handoff = _first(
        turns, lambda message: bool(handoff & {card["id"] for card in message["resources"]})
    )
    return outcome


def _wrong_words(turns: list[list[dict[str, Any]]], policy: dict[str, Any]) -> Iterator[str]:
    for message in (message for turn in turns for message in turn):
        if ASKS.search(message["text"]):
            yield f"asks for an image or a name ({message['script']})"
        words = policy["words"][message["locale"]]
        for group in ("promise", "blame"):
            if finds(message["text"], words["groups"][group]["words"], words["allowed"]):
                yield f"has a word of {group} ({message['script']})"


def _first(turns: list[list[dict[str, Any]]], fits: Any) -> int | None:
    return next(
        (number for number, turn in enumerate(turns, 1) if any(fits(one) for one in turn)), None
    )


def table(outcomes: list[Outcome]) -> str:
    """The figures as Markdown, by language and together."""
    lines = [
        "| language | dialogues | go well | first useful step: turns | right card: median turns |",
        "|---|---|---|---|---|",
    ]
    for locale in (*sorted({one.locale for one in outcomes}), None):
        some = [one for one in outcomes if locale in (None, one.locale)]
        well = sum(not one.lacks for one in some)
        steps = Counter(one.first_step for one in some)
        cards = [one.handoff for one in some if one.handoff is not None]
        shown = ", ".join(
            f"{turn or 'never'}: {count}" for turn, count in sorted(steps.items(), key=str)
        )
        never = sum(one.handoff is None for one in some)
        lines.append(
            f"| {locale or 'all'} | {len(some)} | {well} | {shown} | "
            f"{statistics.median(cards) if cards else '-'} ({never} never) |"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure and print or write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    outcomes = asyncio.run(measure(read_dialogues(ROOT / "data" / "evaluation")))
    print(table(outcomes))
    if options.misses:
        for one in outcomes:
            if one.lacks:
                print(f"{one.name}: {'; '.join(one.lacks)}")
    if options.write:
        replace_part(DOCUMENT, BEGIN, END, f"\n\n{table(outcomes)}\n\n")


if __name__ == "__main__":
    main()

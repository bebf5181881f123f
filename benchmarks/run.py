"""Measures Handrail and a stock Rasa of the same size in one run; see benchmarks/README.md."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import yaml

from benchmarks.load import Conversation, Round, client_for, measure, one_round
from benchmarks.processes import Program, ProgramFailed, adopt_orphans
from benchmarks.report import BEGIN, END, Measured, machine, table
from benchmarks.stock.environment import ensure_environment
from benchmarks.stock.project import FULL_EPOCHS
from benchmarks.systems import Handrail, Stock, System, wait_until_ready
from bot.content.generated import replace_part

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main() -> int:
    """Measure, print the table and write it into the README; the exit code."""
    options = read_options()
    adopt_orphans()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    busy = os.getloadavg()[0]
    if busy > 0.5:
        tell(f"The load of this machine is {busy:.1f}: other programs distort the figures.")
    began = time.monotonic()
    scripts = yaml.safe_load((HERE / "conversations.yml").read_text("utf-8"))["conversations"]
    with tempfile.TemporaryDirectory(
        prefix="handrail-benchmark-", ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        try:
            ours = Handrail(ROOT, Path(sys.executable).parent, folder / "handrail")
            stock = Stock(
                ROOT,
                ensure_environment(ROOT),
                folder / "stock",
                nlu=options.nlu,
                epochs=options.stock_epochs,
                model=options.stock_model,
            )
            results = [measure_system(system, scripts, options) for system in (ours, stock)]
        except (ProgramFailed, OSError, ValueError, subprocess.CalledProcessError) as error:
            tell(f"No figures: {error}")
            return 1
    text = "\n\n".join(
        (
            table(results[0], results[1], options.at_once),
            circumstances(results, stock, busy, time.monotonic() - began, scripts),
        )
    )
    print(text)
    if options.debugging:
        tell("Not written into the README: an option for debugging was given.")
    else:
        replace_part(HERE / "README.md", BEGIN, END, f"\n{text.strip()}\n")
    return 0


def read_options() -> argparse.Namespace:
    """The command line; `debugging` says that the figures are not for the README."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", type=int, default=16, help="conversations in the crowd")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of load, at least 3")
    parser.add_argument("--starts", type=int, default=3, help="times that each is started")
    parser.add_argument(
        "--budget", type=float, default=120, help="seconds of load after which rounds are left out"
    )
    parser.add_argument(
        "--stock-epochs",
        type=int,
        default=5,
        help=f"epochs of stock's DIETClassifier; its training time is scaled to {FULL_EPOCHS}",
    )
    debugging = parser.add_argument_group("for debugging; the README is left alone")
    debugging.add_argument("--stock-model", type=Path, help="a stock model trained earlier")
    debugging.add_argument("--nlu", type=Path, default=ROOT / "data" / "nlu")
    debugging.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    if options.stock_epochs < 2:
        parser.error("--stock-epochs must be 2 or more: the first one also compiles")
    options.debugging = bool(
        options.dry or options.stock_model or options.nlu != parser.get_default("nlu")
    )
    if options.stock_model:
        options.stock_model = options.stock_model.resolve()
    return options


def measure_system(
    system: System, scripts: Sequence[Conversation], options: argparse.Namespace
) -> Measured:
    """Train it, start it some times, put load on the last one. Raises ProgramFailed."""
    tell(f"{system.name}: training")
    training = system.train()
    tell(f"  {training.seconds:.0f} s")
    starts: list[float] = []
    cards: list[float] = []
    for left in reversed(range(max(1, options.starts))):
        tell(f"{system.name}: starting")
        began = time.perf_counter()
        with system.start() as program:
            card, first = asyncio.run(first_answers(system, program, scripts[0][0], began))
            tell(f"  first answer after {first:.1f} s")
            starts.append(first)
            cards += [card] if card is not None else []
            if not left:
                asyncio.run(warm_up(system, scripts))
                before = program.processor_seconds()
                alone, crowd = asyncio.run(put_load(system, scripts, options))
                program.check()
                used = program.processor_seconds() - before
                memory = program.memory()
    return Measured(system.name, training, starts, cards, alone, crowd, used, memory)


async def first_answers(
    system: System, program: Program, text: str, began: float
) -> tuple[float | None, float]:
    """Seconds from `began` to the first crisis card (None when it has none) and first answer."""
    card: float | None = None
    async with client_for(system) as client:
        if system.card_path is not None:
            await wait_until_ready(system.card_path, program, client)
            card = time.perf_counter() - began
        await wait_until_ready(system.ready_path, program, client)
        answer = await system.send(client, await system.open(client), text)
        if not answer.answered or answer.late:
            raise program.failed("was ready but did not answer")
        return card, time.perf_counter() - began


async def warm_up(system: System, scripts: Sequence[Conversation]) -> None:
    """Every conversation once, all at once; not measured."""
    tell(f"{system.name}: load")
    async with client_for(system) as client:
        await one_round(system, client, itertools.cycle(scripts), at_once=len(scripts), each=1)


async def put_load(
    system: System, scripts: Sequence[Conversation], options: argparse.Namespace
) -> tuple[list[Round], list[Round]]:
    """One conversation at a time, then many at once."""
    rounds = max(3, options.rounds)
    alone = await measure(
        system,
        scripts,
        at_once=1,
        each=2 * len(scripts),
        rounds=rounds,
        budget=options.budget,
        tell=tell,
    )
    crowd = await measure(
        system,
        scripts,
        at_once=options.at_once,
        each=2,
        rounds=rounds,
        budget=options.budget,
        tell=tell,
    )
    return alone, crowd


def circumstances(
    results: list[Measured],
    stock: Stock,
    busy: float,
    seconds: float,
    scripts: Sequence[Conversation],
) -> str:
    """How it was measured, in Markdown."""
    ours, other = results
    command = " ".join(("python benchmarks/run.py", *sys.argv[1:]))
    lines = [
        f"- Command: `{command}`; {seconds / 60:.0f} minutes in all.",
        f"- Date: {datetime.now(timezone.utc).date()}. Machine: {machine()}; "
        f"load {busy:.1f} before the start.",
        f"- {len(scripts)} scripted conversations of {len(scripts[0])} turns; "
        f"{rounds_of(ours)}, stock Rasa {rounds_of(other)}. After a warm-up that is left out.",
        f"- Bold: median of the rounds or starts; in brackets: smallest to largest. "
        f"Processes: {ours.memory.processes} of Handrail, {other.memory.processes} of stock Rasa.",
        f"- {stock.sentences} training sentences for both.",
    ]
    if other.training.scaled:
        lines.append(
            f"- Stock's training time is scaled: {other.training.seconds:.0f} s were measured with "
            f"{stock.epochs} epochs of DIETClassifier, and {other.training.epoch:.1f} s for each "
            f"epoch after the first were added up to the default of {FULL_EPOCHS}. "
            f"`--stock-epochs {FULL_EPOCHS}` measures all of it."
        )
    return "\n".join(lines)


def rounds_of(measured: Measured) -> str:
    return f"{len(measured.alone)} rounds alone and {len(measured.crowd)} in the crowd"


def tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

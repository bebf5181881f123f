"""Our page beside two chat widgets, measured on the same machine in the same run.

Needs Chromium, the environment with the groups engine and dev, and npm's packages of
package-lock.json, which are installed the first time. Nothing leaves the machine while it measures.
Run from the project root:

    python -m benchmarks.page              the figures
    python -m benchmarks.page --write      also into benchmarks/README.md
    python -m benchmarks.page --json FILE  also every single value
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks.page import serving
from benchmarks.page.leaving import StillThere, leave, loader
from benchmarks.page.lighthouse import ToolMissing, audit, ensure_packages
from benchmarks.page.looking import strict_visit, visit
from benchmarks.page.table import Measured, Ours, findings, rows, table
from benchmarks.page.widgets import DEEP_CHAT, OURS, RASA_WEBCHAT, NoAnswer, Widget
from benchmarks.report import machine
from bot.content.generated import replace_part

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN, END = "<!-- made by benchmarks.page -->", "<!-- end of page -->"
# Whoever asks for another machine is told that there is none.
RULES = "MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--no-first-run"),
]
NOTES = (
    "Lighthouse's default: a phone, with network and processor slowed down by its simulation. The "
    "pages take turns. Bold: median of the runs; in brackets: smallest to largest.",
    "Handrail is a whole page with its help cards, from the real gateway over this repository's "
    "texts; only the worker behind it is played, and the texts of a message come from the gateway. "
    "The widgets stand on host pages with one heading. Lighthouse's figures for them are of these "
    "nearly empty pages: the largest paint of both is that heading, not the chat.",
    "The widgets are the ready-made bundles of their packages, set up as their READMEs say, sent "
    "compressed. Their backends are played: JSON for deep-chat, Rasa's socket.io events for "
    "rasa-webchat. Without its backend rasa-webchat doesn't show at all (its default).",
    "No third party was reached: fonts that a widget asks for count as a request and not as bytes, "
    "which makes its first view look smaller and faster than it is.",
    "The strict policy is the one of our page, for all three. rasa-webchat's lines of setup break "
    "it themselves; under it they are files, so that what is counted is the widget's.",
    "Leave: after a message and its answer, from the click until the document is empty, in the "
    "same task of the browser. Drawing that takes up to one more frame.",
)


def main() -> int:
    """Measure, print and perhaps write; the exit code."""
    options = read_options()
    began, load = time.monotonic(), os.getloadavg()[0]
    try:
        ensure_packages()
        pages, ours, browser = measure(options)
    except (ToolMissing, StillThere, NoAnswer, Error, OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", None) or ""
        tell(f"No figures: {type(error).__name__}: {error}\n{said}")
        return 1
    all_rows = rows(pages, ours)
    now = datetime.now(timezone.utc)
    notes = [
        f"Command: `python -m benchmarks.page --runs {options.runs} --exits {options.exits}`; "
        f"{(time.monotonic() - began) / 60:.0f} minutes in all.",
        f"Date: {now:%Y-%m-%d}. Machine: {machine()}; load {load:.1f} before the start. "
        f"Chromium {browser}, Lighthouse {pages[0].audits[0].version}.",
        *findings(all_rows, pages),
        *NOTES,
    ]
    text = "\n\n".join((table(all_rows, pages), "\n".join(f"- {note}" for note in notes)))
    sys.stdout.write(text + "\n")
    if options.write:
        replace_part(README, BEGIN, END, f"\n{text}\n")
    if options.json:
        found = {"pages": [asdict(page) for page in pages], "ours": asdict(ours), "notes": notes}
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=5, help="Lighthouse runs of each page")
    parser.add_argument("--exits", type=int, default=20, help="clicks on Leave, each way")
    parser.add_argument("--write", action="store_true", help="into benchmarks/README.md")
    parser.add_argument("--json", type=Path, metavar="FILE", help="every single value")
    return parser.parse_args()


def measure(options: argparse.Namespace) -> tuple[list[Measured], Ours, str]:
    """Everything, and the version of the browser."""
    chromium = find_chromium()
    with served() as widgets:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=[*ARGUMENTS, f"--host-resolver-rules={RULES}"]
            )
            version = browser.version
            pages = [look(browser, widget) for widget in widgets]
            tell("Handrail: leaving")
            ours = Ours(
                leave(browser, widgets[0], options.exits, offline=False),
                leave(browser, widgets[0], options.exits, offline=True),
                loader(widgets[0]),
            )
            browser.close()
        for number in range(options.runs):
            tell(f"Lighthouse: {number + 1} of {options.runs}")
            for page, widget in zip(pages, widgets, strict=True):
                page.audits.append(audit(widget.address + "/", chromium, RULES))
    return pages, ours, version


def look(browser: Browser, widget: Widget) -> Measured:
    tell(f"{widget.name}: visits")
    return Measured(
        widget.name,
        visit(browser, widget),
        strict_visit(browser, widget, widget.strict),
        strict_visit(browser, widget, widget.untyped) if widget.untyped else None,
    )


@contextmanager
def served() -> Iterator[Sequence[Widget]]:
    """The three pages with their addresses."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handrail-page-")))
        own = stack.enter_context(serving.serve(serving.ours(folder)))
        policy = serving.policy_of(own)
        found = [replace(OURS, address=own)]
        for widget, app in (
            (DEEP_CHAT, serving.deep_chat(policy)),
            (RASA_WEBCHAT, serving.rasa_webchat(policy)),
        ):
            found.append(replace(widget, address=stack.enter_context(serving.serve(app))))
        yield found


def find_chromium() -> str:
    """Raises ToolMissing."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not found:
        raise ToolMissing("Chromium is missing: install it or set CHROMIUM to its path.")
    return found


def tell(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())

"""The `handrail` command. Parts that need Rasa are imported where they are used."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, TextIO

import typer

from bot.library_warnings import hush_libraries
from bot.settings import ROOT, Settings, is_origin, read_settings
from bot.staff.commands import add_to

app = typer.Typer(help="Handrail: a scripted guidance chatbot.", no_args_is_help=True)
add_to(app)


@app.command()
def run(
    port: Annotated[int | None, typer.Option(help="Port of the page and the API.")] = None,
    console_port: Annotated[int | None, typer.Option(help="Port of the staff console.")] = None,
    worker_port: Annotated[int | None, typer.Option(help="Port of the Rasa worker.")] = None,
) -> None:
    """Start everything on this machine and keep it running."""
    from bot.operations.only_one import FolderTaken, only_one
    from bot.operations.supervisor import GatewayUnusable, PortTaken, supervise

    config = read_settings()
    if port is not None:
        config = config.model_copy(update={"gateway_port": port})
    if console_port is not None:
        config = config.model_copy(update={"console_port": console_port})
    if worker_port is not None:
        config = config.model_copy(update={"worker_port": worker_port})
    try:
        with only_one(config.data_folder):
            asyncio.run(supervise(config))
    except (PortTaken, FolderTaken, GatewayUnusable) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error


@app.command()
def train(
    force: Annotated[bool, typer.Option(help="Train even when nothing changed.")] = False,
) -> None:
    """Train the Rasa model for the data as it stands."""
    print(_model(read_settings(), force=force))


@app.command()
def check() -> None:
    """Check scripts, plans, directory and data; says file, line and how to mend each problem."""
    from bot.content.lint import hints
    from bot.operations.checking import check_project

    locales = read_settings().locales
    problems = check_project(ROOT, locales)
    for problem in problems:
        print(problem)
    for hint in hints(ROOT, locales):
        print(f"hint: {hint}")
    print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'} found.", file=sys.stderr)
    raise typer.Exit(1 if problems else 0)


@app.command()
def coverage(
    write: Annotated[bool, typer.Option(help="Write the tables into docs/coverage.md.")] = False,
) -> None:
    """Situations, audiences and languages: steps, claims, cards and reading grade of each plan."""
    from bot.content import coverage as counting

    material = counting.read(ROOT, read_settings().locales)
    if write:
        counting.write(ROOT / "docs" / "coverage.md", material)
    else:
        print(counting.document(material))


@app.command()
def release() -> None:
    """Build, sign and put in force a release of the scripts as they stand.

    Once the console has published, it changes nothing: staff's texts stand above the files.
    """
    from bot.edge import recorded_release

    store = recorded_release(read_settings())
    state = "draft: no script has been reviewed" if store.release.draft else "reviewed"
    print(f"release {store.release.version} ({state}) {store.release.digest[:16]}")


@app.command()
def embed(
    address: Annotated[
        str | None, typer.Option(help="Where browsers find this service, as https://help.example.")
    ] = None,
    locale: Annotated[str | None, typer.Option(help="Language of the page.")] = None,
    demo: Annotated[bool, typer.Option(help="Serve a page of another site to try it on.")] = False,
    port: Annotated[int, typer.Option(help="Port of that page.")] = 8002,
) -> None:
    """Print what another site copies to show the page inside its own."""
    from bot.page.embedding import host_page, host_server, snippet

    config = read_settings()
    address = (address or f"http://{config.gateway_host}:{config.gateway_port}").rstrip("/")
    if not is_origin(address):
        print(f"{address} is no address such as https://help.example", file=sys.stderr)
        raise typer.Exit(1)
    locale = locale or config.locales[0]
    if locale not in config.locales:
        print(f"{locale} is not offered: {', '.join(config.locales)}", file=sys.stderr)
        raise typer.Exit(1)
    html = snippet(address, config.exit_url, locale)
    print(html)
    if not config.embed_origins:
        print("No site may show it yet: set HANDRAIL_EMBED_ORIGINS.", file=sys.stderr)
    if not demo:
        return
    site = f"http://127.0.0.1:{port}"
    if site not in config.embed_origins:
        print(f"Start everything with HANDRAIL_EMBED_ORIGINS={site}", file=sys.stderr)
        raise typer.Exit(1)
    with host_server(host_page(html), port) as server:
        print(f"A page of another site: {site} (Ctrl-C ends it)", file=sys.stderr)
        with suppress(KeyboardInterrupt):
            server.serve_forever()


@app.command()
def parse(
    locale: Annotated[str | None, typer.Option(help="Hint for the language.")] = None,
    jsonl: Annotated[bool, typer.Option(help='Lines are objects with a "text".')] = False,
) -> None:
    """Lines of text in, one JSON object a line out: what was understood."""
    from bot.operations.lines import lines_of
    from bot.operations.parsing import parse_lines
    from bot.recognition.parsing import Recogniser

    with _results_only() as results:
        config = read_settings()
        with Recogniser.load(_model(config)) as recogniser:
            lines = lines_of(sys.stdin.buffer)
            fallback = config.locales[0]
            parse_lines(recogniser, lines, results, hint=locale, fallback=fallback, jsonl=jsonl)


@app.command()
def talk(
    jsonl: Annotated[bool, typer.Option(help="Lines are dialogues (the only format).")] = True,
) -> None:
    """Dialogues as JSON lines in, the whole conversations as JSON lines out."""
    from bot.operations.lines import lines_of
    from bot.operations.talking import talk as talk_all

    with _results_only() as results:
        config = read_settings()
        asyncio.run(talk_all(config, _model(config), lines_of(sys.stdin.buffer), results))


@app.command()
def chat(
    locale: Annotated[str | None, typer.Option(help="Language to begin with.")] = None,
    country: Annotated[str | None, typer.Option(help="ISO code for the help cards.")] = None,
) -> None:
    """Talk to it in this terminal."""
    from bot.operations.talking import chat as chat_here

    config = read_settings()
    asyncio.run(chat_here(config, _model(config), locale, country))


@app.command()
def channels(
    set_up: Annotated[
        bool, typer.Option(help="Register at Telegram, make WhatsApp's lists.")
    ] = False,
    letters: Annotated[
        bool, typer.Option(help="Show the answers that no platform would take.")
    ] = False,
    limits: Annotated[
        bool, typer.Option(help="Show the longest messages on each channel; writes the document.")
    ] = False,
) -> None:
    """Messaging channels: what is set up, what is missing, which address each platform needs."""
    from bot.operations import channel_limits, channel_setup

    config = read_settings()
    if limits:
        channel_limits.write(ROOT / "docs" / "channels" / "limits.md", config)
    chosen = {channel_setup.set_up: set_up, channel_setup.letters: letters}
    chosen |= {channel_limits.lines: limits}
    tell = next((each for each, wanted in chosen.items() if wanted), channel_setup.states)
    for line in tell(config):
        print(line)


@app.command()
def simulate(
    channel: Annotated[str, typer.Argument(help="telegram, whatsapp, sms, messenger or slack")],
) -> None:
    """Try a messaging channel in this terminal, without an account: its platform is played."""
    from bot.operations.playing import CHANNELS, play
    from bot.operations.talking import local_edge

    if channel not in CHANNELS:
        print(f"{channel} is no channel: {', '.join(CHANNELS)}", file=sys.stderr)
        raise typer.Exit(1)
    config = read_settings()

    async def simulated() -> None:
        async with local_edge(config, _model(config)) as (edge, private):
            await play(edge, private, channel)

    asyncio.run(simulated())


@app.command()
def purge() -> None:
    """Erase conversations whose time is over and texts that waited too long."""
    from bot.edge import open_storage

    config = read_settings()
    ended = open_storage(config).purge(config.text_minutes * 60)
    print(f"{len(ended)} conversations erased")


def _model(config: Settings, *, force: bool = False) -> Path:
    from bot.operations.model_files import ModelDamaged
    from bot.operations.training import TrainingFailed, ensure_model

    try:
        return ensure_model(config, force=force)
    except (TrainingFailed, ModelDamaged) as error:
        print(f"{error}. `handrail train --force` trains anew.", file=sys.stderr)
        raise typer.Exit(1) from error


@contextmanager
def _results_only() -> Iterator[TextIO]:
    """Standard output for results alone: whatever a library prints goes to stderr."""
    results = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout.flush()
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        yield results
    finally:
        results.flush()


def main() -> None:
    """Entry point; runs from the project's folder, where Rasa expects its files."""
    os.chdir(ROOT)
    hush_libraries()
    try:
        app()
    except Exception as error:
        from bot.edge import UNUSABLE

        if isinstance(error, UNUSABLE):
            sys.exit(str(error))
        raise


if __name__ == "__main__":
    main()

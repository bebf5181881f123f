"""The commands for staff: people, audit trail, links, scripts out and in, tables."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bot.settings import ROOT, read_settings

user = typer.Typer(help="People of the staff console.", no_args_is_help=True)
audit = typer.Typer(help="The audit trail.", no_args_is_help=True)
scripts = typer.Typer(help="Scripts between the console and responses/.", no_args_is_help=True)
Roles = Annotated[
    list[str], typer.Option("--role", help="viewer, author, translator, reviewer, publisher, admin")
]
ACTOR = "command line"


@user.command("add")
def add_user(name: str, role: Roles) -> None:
    """Add somebody; a first password is printed once. The first one is best an admin."""
    from bot.staff import user_command

    _print(user_command.add_user(read_settings(), name, role))


@user.command("list")
def list_users() -> None:
    """Everybody, with roles and second factors."""
    from bot.staff import user_command

    _print(user_command.list_users(read_settings()))


@user.command("reset")
def reset_user(name: str) -> None:
    """Somebody lost phone and recovery codes: a new first password, everything set up anew."""
    from bot.staff import user_command

    _print(user_command.reset_user(read_settings(), name))


@user.command("let-out")
def let_out_user(
    name: str, reason: Annotated[str, typer.Option(help="Why; it stands in the trail.")]
) -> None:
    """Sign somebody out everywhere and keep them out, e.g. after a stolen laptop."""
    from bot.staff import user_command

    _print(user_command.let_out_user(read_settings(), name, reason))


@audit.command("verify")
def verify() -> None:
    """Check every entry and how far the trail goes; ends with 1 when something is wrong."""
    from bot.staff import audit_command

    _told(audit_command.verify(read_settings()))


@audit.command("show")
def show(last: Annotated[int, typer.Option(help="How many entries.")] = 20) -> None:
    """The last entries."""
    from bot.staff import audit_command

    _told(audit_command.show(read_settings(), last))


@audit.command("anchor")
def anchor() -> None:
    """Write down how far the trail goes; keep the printed line on another machine."""
    from bot.staff import audit_command

    _told(audit_command.anchor(read_settings()))


@scripts.command("export")
def export(
    folder: Annotated[
        Path, typer.Option(help="Project folder whose responses/ is written.")
    ] = ROOT,
) -> None:
    """Write what is live in the console into responses/, for git."""
    from bot.staff import exchange_command

    _print(exchange_command.export(read_settings(), folder))


@scripts.command("import")
def import_(
    name: Annotated[str, typer.Option("--as", help="Whose drafts they become.")],
    folder: Annotated[Path, typer.Option(help="Folder whose responses/ is read.")] = ROOT,
) -> None:
    """Make submitted drafts of what responses/ says otherwise; others approve and publish them."""
    from bot.staff import exchange_command

    _print(exchange_command.take_in(read_settings(), folder, name))


def links(
    every: Annotated[bool, typer.Option("--all", help="Also what is not due.")] = False,
) -> None:
    """Look at the links of the help directory that are due, politely, and say what was found."""
    from bot.staff import link_command

    _print(link_command.links(read_settings(), every=every))


def migrate() -> None:
    """Bring the tables to this version, as their owner (HANDRAIL_DATABASE_URL)."""
    from bot.content.database import open_database
    from bot.content.migrations import upgrade

    config = read_settings()
    config.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    upgrade(open_database(config.database))
    print("The tables are those of this version.")


def add_to(app: typer.Typer) -> None:
    """Put them under `handrail`."""
    for name, group in (("user", user), ("audit", audit), ("scripts", scripts)):
        app.add_typer(group, name=name)
    app.command("links")(links)
    app.command("migrate")(migrate)


def _print(lines: Iterable[str]) -> None:
    from bot.console.workflow.people import Refused

    try:
        for line in lines:
            print(line)
    except Refused as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from error


def _told(told: tuple[list[str], bool]) -> None:
    lines, ok = told
    for line in lines:
        print(line)
    if not ok:
        raise typer.Exit(1)

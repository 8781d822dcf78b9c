"""`legload`: the command line. Each command lives in `dashboard.commands`."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from dashboard import console, said
from dashboard.commands import (
    capture,
    demo,
    doctor,
    exchange,
    importing,
    keeping,
    log,
    mail,
    people,
    report,
    sensors,
    sql,
    storage,
    targets,
    validate,
    weeks,
)
from dashboard.errors import DashboardError
from dashboard.settings import load_settings

PREFIX = "LEGLOAD"
_VALUED = ("--home", "--radio", "--person", said.OPTION)
_FLAGS = ("--json", "-v", "--verbose")
_PLACES = "These go before or after any command; each has an environment variable LEGLOAD_…"

app = typer.Typer(
    name="legload",
    help="Did my legs carry enough this week? An honest, local record. Start with: legload demo",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for command in (
    demo.demo,
    doctor.doctor,
    people.person,
    sensors.scan,
    sensors.pair,
    keeping.sensors,
    keeping.assign,
    keeping.rename,
    keeping.replace,
    keeping.forget,
    capture.record,
    capture.status,
    capture.dashboard,
    capture.run,
    storage.load,
    importing.import_,
    storage.repair,
    exchange.export,
    exchange.restore,
    exchange.backup,
    exchange.erase,
    sql.sql,
    weeks.week,
    report.report,
    mail.mail,
    weeks.rescore,
    log.log,
    targets.targets,
    people.excuse,
    validate.validate,
):
    app.command(name=command.__name__.rstrip("_"))(command)
app.command(name="demo-history", hidden=True)(demo.demo_history)


def _version(asked: bool) -> None:
    if asked:
        console.show(version("legload"))
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(help="Folder that holds everything.", rich_help_panel=_PLACES),
    ] = None,
    radio: Annotated[
        str | None,
        typer.Option(help="auto, virtual[:KINDS], hci:TRANSPORT.", rich_help_panel=_PLACES),
    ] = None,
    person: Annotated[str | None, typer.Option(help="Whose data.", rich_help_panel=_PLACES)] = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="en, it; else the system's.",
            rich_help_panel=_PLACES,
            callback=said.refuse_unknown,
        ),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="One JSON document on stdout.",
            rich_help_panel=_PLACES,
            envvar="LEGLOAD_JSON",
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more.", rich_help_panel=_PLACES)
    ] = False,
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, show_envvar=False, help="Print and stop."
        ),
    ] = False,
) -> None:
    """Did my legs carry enough this week? An honest, local record. Start with: legload demo"""
    given = {
        "home": home,
        "radio": radio,
        "person": person,
        "json": as_json,
        "verbose": verbose,
    }
    context.obj = load_settings(given)
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s"
    )


def globals_first(arguments: Sequence[str]) -> list[str]:
    """Move the global options to the front, so that they work before and after the command."""
    front: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        if word == "--":
            return [*front, *rest, word, *queue]
        if word in _VALUED and queue:
            front += [word, queue.pop(0)]
        elif word in _FLAGS or word.startswith(tuple(f"{option}=" for option in _VALUED)):
            front.append(word)
        else:
            rest.append(word)
    return [*front, *rest]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 done, 1 failed, 2 usage. Never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a dash shows a ?
    words = globals_first(sys.argv[1:] if arguments is None else arguments)
    said.begin(said.wanted(words, os.environ))
    try:
        command = said.translated(typer.main.get_command(app))
        command(words, prog_name="legload", auto_envvar_prefix=PREFIX)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # the last line of defence for a person
        console.note(_sentence(error))
        logging.getLogger(__name__).info("details", exc_info=error)
        sys.exit(1)


def _sentence(error: Exception) -> str:
    """What went wrong, and what to do next."""
    if isinstance(error, DashboardError) or hasattr(error, "advice"):
        return str(error)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"{error.strerror or error}{where}. Check the disk and the permissions, try again."
    return (
        f"Something went wrong that should not: {type(error).__name__}: {error}. "
        "Nothing stored was lost. Run the command again with -v for details to report."
    )

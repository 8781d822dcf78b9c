"""`load`, `import` and `repair`: recordings into the store."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from dashboard import console
from dashboard.commands.exchange import ProgressFile, advancing
from dashboard.persons import pick_person
from language.spoken import _


def load(context: typer.Context) -> None:
    """Bring the store up to date with the recordings; safe to run at any time."""
    from dashboard.refresh import refresh

    settings = context.obj
    with console.progress(_("Loading"), quiet=settings.json) as advance:
        done = refresh(settings.home, progress=advance)
    if settings.json:
        return console.emit(done)
    for problem in done.problems:
        console.note(problem)
    return console.show(
        _(
            "{rows} new rows from {recordings} recordings, {minutes} minutes scored.",
            rows=done.rows,
            recordings=done.recordings,
            minutes=done.minutes,
        )
    )


def import_(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Recordings (.legrec).")],
    progress_file: ProgressFile = None,
) -> None:
    """Take in files that other programs, or other computers, wrote."""
    from dashboard.data import open_data
    from dashboard.refresh import refresh
    from ingest.entries import Entries
    from ingest.errors import IngestError
    from ingest.importers import import_file
    from ingest.importers.imported import Into

    settings = context.obj
    person = pick_person(Entries(settings.home).registry().persons, settings.person)
    open_data(settings.home).introduce(person)
    into = Into(home=settings.home, person=person, now=dt.datetime.now(dt.UTC))
    results, failed = [], []
    with advancing("Importing", progress_file, quiet=settings.json) as advance:
        for number, file in enumerate(files, 1):
            try:
                results.append(import_file(file, into))
            except IngestError as error:
                failed.append(str(error))
            advance(number, len(files))
    done = refresh(settings.home)
    if settings.json:
        console.emit({"files": results, "failed": failed, "loaded": done})
    else:
        for result in results:
            console.show(f"{result.file}: {result.text}")
        if results:
            said = {"rows": done.rows, "minutes": done.minutes}
            console.show(_("{rows} new rows, {minutes} minutes scored.", **said))
    for sentence in failed:
        console.note(sentence)
    if failed:
        raise typer.Exit(1)


def repair(context: typer.Context) -> None:
    """Set the store aside and build it anew from the recordings and entries; nothing is lost."""
    from dashboard.refresh import refresh
    from ingest.loader import rebuild

    settings = context.obj
    with console.progress(_("Loading every recording again"), quiet=settings.json) as advance:
        summary = rebuild(settings.home, progress=advance)
    done = refresh(settings.home)
    if settings.json:
        return console.emit({"rows": summary.rows, "loaded": done})
    for problem in summary.problems:
        console.note(problem)
    said = {"rows": summary.rows, "minutes": done.minutes}
    return console.show(_("{rows} rows loaded again, {minutes} minutes scored.", **said))

"""`load` and `repair`: recordings into the store."""

from __future__ import annotations

import typer

from dashboard import console
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

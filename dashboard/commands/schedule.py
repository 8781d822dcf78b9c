"""`report --every`: have the computer's own timer write last week's report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dashboard import console
from dashboard.persons import DEFAULT_PERSON
from language.spoken import _

if TYPE_CHECKING:
    from dashboard.schedule.plan import Plan
    from dashboard.schedule.schedules import Schedules


def every(
    context: typer.Context, weekday: str, formats: Sequence[str], out: Path, *, yes: bool
) -> None:
    """Show what would be installed, ask, install."""
    from dashboard.data import open_data

    schedules, person = _of(context)
    wanted = schedules.wanted(person, str(out.absolute()), formats, weekday)
    plan = schedules.plan(schedules.job(wanted))
    if not context.obj.json:
        _show(plan)
    if plan.by_hand:
        return _by_hand(context, plan)
    advice = _("Say it without a question: legload report --every {day} --yes", day=weekday)
    if yes or (not context.obj.json and console.agree(_("Install this?"), advice)):
        open_data(context.obj.home, radio=context.obj.radio).introduce(
            person
        )  # a job names its own
        schedules.install_report(wanted)
        return _told(context, plan, installed=True)
    return _told(context, plan, installed=False)


def remove(context: typer.Context) -> None:
    """Take it back."""
    schedules, person = _of(context)
    removed = schedules.remove_report(person)
    if context.obj.json:
        console.emit({"removed": removed})
    else:
        console.show(_("Removed.") if removed else _("Nothing was scheduled."))


@contextmanager
def noted(context: typer.Context) -> Iterator[list[Path]]:
    """What a scheduled run does goes to its log: the files put into the list, or why not."""
    from dashboard.schedule.runs import note_run
    from dashboard.schedule.schedules import Schedules

    home = context.obj.home
    job = Schedules(home).name(context.obj.person or DEFAULT_PERSON)
    paths: list[Path] = []
    try:
        yield paths
    except Exception as error:
        text = str(error) or type(error).__name__
        note_run(home, job, text, done=False, now=dt.datetime.now(dt.UTC))
        raise
    said = _("There now: {files}", files=", ".join(map(str, paths)))
    note_run(home, job, said, done=True, now=dt.datetime.now(dt.UTC))


def _of(context: typer.Context) -> tuple[Schedules, str]:
    from dashboard.persons import pick_person
    from dashboard.schedule.schedules import Schedules
    from ingest.entries import Entries

    settings = context.obj
    person = pick_person(Entries(settings.home).registry().persons, settings.person)
    return Schedules(settings.home), person


def _show(plan: Plan) -> None:
    """The exact text, before anything is written."""
    console.show(plan.system)
    for file in plan.files:
        console.show(f"\n{file.path}\n\n{file.text}")
    for words in plan.install:
        console.show(f"$ {' '.join(words)}")
    console.note(plan.missed)


def _by_hand(context: typer.Context, plan: Plan) -> None:
    if context.obj.json:
        _told(context, plan, installed=False)
    else:
        console.show(plan.by_hand)
    raise typer.Exit(1)


def _told(context: typer.Context, plan: Plan, *, installed: bool) -> None:
    if context.obj.json:
        files = {str(file.path): file.text for file in plan.files}
        commands = [list(words) for words in plan.install]
        console.emit(
            {
                "system": plan.system,
                "files": files,
                "commands": commands,
                "missed": plan.missed,
                "by_hand": plan.by_hand or None,
                "installed": installed,
            }
        )
    else:
        console.show(_("Installed.") if installed else _("Nothing was installed."))

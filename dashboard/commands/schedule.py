"""`report --every`, `backup --every`: have the computer's own timer do it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from dashboard import console
from dashboard.persons import DEFAULT_PERSON
from language.spoken import _, n_

if TYPE_CHECKING:
    from dashboard.schedule.plan import Plan
    from dashboard.schedule.schedules import Schedules


def every(
    context: typer.Context,
    weekday: str,
    formats: Sequence[str],
    out: Path,
    *,
    yes: bool,
    everyone: bool,
    **ways: bool,
) -> None:
    """Show what would be installed, ask, install. ways: named, mail, eml."""
    from dashboard.data import open_data
    from dashboard.mail.account import required

    schedules, person = _of(context, everyone=everyone)
    wanted = schedules.wanted(person, str(out.absolute()), formats, weekday, **ways)
    if wanted.mail:
        required(context.obj.home)
    plan = schedules.plan(schedules.job(wanted))

    def install() -> None:
        data = open_data(context.obj.home, radio=context.obj.radio)
        for one in data.persons() if everyone else ():
            data.introduce(one.key)
        if not everyone:
            data.introduce(person)  # a job names its own
        schedules.install_report(wanted)

    advice = _("Say it without a question: legload report --every {day} --yes", day=weekday)
    return _install(context, plan, install, advice, yes=yes)


def _install(
    context: typer.Context, plan: Plan, install: Callable[[], object], advice: str, *, yes: bool
) -> None:
    if not context.obj.json:
        _show(plan)
    if plan.by_hand:
        return _by_hand(context, plan)
    if yes or (not context.obj.json and console.agree(_("Install this?"), advice)):
        install()
        return _told(context, plan, installed=True)
    return _told(context, plan, installed=False)


def remove(context: typer.Context, *, everyone: bool) -> None:
    """Take it back."""
    schedules, person = _of(context, everyone=everyone)
    _removed(context, schedules.remove_report(person))


def every_backup(context: typer.Context, weekday: str, to: str, keep: int, *, yes: bool) -> None:
    """The same of backups."""
    from dashboard.schedule.backups import Backups

    backups = Backups(context.obj.home)
    wanted = backups.wanted(to, keep, weekday)
    plan = backups.plan(backups.job(wanted))
    advice = _(
        "Say it without a question: legload backup --every {day} --to DIR --yes", day=weekday
    )
    _install(context, plan, lambda: backups.install_backup(wanted), advice, yes=yes)


def remove_backup(context: typer.Context) -> None:
    """Take it back."""
    from dashboard.schedule.backups import Backups

    _removed(context, Backups(context.obj.home).remove_backup())


def _removed(context: typer.Context, removed: bool) -> None:
    if context.obj.json:
        console.emit({"removed": removed})
    else:
        console.show(_("Removed.") if removed else _("Nothing was scheduled."))


class Log:
    """What a scheduled run has done so far."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def files(self, paths: Sequence[Path], folder: Path, *, listed: bool) -> None:
        """Files are there. listed: each by name, else how many, so that nobody is named."""
        if listed:
            self.said.append(_("There now: {files}", files=", ".join(map(str, paths))))
        else:
            text = n_(
                "There now: {count} file in {folder}",
                "There now: {count} files in {folder}",
                len(paths),
                folder=folder,
            )
            self.said.append(text)


@contextmanager
def noted(context: typer.Context, *, everyone: bool) -> Iterator[Log]:
    """What a scheduled run of reports does goes to its log."""
    from dashboard.schedule.schedules import EVERYONE, Schedules

    home = context.obj.home
    person = EVERYONE if everyone else context.obj.person or DEFAULT_PERSON
    with noted_run(home, Schedules(home).name(person)) as log:
        yield log


@contextmanager
def noted_run(home: Path, job: str) -> Iterator[Log]:
    """What a run of a job does goes to its log: what it says, or why it failed and what was done
    until then."""
    from dashboard.schedule.runs import note_run

    log = Log()
    try:
        yield log
    except Exception as error:
        text = " ".join([str(error) or type(error).__name__, *log.said])
        note_run(home, job, text, done=False, now=dt.datetime.now(dt.UTC))
        raise
    note_run(home, job, " ".join(log.said), done=True, now=dt.datetime.now(dt.UTC))


def _of(context: typer.Context, *, everyone: bool) -> tuple[Schedules, str]:
    from dashboard.persons import pick_person
    from dashboard.schedule.schedules import EVERYONE, Schedules
    from ingest.entries import Entries

    settings = context.obj
    if everyone:
        return Schedules(settings.home), EVERYONE
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

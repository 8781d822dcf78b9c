"""`week` and `report`: one ISO week, scored."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from dashboard.errors import DashboardError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.week import Component, WeekReport
    from dashboard.rescoring import Kept, Rescored

LAST = "last"
"""Names the last week that is over: the one before the current one, in the person's zone."""

Week = Annotated[
    str | None,
    typer.Argument(metavar="[WEEK]", help="ISO week such as 2026-W47, or last: the one before."),
]


def _report(context: typer.Context, week: str | None) -> WeekReport:
    from analytics.calendar import week_back
    from dashboard.data import open_data
    from dashboard.refresh import refresh

    settings = context.obj
    with console.progress("Loading", quiet=settings.json) as advance:
        refresh(settings.home, progress=advance)
    data = open_data(settings.home, radio=settings.radio)
    person = data.pick(settings.person)
    current = data.weeks(person)[0]
    return data.week(person, week_back(current, 1) if week == LAST else week or current)


def week(context: typer.Context, week: Week = None) -> None:
    """Show a week's score: this week, or the one named."""
    report = _report(context, week)
    if context.obj.json:
        return console.emit(report)
    from dashboard.wording import basis_text, status_sentence, value_text

    demo = "DEMO — " if report.demo else ""
    console.show(f"{demo}{report.person_name}, week {report.week} ({report.zone})")
    console.show(f"{report.headline}. {status_sentence(report)}")
    console.table(
        ["component", "value", "target", "points", "evidence", "rests on"],
        [
            [
                c.title,
                _not_measured(c.note) if c.value is None else value_text(c),
                c.target_text,
                _points(c),
                c.evidence,
                basis_text(c, report) or None,
            ]
            for c in report.components
        ],
    )
    _beside(report)
    for notice in report.notices:
        console.show(notice.text)
    console.note(f"Method {report.method}; targets {report.protocol}.")
    return console.note(report.disclaimer)


def _beside(report: WeekReport) -> None:
    """Everything of a week that earns no points of its own."""
    from dashboard import wording

    for text in (wording.parts_text(report), wording.baseline_text(report)):
        if text:
            console.show(text)
    if rows := wording.practice_table(report):
        console.table(list(rows[0]), [list(row.values()) for row in rows])
        console.show(wording.practice_days_text(report))
    else:
        console.show(f"{wording.NO_PRACTICE} {wording.HOW_TO_LOG}")
    console.show("Shown, never scored:")
    for one in wording.beside(report):
        console.show(f"  {one.text}")
    if rows := wording.origin_table(report):
        console.table(list(rows[0]), [list(row.values()) for row in rows])


def _not_measured(note: str) -> str:
    """Said once, whether or not the note says it too."""
    rest = note.removeprefix("Not measured:").strip()
    return f"not measured: {rest}" if rest else "not measured"


def _points(line: Component) -> str | None:
    """Nothing where there are none: the headline says why, once."""
    from dashboard.wording import points_text

    return None if line.points is None else points_text(line)


def rescore(context: typer.Context) -> None:
    """Compute every minute and score every past week anew, and print what moved."""
    from dashboard.refresh import refresh
    from dashboard.rescoring import kept_weeks
    from dashboard.rescoring import rescore as all_weeks
    from ingest.store import open_store

    settings = context.obj
    before = kept_weeks(settings.home)
    with console.progress("Computing minutes", quiet=settings.json) as advance:
        with open_store(settings.home, read_only=False) as store:
            store.mark_all_stale()  # what is not loaded yet is stale as soon as it is
        done = refresh(settings.home, progress=advance)
    with console.progress("Scoring weeks", quiet=settings.json) as advance:
        found, problems = all_weeks(settings.home, before, progress=advance)
    if settings.json:
        console.emit({"minutes": done.minutes, "weeks": found, "problems": problems})
        raise typer.Exit(1 if problems else 0)
    moved = [one for one in found if one.changed]
    if moved:
        columns = ["person", "week", "before", "after", "what moved", "because of"]
        console.table(columns, [_moved(one) for one in moved], whole=["week"])
    console.show(_rescored(found, len(moved)))
    for problem in (*done.problems, *problems):
        console.note(problem)
    if problems:
        raise typer.Exit(1)
    return


def _moved(one: Rescored) -> list[str | None]:
    before = _kept(one.before) if one.before else None
    moved = ", ".join(one.moved) or "status"
    return [one.person, one.week, before, _kept(one.after), moved, one.because]


def _kept(kept: Kept) -> str:
    if kept.points is None:
        points = f"not scored: {kept.status}"
    else:
        least = "at least " if kept.at_least else ""
        points = f"{least}{kept.points:.1f} of {kept.points_measurable}, {kept.status}"
    return f"{points} ({kept.method}, {kept.protocol})"


def _rescored(found: Sequence[Rescored], moved: int) -> str:
    first = sum(one.before is None for one in found)
    weeks = "week" if len(found) == 1 else "weeks"
    new = f" {first} had no score to compare with." if first else ""
    return f"{len(found)} {weeks} scored again, {moved} moved.{new}"


def report(
    context: typer.Context,
    week: Week = None,
    formats: Annotated[
        str,
        typer.Option(
            "--format", help="pdf, csv, or both: pdf,csv.", envvar="LEGLOAD_REPORT_FORMAT"
        ),
    ] = "pdf",
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path(),
    every: Annotated[
        str | None,
        typer.Option(metavar="WEEKDAY", help="Have last week's report written every monday, say."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="With --every: no longer.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --every: do not ask.")] = False,
    scheduled: Annotated[bool, typer.Option("--scheduled", hidden=True)] = False,
) -> None:
    """Write a week's report to a folder, once or every week."""
    keys = _format_keys(formats)
    if every is None and not remove:
        return _write(context, week, keys, out, scheduled=scheduled)
    from dashboard.commands import schedule

    if week is not None:
        raise typer.BadParameter("With --every the week is always the last one; leave it out.")
    if remove:
        return schedule.remove(context)
    return schedule.every(context, str(every).lower(), keys, out, yes=yes)


def _format_keys(text: str) -> list[str]:
    from dashboard.reports import FORMATS

    keys = [key.strip() for key in text.split(",") if key.strip()]
    unknown = [key for key in keys if key not in FORMATS]
    if unknown or not keys:
        raise typer.BadParameter(
            f"--format takes {', '.join(FORMATS)}, not '{', '.join(unknown) or text}'."
        )
    return keys


def _write(
    context: typer.Context, week: str | None, keys: list[str], out: Path, *, scheduled: bool
) -> None:
    """scheduled: by the computer's timer, which says what it did in a log and replaces nothing."""
    if scheduled:
        from dashboard.commands.schedule import noted

        with noted(context) as done:
            done += _files(context, week, keys, out, keep=True)
    else:
        _files(context, week, keys, out)


def _files(
    context: typer.Context, week: str | None, keys: list[str], out: Path, *, keep: bool = False
) -> list[Path]:
    """keep: a file that is there stays as it is."""
    from dashboard.reports import FORMATS, report_name

    found = _report(context, week)
    paths = []
    for form in map(FORMATS.__getitem__, keys):
        path = out / report_name(found, form)
        paths.append(path if keep and path.exists() else write_file(path, form.write(found)))
    if context.obj.json:
        console.emit({"week": found.week, "files": [str(path) for path in paths]})
    else:
        for path in paths:
            console.show(str(path))
    return paths


def write_file(path: Path, content: bytes) -> Path:
    """Write a file, for its owner alone, into a folder that is made if need be.

    Raises:
        DashboardError: the disk or the permissions refuse.
    """
    from ingest.private import create_whole, private_folder

    try:
        private_folder(path.parent.absolute())
        create_whole(path, content)
    except OSError as error:
        raise DashboardError(
            f"Could not write {path}: {error.strerror or error}.", "Choose another folder: --out"
        ) from error
    return path

"""`week` and `rescore`: ISO weeks, scored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dashboard import console
from language.formats import decimal
from language.spoken import _, n_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.week import Component, WeekReport
    from dashboard.rescoring import Kept, Rescored

LAST = "last"
"""Names the last week that is over: the one before the current one, in the person's zone."""


def named_week(text: str | None) -> str | None:
    """What was typed for a week, once it is known to be one.

    Raises:
        BadParameter: there is no such week.
    """
    from analytics.calendar import week_start
    from analytics.errors import AnalyticsError

    try:
        if text not in (None, LAST):
            week_start(text)
    except AnalyticsError as error:
        raise typer.BadParameter(str(error)) from error
    return text


Week = Annotated[
    str | None,
    typer.Argument(
        metavar="[WEEK]",
        help="ISO week such as 2026-W47, or last: the one before.",
        callback=named_week,
    ),
]


def _report(context: typer.Context, week: str | None) -> WeekReport:
    from analytics.calendar import week_back
    from dashboard.data import open_data
    from dashboard.refresh import refresh

    settings = context.obj
    with console.progress(_("Loading"), quiet=settings.json) as advance:
        refresh(settings.home, progress=advance)
    data = open_data(settings.home, radio=settings.radio)
    person = data.pick(settings.person)
    current = data.weeks(person)[0]
    return data.week(person, week_back(current, 1) if week == LAST else week or current)


def week(context: typer.Context, week: Week = None) -> None:
    """Show a week's score: this week, or the one named."""
    report = _report(context, week)
    if context.obj.json:
        from dashboard.reports.document import document

        return console.emit(document(report))
    from dashboard.wording import basis_text, notice_text, status_sentence, value_text
    from dashboard.wording.advice import IN_A_TERMINAL

    demo = "DEMO — " if report.demo else ""
    whose = _(
        "{person}, week {week} ({zone})",
        person=report.person_name,
        week=report.week,
        zone=report.zone,
    )
    console.show(f"{demo}{whose}")
    console.show(f"{report.headline}. {status_sentence(report)}")
    console.table(
        [
            _("component"),
            _("value"),
            _("target"),
            _("points"),
            _("evidence"),
            _("rests on"),
        ],
        [
            [
                c.title,
                _not_measured(c, report) if c.value is None else value_text(c),
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
        console.show(notice_text(notice, IN_A_TERMINAL))
    console.note(
        _("Method {method}; targets {targets}.", method=report.method, targets=report.protocol)
    )
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
    console.show(_("Shown, never scored:"))
    for one in wording.beside(report):
        console.show(f"  {one.text}")
    if rows := wording.origin_table(report):
        console.table(list(rows[0]), [list(row.values()) for row in rows])


def _not_measured(line: Component, report: WeekReport) -> str:
    """Said once, whether or not the note says it too; and what to do about it."""
    from analytics.week import why
    from dashboard.wording.advice import IN_A_TERMINAL, line_advice

    advice = line_advice(line, report, IN_A_TERMINAL)
    rest = " ".join(filter(None, (why(line.note).strip(), advice)))
    return _("not measured: {reason}", reason=rest) if rest else _("not measured")


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
    with console.progress(_("Computing minutes"), quiet=settings.json) as advance:
        with open_store(settings.home, read_only=False) as store:
            store.mark_all_stale()  # what is not loaded yet is stale as soon as it is
        done = refresh(settings.home, progress=advance)
    with console.progress(_("Scoring weeks"), quiet=settings.json) as advance:
        found, problems = all_weeks(settings.home, before, progress=advance)
    if settings.json:
        console.emit({"minutes": done.minutes, "weeks": found, "problems": problems})
        raise typer.Exit(1 if problems else 0)
    moved = [one for one in found if one.changed]
    if moved:
        columns = [
            _("person"),
            _("week"),
            _("before"),
            _("after"),
            _("what moved"),
            _("because of"),
        ]
        console.table(columns, [_moved(one) for one in moved], whole=[_("week")])
    console.show(_rescored(found, len(moved)))
    for problem in (*done.problems, *problems):
        console.note(problem)
    if problems:
        raise typer.Exit(1)
    return


def _moved(one: Rescored) -> list[str | None]:
    before = _kept(one.before) if one.before else None
    moved = ", ".join(one.moved) or _("status")
    return [one.person, one.week, before, _kept(one.after), moved, one.because]


def _kept(kept: Kept) -> str:
    from dashboard.wording.component import at_least

    if kept.points is None:
        points = _("not scored: {status}", status=_(kept.status))
    else:
        points = _(
            "{points} of {measurable}, {status}",
            points=at_least(decimal(kept.points, 1), bound=kept.at_least),
            measurable=kept.points_measurable,
            status=_(kept.status),
        )
    return f"{points} ({kept.method}, {kept.protocol})"


def _rescored(found: Sequence[Rescored], moved: int) -> str:
    first = sum(one.before is None for one in found)
    said = n_(
        "{count} week scored again, {moved} moved.",
        "{count} weeks scored again, {moved} moved.",
        len(found),
        moved=moved,
    )
    new = n_(
        "{count} had no score to compare with.", "{count} had no score to compare with.", first
    )
    return f"{said} {new}" if first else said

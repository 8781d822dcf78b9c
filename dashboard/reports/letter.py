"""What a short report says, in order: for a web page, and for the plain text beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.week import Component, Day, TrendWeek, WeekReport
from dashboard import wording
from dashboard.reports.answers import answers
from dashboard.reports.fitting import clip, first_few, numbered
from dashboard.reports.identity import is_unnamed
from language.spoken import _

MOST = 8
"""Of notices, gaps, sensors and practice each: a mail program cuts what is longer than 102 kB."""
_STATE_TINT = {"valid": "done", "part": "seen"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell: its text, small print under it, and a bar.

    share: of the bar, 0..1; null draws none; tint: a colour's name in the palette.
    """

    text: str
    small: tuple[str, ...] = ()
    share: float | None = None
    tint: str = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, a table (or none), and texts under it."""

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All of it; answers stand first."""

    answers: tuple[str, str]
    title: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]


def letter(report: WeekReport) -> Letter:
    """The words of a week, shortened so that a mail program shows all of them."""
    person = clip(report.person_name, 60) or _("Person")
    return Letter(
        answers=answers(report),
        title=_("{person}, {week}", person=person, week=wording.week_name(report.week)),
        about=tuple(_about(report)),
        sections=tuple(_sections(report)),
    )


def _about(report: WeekReport) -> Iterator[str]:
    dates, zone = wording.date_range(report), clip(report.zone, 60)
    yield _("{dates}; days as in {zone}.", dates=dates, zone=zone)
    yield f"{wording.status_title(report)}. {wording.status_sentence(report)}"
    if is_unnamed(report):
        yield _(
            "Written without a name: {code} is the same person in every report.", code=report.person
        )


def _sections(report: WeekReport) -> Iterator[Section]:
    if report.note.strip():
        yield Section(title=_("Note"), texts=tuple(report.note.strip().splitlines()))
    yield _targets(report)
    yield _seven_days(report)
    yield _weeks(report)
    yield _listed(_("Notices"), [one.text for one in report.notices], _("No notices."))
    practice = [one.text for one in wording.practice_done(report)]
    yield _listed(_("Strength and balance"), practice, _("None logged or detected."))
    yield _listed(_("Shown, never scored"), [one.text for one in wording.beside(report)], "")
    gaps = [wording.gap_text(gap, report) for gap in report.gaps]
    yield _listed(_("Gaps"), gaps, wording.gaps_none(report))
    sensors = [wording.sensor_text(use) for use in report.sensors]
    yield _listed(_("Where the minutes came from"), sensors, _("No sensor fed this week."))
    yield Section(title=_("Sources and method"), texts=tuple(_origin(report)))


def _listed(title: str, texts: list[str], none: str) -> Section:
    return Section(title=title, texts=tuple(first_few(texts, MOST, 400)) or (none,))


def _cited(report: WeekReport) -> dict[str, int]:
    return numbered(line.source for line in wording.card(report))


def _targets(report: WeekReport) -> Section:
    columns = (_("Component"), _("This week"), _("Target"), _("Points"))
    sources = _cited(report)
    rows = tuple(_component(line, sources, report) for line in wording.card(report))
    return Section(title=_("Against the targets"), columns=columns, rows=rows)


def _component(line: Component, sources: dict[str, int], report: WeekReport) -> tuple[Cell, ...]:
    evidence = clip(wording.evidence_text(line.evidence), 60)
    number = f" [{sources[line.source]}]" if line.source else ""
    details = tuple(clip(text, 300) for text in wording.details(line, report, ways={}))
    proof = _("Evidence of the target: {evidence}", evidence=f"{evidence}{number}")
    bound = "seen" if line.at_least else "done"
    return (
        Cell(text=clip(line.title, 60)),
        Cell(text=wording.value_text(line), small=(*details, proof)),
        Cell(text=clip(line.target_text, 90)),
        Cell(text=wording.points_text(line), share=line.credit, tint=bound),
    )


def _seven_days(report: WeekReport) -> Section:
    columns = (_("Day"), _("Dose, step-eq"), _("Coverage"), _("State"))
    texts = (wording.strip_text(report), wording.parts_text(report), _(wording.DOSE_NOTE))
    return Section(
        title=_("Seven days: dose and coverage"),
        columns=columns,
        rows=tuple(_day(day) for day in report.days),
        texts=tuple(filter(None, texts)),
    )


def _day(day: Day) -> tuple[Cell, ...]:
    state = wording.day_state(day)
    return (
        Cell(text=wording.date_short(day.date)),
        Cell(
            text=wording.dose_text(day),
            small=tuple(filter(None, (", ".join(wording.part_lines(day)),))),
            share=day.credit if day.recorded else None,
            tint=_STATE_TINT.get(state, "unknown"),
        ),
        Cell(text=wording.coverage_text(day) or "–"),
        Cell(text=_(wording.DAY_STATES[state])),
    )


def _weeks(report: WeekReport) -> Section:
    table = wording.trend_table(report)
    rows = zip(report.trend, table, strict=True)
    texts = (wording.baseline_text(report), wording.trend_note(report))
    return Section(
        title=_("Last weeks"),
        columns=tuple(table[0]) if table else (),
        rows=tuple(_week(week, tuple(row.values())) for week, row in rows)[-4:],
        texts=tuple(filter(None, texts)),
    )


def _week(week: TrendWeek, cells: tuple[str, ...]) -> tuple[Cell, ...]:
    name, points, *rest = cells
    share = None if week.points is None else week.points / 100
    bar = Cell(text=points, share=share, tint="seen" if week.at_least else "done")
    return (Cell(text=name), bar, *(Cell(text=text) for text in rest))


def _origin(report: WeekReport) -> Iterator[str]:
    for text, index in _cited(report).items():
        yield f"[{index}] {clip(text, 260)}"
    for grade, (word, meaning) in wording.EVIDENCE.items():
        yield f"{grade}: {_(word)}. {_(meaning)}"
    yield _(
        "Method {method}; targets {targets}; data {data}.",
        method=clip(report.method, 80),
        targets=clip(report.protocol, 80),
        data=clip(report.data_hash, 64),
    )
    yield clip(report.disclaimer, 900)

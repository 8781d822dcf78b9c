"""A week in words: score, status, what is done, left and unknown, and the trend."""

from __future__ import annotations

import datetime as dt

from analytics.week import Component, Status, TrendWeek, WeekReport, rounded
from dashboard.wording.component import at_least
from dashboard.wording.days import AT_LEAST
from dashboard.wording.text import capital, number
from language.formats import date, decimal
from language.spoken import _, mark, n_, p_

NOT_MEASURED = mark("Left out of the score. This is unknown; it does not count as zero.")
SCORE_NOTE = mark("The weights of the score are our own design. Targets carry their sources.")
DOSE_NOTE = mark(
    "step-eq: ordinary walking steps that load the legs as much. A proxy from foot force, "
    "not tissue load, and not tested against a health outcome."
)


def date_range(report: WeekReport) -> str:
    """`16–22 November 2026`, over month and year ends too."""
    first, last = report.start, report.end - dt.timedelta(days=1)
    end = date(last, "d MMMM y")
    if first.year != last.year:
        return f"{date(first, 'd MMMM y')} – {end}"
    if first.month != last.month:
        return f"{date(first, 'd MMMM')} – {end}"
    return f"{first.day}–{end}"


def week_name(week: str) -> str:
    """`Week 47, 2026` of `2026-W47`."""
    year, _between, count = week.partition("-W")
    return _("Week {number}, {year}", number=int(count), year=year)


def week_short(week: str) -> str:
    """`W47` of `2026-W47`."""
    _year, between, count = week.partition("-W")
    return _("W{number}", number=count) if between else week


def headline(report: WeekReport) -> str:
    """The score in words; a person without a score gets no accusation."""
    if report.status is Status.NO_DATA:
        return _("Nothing recorded this week")
    return _("Excused week") if report.status is Status.EXCUSED else report.headline


def status_word(status: Status) -> str:
    """How complete a week is, in a word or two."""
    return {
        Status.COMPLETE: p_("of a week", "complete"),
        Status.PARTIAL: p_("of a week", "partial"),
        Status.AT_LEAST: p_("of a week", "at least"),
        Status.EXCUSED: p_("of a week", "excused"),
        Status.NO_DATA: p_("of a week", "no data"),
        Status.SO_FAR: p_("of a week", "so far"),
    }[status]


def status_title(report: WeekReport) -> str:
    """The status as a short label."""
    if report.status is Status.SO_FAR and report.day_of_week:
        return _("So far, day {day} of 7", day=report.day_of_week)
    return capital(status_word(report.status))


def status_sentence(report: WeekReport) -> str:
    """What the status means for the numbers beside it."""
    valid = n_("{count} of 7 days is valid", "{count} of 7 days are valid", report.valid_days)
    texts = {
        Status.COMPLETE: _("All days counted: {days}.", days=valid),
        Status.PARTIAL: _(
            "{days}. Averages use the valid days. "
            "What is not reached here is not shown to be missed.",
            days=valid,
        ),
        Status.AT_LEAST: _(
            "Too few days with an all-day sensor ({days} of 7 valid), "
            "so every number is a lower bound: at least this much was done. "
            "What was not recorded is unknown.",
            days=report.valid_days,
        ),
        Status.EXCUSED: n_(
            "{count} of 7 days is marked excused, so this week has "
            "no points. What was recorded is shown all the same.",
            "{count} of 7 days are marked excused, so this week has "
            "no points. What was recorded is shown all the same.",
            report.excused_days,
        ),
        Status.NO_DATA: _(
            "Nothing was recorded, imported or logged in this week. That is unknown, not zero."
        ),
        Status.SO_FAR: _(
            "The week is not over and nothing is projected. {days} so far.", days=valid
        ),
    }
    return texts[report.status]


def scored_on(report: WeekReport) -> str:
    """`Scored on 65 of 100 points`."""
    if report.points is None:
        return ""
    most = points_total(report)
    return _("Scored on {points} of {most} points", points=report.points_measurable, most=most)


def card(report: WeekReport) -> list[Component]:
    """The lines that this person can earn points on (balance has none under 65)."""
    return [line for line in report.components if line.points_max > 0]


def points_total(report: WeekReport) -> int:
    """Points if everything were measured."""
    return sum(line.points_max for line in report.components)


def left_word(report: WeekReport) -> str:
    """What the unearned, measurable points are called: only a complete week can miss them."""
    if report.status is Status.SO_FAR:
        return p_("of points", "left to do")
    if report.status is Status.COMPLETE:
        return p_("of points", "not reached")
    return p_("of points", "not seen")


def shares(report: WeekReport) -> tuple[float, float, float]:
    """Points done, left and unknown."""
    done = report.points or 0.0
    most = report.points_measurable if report.points is not None else 0
    return done, max(0.0, most - done), points_total(report) - most


def shares_text(report: WeekReport) -> str:
    """The ring in words."""
    done, left, unknown = shares(report)
    if report.points is None:
        return f"{headline(report)}. {status_sentence(report)}"
    most, done = done + left, rounded(done, whole=done + left)
    return _(
        "Done: {done} points. {left_word}: {left}. Not measured: {unknown}.",
        done=at_least(decimal(done), bound=report.at_least),
        left_word=capital(left_word(report)),
        left=decimal(most - done),
        unknown=decimal(unknown),
    )


def left_lines(report: WeekReport) -> list[Component]:
    """Measured, target not (yet) reached."""
    return [line for line in card(report) if line.credit is not None and line.credit < 1]


def done_lines(report: WeekReport) -> list[Component]:
    """Measured and the target reached."""
    return [line for line in card(report) if line.credit is not None and line.credit >= 1]


def unmeasured_lines(report: WeekReport) -> list[Component]:
    """Neither done nor missed: unknown."""
    return [line for line in card(report) if not line.measured]


def trend_points(week: TrendWeek) -> str:
    """`58 of 80`, `≥ 55 of 60`, or why there is no score."""
    return f"{_sign(week.points, week)}{_points(week)}"


def trend_points_short(week: TrendWeek) -> str:
    """The same where there is little room: `≥ 55`."""
    if week.points is None:
        return trend_points(week)
    return f"{_sign(week.points, week)}{_earned(week.points, week)}"


def _points(week: TrendWeek) -> str:
    if week.points is None:
        return _no_data() if _is_empty(week) else _("no points")
    points = _earned(week.points, week)
    return _("{points} of {most}", points=points, most=week.points_measurable)


def _earned(points: float, week: TrendWeek) -> str:
    return decimal(rounded(points, whole=week.points_measurable))


def trend_dose(week: TrendWeek) -> str:
    """Dose a day: `5,100`, `≥ 1,330`, or why there is none."""
    return f"{_sign(week.lld, week)}{_dose(week)}"


def _dose(week: TrendWeek) -> str:
    if week.lld is None:
        return _no_data() if _is_empty(week) else _("unknown")
    return number(week.lld)


def _no_data() -> str:
    return status_word(Status.NO_DATA)


def _is_empty(week: TrendWeek) -> bool:
    return week.status is Status.NO_DATA


def _is_bound(value: float | None, week: TrendWeek) -> bool:
    return value is not None and week.at_least


def _sign(value: float | None, week: TrendWeek) -> str:
    return AT_LEAST if _is_bound(value, week) else ""


def trend_table(report: WeekReport) -> list[dict[str, str]]:
    """The last weeks as rows of words, oldest first; a dash where the status says it all."""
    return [
        {
            _("Week"): week_short(week.week),
            _("Points"): "–" if week.points is None and _is_empty(week) else trend_points(week),
            _("Dose a day, step-eq"): "–"
            if week.lld is None and _is_empty(week)
            else trend_dose(week),
            _("Valid days"): str(week.valid_days),
            _("Status"): status_word(week.status),
        }
        for week in report.trend
    ]


def trend_text(report: WeekReport) -> str:
    """The trend in one sentence, oldest first."""
    parts = [
        _("{week}: {text}", week=week_short(one.week), text=_week_points(one))
        for one in report.trend
    ]
    return "; ".join(parts) + "." if parts else _("No earlier weeks.")


def _week_points(week: TrendWeek) -> str:
    if week.status is Status.NO_DATA:
        return _("nothing recorded")
    points = at_least(_points(week), bound=_is_bound(week.points, week))
    if week.status is Status.AT_LEAST and week.at_least and week.points is not None:
        return points
    return f"{points} ({status_word(week.status)})"


def trend_dose_text(report: WeekReport) -> str:
    """The dose of the last weeks in one sentence."""
    parts = [
        _(
            "{week}: {text}",
            week=week_short(one.week),
            text=at_least(_dose(one), bound=_is_bound(one.lld, one)),
        )
        for one in report.trend
    ]
    return _(
        "Dose a day: {weeks}. Target {target} step-eq.",
        weeks="; ".join(parts),
        target=number(report.target_lld),
    )


def trend_note(report: WeekReport) -> str:
    """What a pale bar of the trend is; empty where every week is known."""
    if not any(week.at_least for week in report.trend):
        return ""
    return _("≥ and pale: a lower bound, what was recorded spread over all days not excused.")

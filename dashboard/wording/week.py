"""A week in words: score, status, what is done, left and unknown, and the trend."""

from __future__ import annotations

import datetime as dt

from analytics.week import Component, Status, TrendWeek, WeekReport, rounded
from dashboard.wording.text import number

NOT_MEASURED = "Left out of the score. This is unknown; it does not count as zero."
SCORE_NOTE = "The weights of the score are our own design. Targets carry their sources."
DOSE_NOTE = (
    "step-eq: ordinary walking steps that load the legs as much. A proxy from foot force, "
    "not tissue load, and not tested against a health outcome."
)


def date_range(report: WeekReport) -> str:
    """`16–22 November 2026`, over month and year ends too."""
    first, last = report.start, report.end - dt.timedelta(days=1)
    end = f"{last.day} {last:%B} {last.year}"
    if first.year != last.year:
        return f"{first.day} {first:%B} {first.year} – {end}"
    if first.month != last.month:
        return f"{first.day} {first:%B} – {end}"
    return f"{first.day}–{end}"


def week_name(week: str) -> str:
    """`Week 47, 2026` of `2026-W47`."""
    year, _, count = week.partition("-W")
    return f"Week {int(count)}, {year}"


def week_short(week: str) -> str:
    """`W47` of `2026-W47`."""
    return week.partition("-")[2] or week


def headline(report: WeekReport) -> str:
    """The score in words; a person without a score gets no accusation."""
    if report.status is Status.NO_DATA:
        return "Nothing recorded this week"
    return "Excused week" if report.status is Status.EXCUSED else report.headline


def status_title(report: WeekReport) -> str:
    """The status as a short label."""
    if report.status is Status.SO_FAR and report.day_of_week:
        return f"So far, day {report.day_of_week} of 7"
    return report.status.value.capitalize()


def status_sentence(report: WeekReport) -> str:
    """What the status means for the numbers beside it."""
    valid = f"{report.valid_days} of 7 days {_were(report.valid_days)} valid"
    texts = {
        Status.COMPLETE: f"All days counted: {valid}.",
        Status.PARTIAL: f"{valid}. Averages use the valid days. "
        "What is not reached here is not shown to be missed.",
        Status.AT_LEAST: f"Too few days with an all-day sensor ({report.valid_days} of 7 valid), "
        "so every number is a lower bound: at least this much was done. "
        "What was not recorded is unknown.",
        Status.EXCUSED: f"{report.excused_days} of 7 days are marked excused, so this week has "
        "no points. What was recorded is shown all the same.",
        Status.NO_DATA: "Nothing was recorded, imported or logged in this week. "
        "That is unknown, not zero.",
        Status.SO_FAR: f"The week is not over and nothing is projected. {valid} so far.",
    }
    return texts[report.status]


def _were(count: int) -> str:
    return "is" if count == 1 else "are"


def scored_on(report: WeekReport) -> str:
    """`Scored on 65 of 100 points`."""
    if report.points is None:
        return ""
    return f"Scored on {report.points_measurable} of {points_total(report)} points"


def card(report: WeekReport) -> list[Component]:
    """The lines that this person can earn points on (balance has none under 65)."""
    return [line for line in report.components if line.points_max > 0]


def points_total(report: WeekReport) -> int:
    """Points if everything were measured."""
    return sum(line.points_max for line in report.components)


def left_word(report: WeekReport) -> str:
    """What the unearned, measurable points are called: only a complete week can miss them."""
    if report.status is Status.SO_FAR:
        return "left to do"
    return "not reached" if report.status is Status.COMPLETE else "not seen"


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
    least = "at least " if report.at_least else ""
    most, done = done + left, rounded(done, whole=done + left)
    return (
        f"Done: {least}{done:.0f} points. {left_word(report).capitalize()}: {most - done:.0f}. "
        f"Not measured: {unknown:.0f}."
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
    if week.points is None:
        return "no points" if week.status is not Status.NO_DATA else "no data"
    points = rounded(week.points, whole=week.points_measurable)
    return f"{_bound(week)}{points:.0f} of {week.points_measurable}"


def trend_dose(week: TrendWeek) -> str:
    """Dose a day: `5,100`, `≥ 1,330`, or why there is none."""
    if week.lld is None:
        return "unknown" if week.status is not Status.NO_DATA else "no data"
    return f"{_bound(week)}{number(week.lld)}"


def _bound(week: TrendWeek) -> str:
    return "≥\N{NO-BREAK SPACE}" if week.at_least else ""


def trend_table(report: WeekReport) -> list[dict[str, str]]:
    """The last weeks as rows of words, oldest first; a dash where the status says it all."""
    return [
        {
            "Week": week_short(week.week),
            "Points": _or_dash(trend_points(week)),
            "Dose a day, step-eq": _or_dash(trend_dose(week)),
            "Valid days": str(week.valid_days),
            "Status": week.status.value,
        }
        for week in report.trend
    ]


def _or_dash(text: str) -> str:
    return "–" if text == Status.NO_DATA.value else text


def trend_text(report: WeekReport) -> str:
    """The trend in one sentence, oldest first."""
    parts = [f"{week_short(week.week)}: {_week_points(week)}" for week in report.trend]
    return "; ".join(parts) + "." if parts else "No earlier weeks."


def _week_points(week: TrendWeek) -> str:
    if week.status is Status.NO_DATA:
        return "nothing recorded"
    if week.status is Status.AT_LEAST and week.at_least and week.points is not None:
        return _spoken(trend_points(week))
    return f"{_spoken(trend_points(week))} ({week.status.value})"


def trend_dose_text(report: WeekReport) -> str:
    """The dose of the last weeks in one sentence."""
    parts = [f"{week_short(w.week)}: {_spoken(trend_dose(w))}" for w in report.trend]
    return f"Dose a day: {'; '.join(parts)}. Target {number(report.target_lld)} step-eq."


def _spoken(text: str) -> str:
    return text.replace("≥\N{NO-BREAK SPACE}", "at least ")


def trend_note(report: WeekReport) -> str:
    """What a pale bar of the trend is; empty where every week is known."""
    if not any(week.at_least for week in report.trend):
        return ""
    return "≥ and pale: a lower bound, what was recorded spread over all days not excused."

"""The weeks and days behind in words: which way it goes, against one's own usual."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

from analytics.week import Status, rounded
from dashboard.wording.text import date_long, hours, number, percent
from dashboard.wording.week import week_short
from language.formats import date
from language.spoken import _, mark, n_

if TYPE_CHECKING:
    from dashboard.history import CalendarDay, TrendLine, Trends

KNOWN_WEEKS = 3
"""In each half of the weeks shown, before anything is said of a direction (design)."""
SAME_PERCENT = 10.0
"""A smaller change than this is called about the same (design)."""
STATUS = {
    Status.COMPLETE: mark("complete"),
    Status.PARTIAL: mark("partial"),
    Status.AT_LEAST: mark("lower bound"),
    Status.EXCUSED: mark("excused"),
    Status.NO_DATA: mark("nothing recorded"),
    Status.SO_FAR: mark("so far"),
}
PARTS = (
    ("weight_bearing_lld", mark("weight-bearing")),
    ("assisted_lld", mark("assisted (seated)")),
    ("sets_lld", mark("in strength sets")),
)
NOTHING = mark("Nothing is recorded yet. Pair a sensor, put it on, and come back tomorrow.")
PERCENT = "{value}\N{NO-BREAK SPACE}%"


def nothing_yet(trends: Trends) -> bool:
    """Whether there is nothing to show of all the time asked for."""
    weeks = all(week.status is Status.NO_DATA for week in trends.weeks)
    return weeks and not any(day.state in ("valid", "part") for day in trends.days)


def headline(trends: Trends) -> str:
    """How somebody has been doing: this week against the own usual, then the weeks shown."""
    return " ".join(filter(None, (_this_week(trends.weeks[-1]), _direction(trends.weeks))))


def _this_week(week: TrendLine) -> str:
    if week.status is Status.EXCUSED:
        return _("This week is excused.")
    if week.lld is None:
        return _("How much you do this week is not known yet.")
    usual = week.baseline.lld if week.baseline else None
    dose = number(week.lld)
    if usual is None:
        if week.at_least:
            return _("This week so far: at least {dose} step-eq a day.", dose=dose)
        return _("This week so far: {dose} step-eq a day.", dose=dose)
    return _against(week, dose=dose, usual=number(usual))


def _against(week: TrendLine, *, dose: str, usual: str) -> str:
    change = week.baseline.change_percent if week.baseline else None
    values = {"dose": dose, "usual": usual}
    if week.at_least or change is None:
        text = _(
            "This week so far: at least {dose} step-eq a day; your usual is {usual}.", **values
        )
        known = _("This week so far: {dose} step-eq a day; your usual is {usual}.", **values)
        return text if week.at_least else known
    if round(abs(change)) == 0:
        return _("This week so far you do as much as usual: {dose} step-eq a day.", **values)
    share = PERCENT.format(value=number(round(abs(change))))
    if change > 0:
        return _(
            "This week so far you do {share} more than your usual: {dose} step-eq a day "
            "instead of {usual}.",
            share=share,
            **values,
        )
    return _(
        "This week so far you do {share} less than your usual: {dose} step-eq a day "
        "instead of {usual}.",
        share=share,
        **values,
    )


def change_percent(weeks: Sequence[TrendLine]) -> float | None:
    """The later half of the weeks against the earlier half, in percent of the mean dose.

    Only weeks that are over and known in full count; None with fewer than `KNOWN_WEEKS` of them in
    either half.
    """
    past = weeks[:-1] if weeks and weeks[-1].status is Status.SO_FAR else weeks
    middle = len(past) // 2
    earlier, later = _doses(past[:middle]), _doses(past[middle:])
    if min(len(earlier), len(later)) < KNOWN_WEEKS or not any(earlier):
        return None
    return 100 * (fmean(later) / fmean(earlier) - 1)


def _doses(weeks: Iterable[TrendLine]) -> list[float]:
    return [
        week.lld
        for week in weeks
        if week.lld is not None and not week.at_least and week.status is not Status.EXCUSED
    ]


def _direction(weeks: Sequence[TrendLine]) -> str:
    change, count = change_percent(weeks), len(weeks)
    if change is None:
        return n_(
            "Which way the last {count} week went cannot be said: too few weeks are known.",
            "Which way the last {count} weeks went cannot be said: too few weeks are known.",
            count,
        )
    share = PERCENT.format(value=number(round(abs(change))))
    if abs(change) < SAME_PERCENT:
        return _("Over the last {count} weeks it stayed about the same.", count=count)
    if change > 0:
        return _(
            "Over the last {count} weeks it went up: {share} more in the later half than in the "
            "earlier.",
            count=count,
            share=share,
        )
    return _(
        "Over the last {count} weeks it went down: {share} less in the later half than in the "
        "earlier.",
        count=count,
        share=share,
    )


# --- weeks --------------------------------------------------------------------------------------


def points_short(week: TrendLine) -> str:
    """`58`, `≥ 55`; a question mark where nobody knows, a dash where the week is excused."""
    if week.points is None:
        return "–" if week.status is Status.EXCUSED else "?"
    points = rounded(week.points, whole=week.points_measurable)
    return f"{_bound(week)}{number(points)}"


def points_of(week: TrendLine) -> str:
    """`58 of 80`, or why there are none."""
    if week.points is None:
        return _("no points") if week.status is Status.EXCUSED else _("unknown")
    return _("{points} of {most}", points=points_short(week), most=week.points_measurable)


def dose_of(value: float | None, week: TrendLine) -> str:
    """`5,100`, `≥ 1,330`, or unknown."""
    return _("unknown") if value is None else f"{_bound(week)}{number(value)}"


def _bound(week: TrendLine) -> str:
    return "≥\N{NO-BREAK SPACE}" if week.at_least else ""


def status_of(week: TrendLine) -> str:
    """The status as a short label."""
    return _(STATUS[week.status])


def week_tip(week: TrendLine) -> str:
    """`W47, from 16 Nov`."""
    monday = date(dt.date.fromisocalendar(*_year_week(week.week), 1), "d MMM")
    return _("{week}, from {day}", week=week_short(week.week), day=monday)


def _year_week(week: str) -> tuple[int, int]:
    year, _between, count = week.partition("-W")
    return int(year), int(count)


def points_summary(weeks: Sequence[TrendLine]) -> str:
    """The points of the weeks in one or two sentences."""
    scored = [week for week in weeks if week.points is not None]
    if not scored:
        return _("None of these weeks has points.")
    excused = sum(week.status is Status.EXCUSED for week in weeks)
    last = next((week for week in reversed(scored) if week.status is not Status.SO_FAR), None)
    said = _(
        "Of {weeks} weeks: {scored} with points, {excused} excused, {unknown} unknown.",
        weeks=len(weeks),
        scored=len(scored),
        excused=excused,
        unknown=len(weeks) - len(scored) - excused,
    )
    if last is None:
        return said
    newest = _(
        "The last week that is over, {week}: {points} points.",
        week=week_tip(last),
        points=_spoken(points_of(last)),
    )
    return f"{newest} {said}"


def _spoken(text: str) -> str:
    return text.replace("≥\N{NO-BREAK SPACE}", _("at least "))


def load_summary(weeks: Sequence[TrendLine]) -> str:
    """The four-week load against one's own usual and the target."""
    last = weeks[-1]
    usual = last.baseline.lld if last.baseline else None
    target = number(last.target_lld)
    if last.lld_4w is None:
        return _("The last four weeks are not known well enough. Target {target}.", target=target)
    load = number(last.lld_4w)
    if usual is None:
        note = last.baseline.note if last.baseline else ""
        said = _("Over four weeks {load} step-eq a day. Target {target}.", load=load, target=target)
        return f"{said} {note}".strip()
    return _(
        "Over four weeks {load} step-eq a day; your usual {usual}; target {target}.",
        load=load,
        usual=number(usual),
        target=target,
    )


def parts_summary(weeks: Sequence[TrendLine]) -> str:
    """What the known dose of the weeks is made of."""
    sums = {word: sum(getattr(week, field) or 0.0 for week in weeks) for field, word in PARTS}
    total = sum(sums.values())
    if not total:
        return _("What the load was made of is not known.")
    made = ", ".join(
        _("{share} {part}", share=percent(lld / total), part=_(word))
        for word, lld in sums.items()
        if lld
    )
    return _("Of the load that is known: {parts}.", parts=made)


def points_table(weeks: Sequence[TrendLine]) -> list[dict[str, str]]:
    """One row a week, newest first."""
    return [
        {
            _("Week"): week_tip(week),
            _("Points"): points_of(week),
            _("Valid days"): str(week.valid_days),
            _("Observed"): _("unknown") if week.coverage is None else percent(week.coverage),
            _("Status"): status_of(week),
        }
        for week in reversed(weeks)
    ]


def load_table(weeks: Sequence[TrendLine]) -> list[dict[str, str]]:
    """Doses a day in step-eq, one row a week, newest first."""
    return [
        {
            _("Week"): week_tip(week),
            _("This week"): dose_of(week.lld, week),
            _("Over four weeks"): _known(week.lld_4w),
            _("Your usual"): _known(week.baseline.lld if week.baseline else None),
            _("Target"): number(week.target_lld),
            _("Status"): status_of(week),
        }
        for week in reversed(weeks)
    ]


def parts_table(weeks: Sequence[TrendLine]) -> list[dict[str, str]]:
    """The parts of the dose a day in step-eq, one row a week, newest first."""
    return [
        {
            _("Week"): week_tip(week),
            _("Weight-bearing"): _part(week.weight_bearing_lld, week),
            _("Assisted"): _part(week.assisted_lld, week),
            _("In sets"): _part(week.sets_lld, week),
            _("Together"): dose_of(week.lld, week),
        }
        for week in reversed(weeks)
    ]


def _part(value: float | None, week: TrendLine) -> str:
    return dose_of(value, week) if value is not None or week.lld is None else "–"


def _known(value: float | None) -> str:
    return _("unknown") if value is None else number(value)


# --- days ---------------------------------------------------------------------------------------


def observed_share(days: Iterable[CalendarDay]) -> float | None:
    """Share of the days' hours in which a sensor was worn or recorded; None: no day counts."""
    counted = [day for day in days if day.state not in ("future", "excused")]
    total = sum(day.hours for day in counted)
    seen = sum(min(day.hours, max(day.wear_h or 0.0, day.observed_h or 0.0)) for day in counted)
    return seen / total if total else None


def day_tip(day: CalendarDay) -> str:
    """`Monday 16 November: 5,100 step-eq, 82 % of the target, 14 h observed`."""
    name = date_long(day.date)
    if day.state == "excused":
        return _("{day}: excused", day=name)
    if day.state not in ("valid", "part"):
        return _("{day}: not recorded", day=name)
    values = {
        "day": name,
        "dose": _("unknown") if day.lld is None else number(day.lld),
        "share": _("unknown") if day.credit is None else percent(day.credit),
        "observed": hours(max(day.wear_h or 0.0, day.observed_h or 0.0)),
    }
    if is_bound(day):
        return _(
            "{day}: at least {dose} step-eq, at least {share} of the target, {observed} observed",
            **values,
        )
    return _("{day}: {dose} step-eq, {share} of the target, {observed} observed", **values)


def is_bound(day: CalendarDay) -> bool:
    """Whether the day's numbers are lower bounds; a target that is reached is reached."""
    return (day.state == "part" or day.at_least) and (day.credit is None or day.credit < 1)


def calendar_summary(days: Sequence[CalendarDay]) -> str:
    """The calendar in two sentences."""
    counts = Counter(day.state for day in days)
    reached = sum(day.credit is not None and day.credit >= 1 for day in days)
    share = observed_share(days)
    said = _(
        "Of {days} days: {valid} known, {part} known in part (a lower bound), {unknown} not "
        "recorded, {excused} excused.",
        days=len(days) - counts["future"],
        valid=counts["valid"],
        part=counts["part"],
        unknown=counts["unknown"],
        excused=counts["excused"],
    )
    target = n_(
        "The target was reached on {count} day.", "The target was reached on {count} days.", reached
    )
    seen = _("{share} of the time was observed.", share=percent(share)) if share else ""
    return f"{said} {target} {seen}".strip()


def strip_tip(monday: dt.date, share: float | None) -> str:
    """`Week from 16 Nov: 61 % observed`."""
    values = {"day": date(monday, "d MMM")}
    if share is None:
        return _("Week from {day}: no day counts", **values)
    return _("Week from {day}: {share} observed", share=percent(share), **values)


def day_names() -> list[str]:
    """`Mon` to `Sun`."""
    monday = dt.date(2024, 1, 1)
    return [date(monday + dt.timedelta(days=ahead), "EEE") for ahead in range(7)]


def calendar_table(days: Sequence[CalendarDay]) -> list[dict[str, str]]:
    """One row a week, newest first; of each day the share of the target."""
    weeks: dict[dt.date, list[CalendarDay]] = {}
    for day in days:
        weeks.setdefault(day.date - dt.timedelta(days=day.date.weekday()), []).append(day)
    return [_calendar_row(monday, weeks[monday]) for monday in sorted(weeks, reverse=True)]


def _calendar_row(monday: dt.date, days: Sequence[CalendarDay]) -> dict[str, str]:
    cells = {day.date.weekday(): _cell(day) for day in days}
    share = observed_share(days)
    return {
        _("Week from"): date(monday, "d MMM yyyy"),
        **{name: cells.get(number_, "") for number_, name in enumerate(day_names())},
        _("Observed"): "–" if share is None else percent(share),
    }


def _cell(day: CalendarDay) -> str:
    if day.state in ("future", "excused"):
        return _("excused") if day.state == "excused" else ""
    if day.credit is None or day.state == "unknown":
        return "?"
    return f"≥\N{NO-BREAK SPACE}{percent(day.credit)}" if is_bound(day) else percent(day.credit)

"""Trend lines and calendar days, taken out of the weeks they were scored in."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from analytics import baseline
from analytics.calendar import (
    WEEK_DAYS,
    dates_from,
    day_hours,
    day_start,
    week_back,
    week_of,
    week_start,
)
from analytics.person import PersonFacts
from analytics.week import Day, Status, TrendWeek, WeekReport
from dashboard.past import CalendarDay, TrendLine
from dashboard.wording import day_state

if TYPE_CHECKING:
    from dashboard.week_key import Basis

FEWEST_KNOWN = 2
"""Known weeks that a four-week mean takes (design)."""

_PARTS = ("weight_bearing_lld", "assisted_lld", "sets_lld")


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekLine:
    """What the trends show of one week: its line, and its seven days."""

    line: TrendLine
    days: tuple[CalendarDay, ...]


def week_line(report: WeekReport, *, person: PersonFacts, now: dt.datetime) -> WeekLine:
    """What the trends show of a scored week. now: aware instant; matters while the week runs."""
    this = report.trend[-1]
    parts = _parts(report, this, today=now.astimezone(person.time_zone).date())
    line = TrendLine(
        week=report.week,
        status=report.status,
        points=report.points,
        points_measurable=report.points_measurable,
        at_least=this.at_least,
        lld=this.lld,
        lld_4w=_four_weeks(report.trend),
        target_lld=report.target_lld,
        baseline=report.baseline,
        valid_days=report.valid_days,
        coverage=_coverage(report.days, person, now),
        **parts,
    )
    return WeekLine(line=line, days=tuple(map(_calendar_day, report.days)))


def silent_line(week: str, on: Basis) -> WeekLine:
    """The same of a week of which `Basis.silent` says that nothing is known, without scoring it."""
    start, before = week_start(week), range(baseline.WEEKS, -1, -1)
    history = [_silent_week(week_back(week, back), on) for back in before]
    days = dates_from(start, WEEK_DAYS)
    this, open_days = history[-1], [day for day in days if day not in on.excused]
    line = TrendLine(
        week=week,
        status=this.status,
        points=None,
        points_measurable=0,
        at_least=False,
        lld=None,
        lld_4w=None,
        target_lld=on.protocol.target("lld", on.facts.age_on(start)),
        baseline=baseline.compare(history, on.protocol.baseline),
        valid_days=0,
        coverage=0.0 if open_days else None,
        **dict.fromkeys(_PARTS),
    )
    return WeekLine(line=line, days=tuple(_silent_day(day, on) for day in days))


def _silent_week(week: str, on: Basis) -> TrendWeek:
    excused = sum(day in on.excused for day in dates_from(week_start(week), WEEK_DAYS))
    enough = excused >= on.protocol.week.excused_days
    return TrendWeek(
        week=week,
        status=Status.EXCUSED if enough else Status.NO_DATA,
        points=None,
        points_measurable=0,
        lld=None,
        valid_days=0,
    )


def _silent_day(date: dt.date, on: Basis) -> CalendarDay:
    return CalendarDay(
        date=date,
        state="excused" if date in on.excused else "unknown",
        lld=None,
        at_least=False,
        credit=None,
        loaded_min=None,
        hours=day_hours(date, on.facts.time_zone),
        wear_h=None,
        observed_h=None,
    )


def days_wanted(lines: Iterable[WeekLine], first: dt.date, last: dt.date) -> Iterable[CalendarDay]:
    """The days from first to last, both inclusive."""
    return (day for line in lines for day in line.days if first <= day.date <= last)


def weeks_of(first: dt.date, last: dt.date) -> list[str]:
    """The ISO weeks that the days from first to last lie in, oldest first."""
    days = dates_from(first, (last - first).days + 1)
    return list(dict.fromkeys(week_of(day) for day in days))


def _parts(report: WeekReport, this: TrendWeek, *, today: dt.date) -> dict[str, float | None]:
    """The parts of the week's dose, in the proportion of the days that it is the mean of: the valid
    ones, or where they are too few all that have begun."""
    begun = [day for day in report.days if not day.excused and day.date <= today]
    valid = [day for day in begun if day.valid and day.date < today and day.lld is not None]
    mean = fmean(day.lld or 0.0 for day in valid) if valid else None
    exact = mean is not None and this.lld is not None and math.isclose(mean, this.lld)
    return _shares(this.lld, valid if exact else begun)


def _shares(lld: float | None, days: Sequence[Day]) -> dict[str, float | None]:
    whole = sum(day.lld or 0.0 for day in days)
    scale = lld / whole if lld is not None and whole else 0.0 if lld is not None else None
    return {name: _share(scale, [getattr(day, name) for day in days]) for name in _PARTS}


def _share(scale: float | None, values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return None if scale is None or not known else scale * sum(known)


def _four_weeks(weeks: Sequence[TrendWeek]) -> float | None:
    """A lower bound enters no mean."""
    known = [week.lld for week in weeks if week.lld is not None and not week.at_least]
    return fmean(known) if len(known) >= FEWEST_KNOWN else None


def _coverage(days: Sequence[Day], person: PersonFacts, now: dt.datetime) -> float | None:
    begun = [day for day in days if not day.excused and not day.future]
    hours = sum(_hours_begun(day.date, person, now) for day in begun)
    observed = sum(day.observed_h or 0.0 for day in begun)
    return min(1.0, observed / hours) if hours > 0.0 else None


def _hours_begun(date: dt.date, person: PersonFacts, now: dt.datetime) -> float:
    passed = (now - day_start(date, person.time_zone)).total_seconds() / 3600.0
    return max(0.0, min(day_hours(date, person.time_zone), passed))


def _calendar_day(day: Day) -> CalendarDay:
    return CalendarDay(
        date=day.date,
        state=day_state(day),
        lld=day.lld,
        at_least=day.lld is not None and (not day.valid or day.lld_at_least),
        credit=day.credit,
        loaded_min=day.loaded_min,
        hours=day.hours,
        wear_h=day.wear_h,
        observed_h=day.observed_h,
    )

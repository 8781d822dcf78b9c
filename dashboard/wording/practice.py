"""Strength sets and balance practice of a week in words."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from analytics.practice import DETECTED, BalanceSession, TrainingSet
from analytics.strength import BY_KEY
from analytics.week import Day, WeekReport
from dashboard.display import METRIC
from dashboard.wording.text import date_short, number
from dashboard.wording.units import mass_text
from language.formats import date, time
from language.spoken import _, mark

NO_PRACTICE = mark("No strength set and no balance practice was logged or detected in this week.")
HOW_TO_LOG = mark("Log it: legload log squat --reps 10 --sets 3, or on the page This week.")
FORCE_KNOWN = mark("force known")
FORCE_UNKNOWN = mark("repetitions count; force not known")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Sets that are alike and begin together, or one balance practice."""

    when: str
    what: str
    amount: str
    known_by: str
    force: str

    @property
    def text(self) -> str:
        """All of it in one line."""
        return _(
            "{when}: {what} {amount} ({notes})",
            when=self.when,
            what=self.what,
            amount=self.amount,
            notes=", ".join(filter(None, self.notes)),
        )

    @property
    def notes(self) -> tuple[str, str]:
        """How it is known, and what of it."""
        return self.known_by, self.force


def practice_done(report: WeekReport, units: str = METRIC) -> list[Done]:
    """The practice of the week, in order; weights in kg or lb."""
    days = {day.date: day for day in report.days}
    zone = ZoneInfo(report.zone)
    rows = [
        (one.start, _sets(one, len(list(alike)), days.get(_day(one, zone)), zone, units))
        for one, alike in itertools.groupby(report.sets)
    ]
    rows += [(one.start, _balance(one, zone)) for one in report.balance]
    return [done for _, done in sorted(rows, key=lambda row: row[0])]


def _sets(one: TrainingSet, count: int, day: Day | None, zone: ZoneInfo, units: str) -> Done:
    load = f", {mass_text(one.load_kg, units)}" if one.load_kg else ""
    leg = f", {leg_text(one.leg)}" if one.leg else ""
    return Done(
        when=_when(one, zone),
        what=f"{_(BY_KEY[one.exercise].title)}{leg}",
        amount=f"{count} × {one.repetitions}{load}",
        known_by=_("seen by a sensor") if one.source == DETECTED else _("logged"),
        force=_(FORCE_KNOWN) if _force_known(one, day) else _(FORCE_UNKNOWN),
    )


def _day(one: TrainingSet, zone: ZoneInfo) -> dt.date:
    return one.start.astimezone(zone).date()


def leg_text(leg: str) -> str:
    """`left leg` of `left`."""
    return _("left leg") if leg == "left" else _("right leg")


def _force_known(one: TrainingSet, day: Day | None) -> bool:
    """Whether the load of a set is in the dose of its day."""
    exercise = BY_KEY[one.exercise]
    if exercise.force is None or day is None or day.sets_lld is None:
        return False
    return exercise.force != "leg-press" or None not in (one.load_kg, one.angle_deg)


def _balance(one: BalanceSession, zone: ZoneInfo) -> Done:
    return Done(
        when=_when(one, zone),
        what=_("Balance"),
        amount=_("{minutes} min", minutes=number(one.minutes)),
        known_by=_("logged"),
        force="",
    )


def _when(one: TrainingSet | BalanceSession, zone: ZoneInfo) -> str:
    local = one.start.astimezone(zone)
    return f"{date(local, 'EEE d MMM')}{f' {time(local)}' if one.timed else ''}"


def practice_table(report: WeekReport, units: str = METRIC) -> list[dict[str, str]]:
    """The practice of the week as rows of words; weights in kg or lb."""
    return [
        {
            _("When"): one.when,
            _("What"): one.what,
            _("How much"): one.amount,
            _("Known by"): one.known_by,
            _("Load"): one.force,
        }
        for one in practice_done(report, units)
    ]


def practice_days_text(report: WeekReport) -> str:
    """Which days count as strength days and as balance days; empty where none is known."""
    return " ".join(_days_texts(report))


def _days_texts(report: WeekReport) -> Iterator[str]:
    trained = {one.start.astimezone(ZoneInfo(report.zone)).date() for one in report.sets}
    strong = [
        date_short(day.date)
        if day.date in trained
        else _("{day} (said by you)", day=date_short(day.date))
        for day in report.days
        if day.strength
    ]
    balanced = [date_short(day.date) for day in report.days if day.balance_min]
    if strong:
        yield _("Strength days: {days}.", days=", ".join(strong))
    if balanced:
        yield _("Balance days: {days}.", days=", ".join(balanced))

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
from dashboard.wording.text import number

NO_PRACTICE = "No strength set and no balance practice was logged or detected in this week."
HOW_TO_LOG = "Log it: legload log squat --reps 10 --sets 3, or on the page This week."
FORCE_KNOWN = "force known"
FORCE_UNKNOWN = "repetitions count; force not known"


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
        return f"{self.when}: {self.what} {self.amount} ({', '.join(filter(None, self.notes))})"

    @property
    def notes(self) -> tuple[str, str]:
        """How it is known, and what of it."""
        return self.known_by, self.force


def practice_done(report: WeekReport) -> list[Done]:
    """The practice of the week, in order."""
    days = {day.date: day for day in report.days}
    zone = ZoneInfo(report.zone)
    rows = [
        (one.start, _sets(one, len(list(alike)), days, zone))
        for one, alike in itertools.groupby(report.sets)
    ]
    rows += [(one.start, _balance(one, zone)) for one in report.balance]
    return [done for _, done in sorted(rows, key=lambda row: row[0])]


def _sets(one: TrainingSet, count: int, days: dict[dt.date, Day], zone: ZoneInfo) -> Done:
    day = days.get(one.start.astimezone(zone).date())
    load = f", {number(one.load_kg)} kg" if one.load_kg else ""
    leg = f", {one.leg} leg" if one.leg else ""
    return Done(
        when=_when(one, zone),
        what=f"{BY_KEY[one.exercise].title}{leg}",
        amount=f"{count} × {one.repetitions}{load}",
        known_by="seen by a sensor" if one.source == DETECTED else one.source,
        force=FORCE_KNOWN if _force_known(one, day) else FORCE_UNKNOWN,
    )


def _force_known(one: TrainingSet, day: Day | None) -> bool:
    """Whether the load of a set is in the dose of its day."""
    exercise = BY_KEY[one.exercise]
    if exercise.force is None or day is None or day.sets_lld is None:
        return False
    return exercise.force != "leg-press" or None not in (one.load_kg, one.angle_deg)


def _balance(one: BalanceSession, zone: ZoneInfo) -> Done:
    return Done(
        when=_when(one, zone),
        what="Balance",
        amount=f"{number(one.minutes)} min",
        known_by="logged",
        force="",
    )


def _when(one: TrainingSet | BalanceSession, zone: ZoneInfo) -> str:
    local = one.start.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b}{f' {local:%H:%M}' if one.timed else ''}"


def practice_table(report: WeekReport) -> list[dict[str, str]]:
    """The practice of the week as rows of words."""
    return [
        {
            "When": one.when,
            "What": one.what,
            "How much": one.amount,
            "Known by": one.known_by,
            "Load": one.force,
        }
        for one in practice_done(report)
    ]


def practice_days_text(report: WeekReport) -> str:
    """Which days count as strength days and as balance days; empty where none is known."""
    return " ".join(_days_texts(report))


def _days_texts(report: WeekReport) -> Iterator[str]:
    trained = {one.start.astimezone(ZoneInfo(report.zone)).date() for one in report.sets}
    strong = [
        f"{_short(day)}{'' if day.date in trained else ' (said by you)'}"
        for day in report.days
        if day.strength
    ]
    balanced = [_short(day) for day in report.days if day.balance_min]
    if strong:
        yield f"Strength days: {', '.join(strong)}."
    if balanced:
        yield f"Balance days: {', '.join(balanced)}."


def _short(day: Day) -> str:
    return f"{day.date:%a} {day.date.day}"

"""A made-up past: weeks of every status, a year of days, sessions and a timeline."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from analytics.frames import Minutes
from analytics.week import Baseline, Gap, Status
from dashboard.errors import DashboardError
from dashboard.history import (
    CalendarDay,
    SessionLine,
    SessionSensor,
    Timeline,
    TrendLine,
    Trends,
)

TODAY = dt.date(2026, 11, 19)
START = dt.datetime(2026, 11, 18, 9, 10, tzinfo=dt.UTC)
LONG_MIN = 40
TARGET = 6210.0


def trend_line(week: str, lld: float | None, status: Status = Status.COMPLETE) -> TrendLine:
    """A week of this dose, a quarter of it on a bike; points as far as the target is reached."""
    points = None if lld is None else 100 * min(1.0, lld / TARGET)
    return TrendLine(
        week=week,
        status=status,
        points=None if status is Status.EXCUSED else points,
        points_measurable=80 if points is not None else 0,
        at_least=status is Status.AT_LEAST,
        lld=lld,
        weight_bearing_lld=None if lld is None else 0.7 * lld,
        assisted_lld=None if lld is None else 0.25 * lld,
        sets_lld=None if lld is None else 0.05 * lld,
        lld_4w=lld,
        target_lld=TARGET,
        baseline=Baseline(lld=4500.0, weeks=4, change_percent=12.0),
        valid_days=6 if lld else 0,
        coverage=0.6 if lld else 0.0,
    )


def twelve_weeks() -> tuple[TrendLine, ...]:
    """W36 to W47: unknown, excused and a lower bound among them; the last is not over."""
    doses = (3100.0, 3300.0, None, 3600.0, 3500.0, 4100.0, 900.0, 4400.0, 4600.0, 4700.0, 4900.0)
    statuses = {38: Status.NO_DATA, 40: Status.EXCUSED, 42: Status.AT_LEAST}
    past = (
        trend_line(f"2026-W{number}", dose, statuses.get(number, Status.COMPLETE))
        for number, dose in enumerate(doses, 36)
    )
    return (*past, trend_line("2026-W47", 5040.0, Status.SO_FAR))


def calendar_day(date: dt.date, state: str, credit: float | None) -> CalendarDay:
    """A day of this state; recorded ones were worn for 14 hours, lower bounds for 3."""
    recorded = state in ("valid", "part")
    worn = 14.0 if state == "valid" else 3.0
    return CalendarDay(
        date=date,
        state=state,
        lld=credit * TARGET if credit is not None else None,
        at_least=False,
        credit=credit,
        loaded_min=40.0 if recorded else None,
        hours=24.0,
        wear_h=worn if recorded else None,
        observed_h=worn if recorded else None,
    )


def year(today: dt.date = TODAY, days: int = 371) -> tuple[CalendarDay, ...]:
    """Every state and every step of credit."""
    return tuple(_some_day(today - dt.timedelta(days=back)) for back in reversed(range(days)))


def _some_day(date: dt.date) -> CalendarDay:
    number = date.toordinal()
    if 200 < date.timetuple().tm_yday < 212:
        return calendar_day(date, "excused", None)
    if number % 11 == 0 or date.month == 2:
        return calendar_day(date, "unknown", None)
    credit = max(0.0, min(1.0, 0.6 + 0.6 * math.sin(number / 3)))
    return calendar_day(date, "part" if number % 7 == 3 else "valid", credit)


def trends() -> Trends:
    """Everything at once."""
    return Trends(person="anna", zone="UTC", weeks=twelve_weeks(), days=year())


def nothing() -> Trends:
    """Of somebody who only just began."""
    empty = (trend_line(f"2026-W{number}", None, Status.NO_DATA) for number in range(36, 48))
    weeks = tuple(replace(week, baseline=None) for week in empty)
    day = calendar_day(TODAY, "unknown", None)
    return Trends(person="anna", zone="UTC", weeks=weeks, days=(day,))


# --- sessions -----------------------------------------------------------------------------------


def session_sensor(key: str, title: str, placement: str, *, lost_s: float = 0.0) -> SessionSensor:
    return SessionSensor(
        recording=f"rec-{key}",
        sensor=key,
        title=title,
        placement=placement,
        start=START,
        end=START + dt.timedelta(minutes=LONG_MIN),
        rows=2400,
        malformed=2 if lost_s else 0,
        gaps=2 if lost_s else 0,
        lost_s=lost_s,
        battery_percent=None if key == "strap" else 82.0,
        damaged="",
    )


def session(key: str = "one", start: dt.datetime = START, **more: object) -> SessionLine:
    """A walk with a pod on each foot and a strap, one pod silent for three minutes in all."""
    shift = start - START
    sensors = (
        session_sensor("pod", "Foot pod", "right-foot", lost_s=180.0),
        session_sensor("pad", "Foot pod", "left-foot"),
        session_sensor("strap", "Heart rate strap", "chest"),
    )
    line = SessionLine(
        key=key,
        person="anna",
        start=start,
        end=start + dt.timedelta(minutes=LONG_MIN),
        running=False,
        sensors=tuple(replace(s, start=s.start + shift, end=s.end + shift) for s in sensors),
        steps=4100.0,
        cadence_spm=112.0,
        heart_rate_bpm=104.0,
        lld=4050.0,
    )
    return replace(line, **more)  # type: ignore[arg-type]


def sessions() -> tuple[SessionLine, ...]:
    """A known one, one that runs, and one of which next to nothing is known."""
    unknown = {"steps": None, "cadence_spm": None, "heart_rate_bpm": None, "lld": None}
    return (
        session("two", START + dt.timedelta(days=1), running=True),
        session(),
        session("bare", START - dt.timedelta(days=2), **unknown, sensors=()),
    )


def timeline(line: SessionLine) -> Timeline:
    """The walk minute by minute, with two gaps of the right pod and five minutes on a bike."""
    gaps = tuple(
        Gap(
            sensor="pod",
            start=line.start + dt.timedelta(minutes=at),
            end=line.start + dt.timedelta(minutes=at, seconds=90),
            reason="the link was lost",
        )
        for at in (10, 25)
    )
    return Timeline(
        line=line,
        traces=_traces(line),
        minutes=_minutes(line),
        legs=_legs(line),
        gaps=gaps if line.sensors else (),
    )


def _instants(line: SessionLine, every_s: int) -> list[dt.datetime]:
    count = LONG_MIN * 60 // every_s
    return [line.start + dt.timedelta(seconds=every_s * number) for number in range(count)]


def _traces(line: SessionLine) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for number, at in enumerate(_instants(line, 10)):
        wave = 6 * math.sin(number / 20)
        lost = 60 <= number < 69 or 150 <= number < 159
        for sensor, channel, mean in (
            ("pod", "cadence", None if lost else 112 + wave),
            ("pad", "cadence", 111 - wave),
            ("strap", "heart rate", 100 + 2 * wave),
            ("pod", "battery", None if lost else 82 - number / 120),
        ):
            low, high = (None, None) if mean is None else (mean - 3, mean + 3)
            rows.append((at, sensor, channel, low, mean, high))
    schema: Any = {"time": pl.Datetime("us", "UTC"), "sensor": pl.String, "channel": pl.String}
    numbers = dict.fromkeys(("low", "mean", "high"), pl.Float64)
    found = pl.DataFrame(rows, schema={**schema, **numbers}, orient="row")
    return found if line.sensors else found.clear()


def _minutes(line: SessionLine) -> pl.DataFrame:
    instants = _instants(line, 60)
    bike = [30 <= number < 35 for number in range(len(instants))]
    told = pl.DataFrame(
        {
            "minute": instants,
            "person": line.person,
            "date": line.start.date(),
            "leg_observed_s": 60.0,
            "steps": [0.0 if seated else 112.0 for seated in bike],
            "cycles": [0.0 if seated else 56.0 for seated in bike],
            "force_bw": [0.0 if seated else 63.0 for seated in bike],
            "assisted_cycles": [60.0 if seated else 0.0 for seated in bike],
            "assisted_bw": [25.0 if seated else 0.0 for seated in bike],
            "heart_rate_bpm": 104.0,
            "steps_sensor": "pod + pad",
        }
    )
    full = pl.concat([Minutes.create_empty(), told], how="diagonal_relaxed")
    return full if line.sensors else full.clear()


def _legs(line: SessionLine) -> pl.DataFrame:
    rows = [
        (at, side, 112.0, 56 * (force + 0.02 * math.sin(number / 4)), contact)
        for number, at in enumerate(_instants(line, 60))
        for side, force, contact in (("left", 1.1, 0.68), ("right", 1.16, 0.66))
        if not (side == "right" and number in (10, 25))
    ]
    schema: Any = {"minute": pl.Datetime("us", "UTC"), "side": pl.String}
    numbers = dict.fromkeys(("steps", "force_bw", "contact_s"), pl.Float64)
    found = pl.DataFrame(rows, schema={**schema, **numbers}, orient="row")
    return found if line.sensors else found.clear()


@dataclass
class FakeHistory:
    """`History` without a store."""

    told: Trends = field(default_factory=trends)
    lines: tuple[SessionLine, ...] = field(default_factory=sessions)
    error: DashboardError | None = None

    def trends(self, person: str, *, progress: Callable[[int, int], None]) -> Trends:
        if self.error is not None:
            raise self.error
        progress(1, 1)
        return replace(self.told, person=person)

    def months(self, person: str) -> list[dt.date]:
        return sorted({line.start.date().replace(day=1) for line in self.lines}, reverse=True)

    def sessions(self, person: str, month: dt.date) -> tuple[SessionLine, ...]:
        return tuple(line for line in self.lines if line.start.date().replace(day=1) == month)

    def timeline(self, person: str, key: str) -> Timeline:
        found = next((line for line in self.lines if line.key == key), None)
        if found is None:
            raise DashboardError("There is no such session.", "Choose another one.")
        return timeline(found)

"""The demo's person and its twelve weeks, newest day first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from dashboard.demo import tell
from dashboard.refresh import refresh
from devices.profile import Placement
from devices.walker import plan_day
from ingest.entries import AnyEntry, Assigned, BodyMassSet, Entries, Excused, PersonSet, Registry
from ingest.simulated import Cast, write_motion, write_sessions
from language.formats import date
from language.spoken import _

PERSON = "robin"
WEEKS = 12
MOTION_WEEKS = (0, 1, 2)  # the current one and the two newest full ones
GAP_WEEK, EXCUSED_WEEK = 4, 6
GAP_WEEKDAYS = (0, 3)  # the only days of the gap week on which anything was recorded
KINDS = ("desk", "runner", "desk", "active", "desk", "runner", "rest")  # Monday to Sunday
SEED = 20260105
PLACEMENTS = {
    "rsc": Placement.RIGHT_FOOT,
    "heart_rate": Placement.CHEST,
    "thingy52": Placement.LEFT_SHANK,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoDay:
    """A day of the history: which plan it follows, and whether the leg sensor was worn."""

    date: dt.date
    kind: str
    motion: bool


def days(today: dt.date) -> Iterator[DemoDay]:
    """The days on which something was recorded, newest first."""
    monday = today - dt.timedelta(days=today.weekday())
    for back in range((today - monday).days + 7 * (WEEKS - 1) + 1):
        date = today - dt.timedelta(days=back)
        week = (monday - date + dt.timedelta(days=6)).days // 7
        missing = week == GAP_WEEK and date.weekday() not in GAP_WEEKDAYS
        if missing or week == EXCUSED_WEEK:
            continue
        yield DemoDay(date=date, kind=KINDS[date.weekday()], motion=week in MOTION_WEEKS)


def introduce(home: Path, zone: str, now: dt.datetime) -> None:
    """Enter the demo's person."""
    monday = now.astimezone(ZoneInfo(zone)).date() - dt.timedelta(days=now.weekday())
    away = monday - dt.timedelta(weeks=EXCUSED_WEEK)
    Entries(home).append(
        PersonSet(at=now, person=PERSON, name="Robin", birth_year=1979, zone=zone),
        BodyMassSet(at=now, person=PERSON, date=monday - dt.timedelta(weeks=WEEKS), kg=72.0),
        Excused(
            at=now, person=PERSON, start=away, end=away + dt.timedelta(days=6), why="knee surgery"
        ),
    )


def backdate(home: Path, now: dt.datetime) -> None:
    """Say that the paired sensors have sat where they sit since before the history began."""
    entries = Entries(home)
    since = now - dt.timedelta(weeks=WEEKS + 1)
    said: list[AnyEntry] = [
        Assigned(at=now, sensor=s.key, person=PERSON, placement=s.current.placement, since=since)
        for s in entries.registry().active
        if s.current is not None
    ]
    entries.append(*said)


def ready(home: Path) -> bool:
    """Whether the demo's sensors are paired and backdated."""
    sensors = Entries(home).registry().active
    return len(sensors) >= len(PLACEMENTS) and all(len(s.assignments) > 1 for s in sensors)


def fill(home: Path, now: dt.datetime) -> None:
    """Write the history and score it as it grows; safe to stop at any moment."""
    registry = Entries(home).registry()
    zone = ZoneInfo(registry.persons[PERSON].zone or "UTC")
    cast = _cast(registry)
    today = now.astimezone(zone).date()
    planned = list(days(today))
    until_ns = round(now.timestamp() * 1e9)
    for number, day in enumerate(planned):
        full_week = number >= today.weekday() + 1 + 7
        tell(
            home,
            number,
            len(planned),
            _("Simulating {date}", date=date(day.date, "d MMMM")),
            full_week,
        )
        write_day(home, cast, day, zone, until_ns)
        if day.motion or number % 7 == 6:
            refresh(home)
    refresh(home)
    tell(home, len(planned), len(planned), "", full_week=True)


def write_day(home: Path, cast: Cast, day: DemoDay, zone: ZoneInfo, until_ns: int) -> None:
    """One day's recordings; the same day gives the same bytes."""
    rng = np.random.default_rng([SEED, day.date.toordinal()])
    midnight = dt.datetime.combine(day.date, dt.time(), zone)
    bouts = plan_day(rng, round(midnight.timestamp() * 1e9), day.kind)
    write_sessions(home, cast, bouts, rng, until_ns)
    if day.motion:
        write_motion(home, cast, bouts, rng, until_ns)


def _cast(registry: Registry) -> Cast:
    by_profile = {sensor.profiles[0]: sensor for sensor in registry.active}
    leg = by_profile.get("thingy52")
    return Cast(
        foot_pod=by_profile["rsc"].key,
        heart_strap=by_profile["heart_rate"].key,
        leg_sensor=leg.key if leg else None,
        leg_placement=PLACEMENTS["thingy52"],
    )

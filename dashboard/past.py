"""What was, over months: the trend of weeks, a calendar of days, sessions and their timelines."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from analytics.week import Baseline, Gap, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendLine:
    """One ISO week of the trend; None is unknown.

    lld: mean step-eq/day, and of it the parts; lld_4w: mean of this week and the three before it
    (None with fewer than two known); coverage: share of the hours begun and not excused that were
    observed.
    """

    week: str
    status: Status
    points: float | None
    points_measurable: int
    at_least: bool
    lld: float | None
    weight_bearing_lld: float | None
    assisted_lld: float | None
    sets_lld: float | None
    lld_4w: float | None
    target_lld: float
    baseline: Baseline | None
    valid_days: int
    coverage: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """One local day; state as `wording.day_state`: future, excused, unknown, valid, part."""

    date: dt.date
    state: str
    lld: float | None
    at_least: bool
    credit: float | None
    loaded_min: float | None
    hours: float
    wear_h: float | None
    observed_h: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """The last weeks and days of one person, oldest first."""

    person: str
    zone: str
    weeks: tuple[TrendLine, ...]
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSensor:
    """One sensor's part in a session. placement "": not known; lost_s: in gaps; battery None: never
    said."""

    recording: str
    sensor: str
    title: str
    placement: str
    start: dt.datetime
    end: dt.datetime
    rows: int
    malformed: int
    gaps: int
    lost_s: float
    battery_percent: float | None
    damaged: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLine:
    """Recordings of one person that overlap; None is unknown.

    key: of the first recording; running: still being recorded; elsewhere: of its steps those that
    the day counts from other sources, which told the same minutes; others: what these are called.
    """

    key: str
    person: str
    start: dt.datetime
    end: dt.datetime
    running: bool
    sensors: tuple[SessionSensor, ...]
    steps: float | None
    cadence_spm: float | None
    heart_rate_bpm: float | None
    lld: float | None
    elsewhere: float = 0.0
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One session, thinned to what a screen can show.

    traces: `time` (UTC), `sensor`, `channel` (a label of `ingest.live_labels`), `low`, `mean`,
    `high`, null where nothing was said; minutes: merged Minutes of the session; legs: `minute`,
    `side` (left, right), `steps`, `force_bw`, `contact_s`; gaps: of each sensor.
    """

    line: SessionLine
    traces: pl.DataFrame
    minutes: pl.DataFrame
    legs: pl.DataFrame
    gaps: tuple[Gap, ...]

"""Small frames of samples and sensor minutes for tests; every number is the test's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dataframely as dy
import polars as pl

from analytics.frames import METHOD, SensorMinutes, SlowSamples
from analytics.person import PersonFacts
from devices.profile import Channel

ANNA = PersonFacts(key="anna", name="Anna", zone="Europe/Rome", birth_year=1980, sex="female")
MONDAY = dt.date(2026, 11, 16)
WEEK = "2026-W47"
AFTER = dt.datetime(2026, 12, 24, 12, tzinfo=dt.UTC)
"""A time of report at which the week is long over."""


def at(day: int, hour: float, monday: dt.date = MONDAY) -> dt.datetime:
    """A UTC instant: day 0 is Monday."""
    midnight = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
    return midnight + dt.timedelta(days=day, hours=hour)


def slow(rows: Iterable[tuple[dt.datetime, Channel, float]]) -> dy.LazyFrame[SlowSamples]:
    """SlowSamples of (instant, channel, value) rows."""
    listed = list(rows)
    frame = pl.DataFrame(
        {
            "time": [time for time, _, _ in listed],
            "channel": [channel.value for _, channel, _ in listed],
            "value": [float(value) for _, _, value in listed],
        },
        schema={
            "time": pl.Datetime("ns", "UTC"),
            "channel": pl.String,
            "value": pl.Float64,
        },
    )
    return SlowSamples.cast(frame.lazy())


def pod(
    start: dt.datetime,
    seconds: Sequence[float],
    *,
    sent: float = 55.0,
    speed: float | None = 1.4,
    running: float | None = 0.0,
) -> list[tuple[dt.datetime, Channel, float]]:
    """A foot pod's samples at some seconds after start; 55 strides/min are 110 steps/min."""
    values = {Channel.CADENCE_SENT: sent, Channel.SPEED: speed, Channel.RUNNING: running}
    return [
        (start + dt.timedelta(seconds=second), channel, value)
        for second in seconds
        for channel, value in values.items()
        if value is not None
    ]


_DEFAULTS: Mapping[str, Any] = {
    "sensor": "imu",
    "person": ANNA.key,
    "placement": "left-shank",
    "continuous": True,
    "observed_s": 60.0,
    "worn": True,
    "steps": 0.0,
    "force_bw": None,
    "confidence": "low",
    "run_share": None,
    "speed_mps": None,
    "heart_rate_bpm": None,
    "method": METHOD,
}
POD = {"sensor": "pod", "placement": "left-foot", "continuous": False, "worn": None}
STRAP = {
    "sensor": "strap",
    "placement": "chest",
    "continuous": False,
    "worn": None,
    "steps": None,
    "force_bw": None,
    "confidence": None,
}


def minute(time: dt.datetime, **changes: Any) -> dict[str, Any]:
    """One SensorMinutes row: a worn leg sensor unless said otherwise; force follows steps, and
    heart rate speaks for all that was observed."""
    row = {**_DEFAULTS, "minute": time, **changes}
    if row["heart_rate_bpm"] is not None:
        row.setdefault("heart_s", row["observed_s"])
    if row["force_bw"] is None and row["steps"] is not None:
        row["force_bw"] = row["steps"] / 2 * 1.1
    return row


def frame(rows: Iterable[dict[str, Any]]) -> dy.LazyFrame[SensorMinutes]:
    """SensorMinutes of rows, checked against the schema."""
    empty = SensorMinutes.create_empty()
    return SensorMinutes.validate(pl.DataFrame(list(rows), schema=empty.schema)).lazy()


def bout(start: dt.datetime, minutes: int, **changes: Any) -> list[dict[str, Any]]:
    """Consecutive minutes alike."""
    return [minute(start + dt.timedelta(minutes=number), **changes) for number in range(minutes)]


def worn_day(day: int, *, walk: int, spm: float = 100.0, monday: dt.date = MONDAY) -> list[Any]:
    """A day of 12 h of wear from 08:00 UTC, its first `walk` minutes at a cadence."""
    start = at(day, 8, monday)
    rest = start + dt.timedelta(minutes=walk)
    return bout(start, walk, steps=spm) + bout(rest, 12 * 60 - walk)

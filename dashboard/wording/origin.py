"""Which sensor a number came from, in words: by sensor over the week, by minute over a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from analytics import dose
from analytics.week import SensorUse, WeekReport
from dashboard.wording.sensors import placement_text, worn_text
from dashboard.wording.text import hours, number, percent

ORIGIN_NOTE = (
    "Several sensors may see the same minute; its load is taken from one of them, the one that "
    "knows the force best, or from one on each leg. No minute is counted twice."
)


def sensor_name(use: SensorUse) -> str:
    """`Foot pod, left foot`."""
    return f"{use.title}, {placement_text(use.placement)}"


def origin_table(report: WeekReport) -> list[dict[str, str]]:
    """The sensors of the week as rows of words."""
    return [
        {
            "Sensor": sensor_name(use),
            "Recorded": hours(use.observed_h),
            "Load taken from it": hours(use.load_h),
            "How": worn_text(use),
            "Notes": _notes(use),
        }
        for use in report.sensors
    ]


def _notes(use: SensorUse) -> str:
    battery = use.battery_percent
    notes = [] if battery is None else [f"battery {percent(battery / 100)}"]
    if use.malformed:
        notes.append(f"{use.malformed:,} damaged {'message' if use.malformed == 1 else 'messages'}")
    return ", ".join(notes)


def sensor_names(report: WeekReport) -> dict[str, str]:
    """What a person calls each sensor of the week, by key."""
    return {use.sensor: sensor_name(use) for use in report.sensors}


def minute_table(minutes: pl.DataFrame, zone: str, names: Mapping[str, str]) -> pl.DataFrame:
    """The minutes of a day as a table for people, in order; empty is unknown. minutes: Minutes."""
    place = ZoneInfo(zone)
    told = minutes.sort("minute").select(
        "minute",
        "steps",
        dose.step_equivalents(pl.col("force_bw")).alias("feet"),
        dose.step_equivalents(pl.col("assisted_bw")).alias("seat"),
        "heart_rate_bpm",
        "intensity",
        "intensity_by",
        "steps_sensor",
        "other_leg_assumed",
        "loaded",
        "worn",
    )
    return pl.DataFrame(
        [_minute_row(row, place, names) for row in told.iter_rows(named=True)],
        schema=dict.fromkeys(_COLUMNS, pl.String),
        orient="row",
    )


_COLUMNS = (
    "Time",
    "Steps",
    "Weight-bearing, step-eq",
    "Assisted, step-eq",
    "Load from",
    "Other leg",
    "Intensity",
    "Judged by",
    "Heart rate",
    "Loaded",
    "Worn",
)


def _minute_row(
    row: Mapping[str, Any], zone: ZoneInfo, names: Mapping[str, str]
) -> tuple[str, ...]:
    leg = row["other_leg_assumed"]
    return (
        f"{row['minute'].astimezone(zone):%H:%M}",
        _count(row["steps"]),
        _count(row["feet"]),
        _count(row["seat"]),
        origin_text(row["steps_sensor"], names),
        "" if leg is None else "taken as equal" if leg else "seen",
        row["intensity"] or "",
        row["intensity_by"] or "",
        _count(row["heart_rate_bpm"]),
        _yes(row["loaded"]),
        _yes(row["worn"]),
    )


def origin_text(sensor: str | None, names: Mapping[str, str]) -> str:
    """`Foot pod, left foot` of a key; of `a + b` both; empty where no sensor told a load."""
    if sensor is None:
        return ""
    return " + ".join(names.get(key, key) for key in sensor.split(" + "))


def _count(value: float | None) -> str:
    return "" if value is None else number(value)


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


def minutes_text(minutes: pl.DataFrame, day: dt.date, names: Mapping[str, str]) -> str:
    """A day's minutes in one sentence."""
    name = f"{day:%A} {day.day} {day:%B}"
    if minutes.is_empty():
        return f"{name}: no minute was recorded. That is unknown, not zero."
    told = minutes["steps_sensor"].drop_nulls().value_counts(sort=True, name="count")
    parts = [
        f"{hours(count / 60)} from {origin_text(key, names)}" for key, count in told.iter_rows()
    ]
    load = f"; load: {', '.join(sorted(parts))}" if parts else "; no load was told"
    return f"{name}: {hours(len(minutes) / 60)} with a recording{load}."

"""Which sensor a number came from, in words: by sensor over the week, by minute over a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from analytics import dose
from analytics.week import SensorUse, WeekReport
from dashboard.wording.sensors import damaged_text, use_name, worn_text
from dashboard.wording.text import date_long, hours, number, percent
from language.formats import time
from language.spoken import _, language, mark, p_, speaking

ORIGIN_NOTE = mark(
    "Several sensors may see the same minute; its load is taken from one of them, the one that "
    "knows the force best, or from one on each leg. No minute is counted twice."
)


def origin_table(report: WeekReport) -> list[dict[str, str]]:
    """The sensors of the week as rows of words."""
    return [
        {
            _("Sensor"): use_name(use),
            _("Recorded"): hours(use.observed_h),
            _("Load taken from it"): hours(use.load_h),
            _("How"): worn_text(use),
            _("Notes"): _notes(use),
        }
        for use in report.sensors
    ]


def _notes(use: SensorUse) -> str:
    battery = use.battery_percent
    notes = [] if battery is None else [_("battery {level}", level=percent(battery / 100))]
    if use.malformed:
        notes.append(damaged_text(use.malformed))
    return ", ".join(notes)


def sensor_names(report: WeekReport) -> dict[str, str]:
    """What a person calls each sensor of the week, by key."""
    return {use.sensor: use_name(use) for use in report.sensors}


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
    with speaking(language()):  # so that nobody is asked for it in each of 1,440 rows
        words = {**_levels(), **_judges()}
        return pl.DataFrame(
            [_minute_row(row, place, names, words) for row in told.iter_rows(named=True)],
            schema={_(name): pl.String for name in _COLUMNS},
            orient="row",
        )


_COLUMNS = (
    mark("Time"),
    mark("Steps"),
    mark("Weight-bearing, step-eq"),
    mark("Assisted, step-eq"),
    mark("Load from"),
    mark("Other leg"),
    mark("Intensity"),
    mark("Judged by"),
    mark("Heart rate"),
    mark("Loaded"),
    mark("Worn"),
)


def _levels() -> dict[str, str]:
    """Of `intensity.LEVELS`."""
    return {
        "light": p_("of intensity", "light"),
        "moderate": p_("of intensity", "moderate"),
        "vigorous": p_("of intensity", "vigorous"),
    }


def _judges() -> dict[str, str]:
    """What an intensity may rest on: `frames.Minutes.intensity_by`."""
    return {
        "heart rate": _("heart rate"),
        "power": _("power"),
        "speed": _("speed"),
        "machine": _("machine"),
        "cadence": _("cadence"),
    }


def _minute_row(
    row: Mapping[str, Any], zone: ZoneInfo, names: Mapping[str, str], words: Mapping[str, str]
) -> tuple[str, ...]:
    leg = row["other_leg_assumed"]
    return (
        time(row["minute"].astimezone(zone)),
        _count(row["steps"]),
        _count(row["feet"]),
        _count(row["seat"]),
        origin_text(row["steps_sensor"], names),
        "" if leg is None else _("taken as equal") if leg else _("seen"),
        words.get(row["intensity"], row["intensity"] or ""),
        words.get(row["intensity_by"], row["intensity_by"] or ""),
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
    return "" if value is None else _("yes") if value else _("no")


def minutes_text(minutes: pl.DataFrame, day: dt.date, names: Mapping[str, str]) -> str:
    """A day's minutes in one sentence."""
    name = date_long(day)
    if minutes.is_empty():
        return _("{day}: no minute was recorded. That is unknown, not zero.", day=name)
    told = minutes["steps_sensor"].drop_nulls().value_counts(sort=True, name="count")
    parts = [
        _("{hours} from {sensor}", hours=hours(count / 60), sensor=origin_text(key, names))
        for key, count in told.iter_rows()
    ]
    seen = _("{day}: {hours} with a recording", day=name, hours=hours(len(minutes) / 60))
    if not parts:
        return _("{seen}; no load was told.", seen=seen)
    return _("{seen}; load: {sensors}.", seen=seen, sensors=", ".join(sorted(parts)))

"""Sensors and gaps in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics.week import Gap, SensorUse, WeekReport
from dashboard.wording.text import hours, length_text, number, percent

if TYPE_CHECKING:
    from ingest.live import LiveValue


def gap_text(gap: Gap, report: WeekReport) -> str:
    """`Motion sensor, left shank, Wed 18 Nov 10:10–10:50 (40 min): connection lost`."""
    zone = ZoneInfo(report.zone)
    start, end = gap.start.astimezone(zone), gap.end.astimezone(zone)
    length = length_text(gap.end - gap.start)
    last = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a} {end.day} {end:%b %H:%M}"
    when = f"{start:%a} {start.day} {start:%b %H:%M}–{last} ({length})"
    reason = f": {gap.reason}" if gap.reason else ""
    return f"{_sensor_name(gap.sensor, report)}, {when}{reason}"


def _sensor_name(key: str, report: WeekReport) -> str:
    """What a person calls the sensor; its key where it is not in the report."""
    found = next((use for use in report.sensors if use.sensor == key), None)
    return f"{found.title}, {placement_text(found.placement)}" if found else key


def placement_text(placement: str) -> str:
    """`left foot` of `left-foot`."""
    return placement.replace("-", " ")


def sensor_text(use: SensorUse) -> str:
    """One sensor's share in the week."""
    how = "worn all day" if use.continuous else "worn for sessions"
    battery = (
        "" if use.battery_percent is None else f", battery {percent(use.battery_percent / 100)}"
    )
    bad = f", {use.malformed} malformed packets left out" if use.malformed else ""
    name = f"{use.title}, {placement_text(use.placement)}"
    return f"{name}: {hours(use.observed_h)} recorded, {how}{battery}{bad}"


def gaps_none(report: WeekReport) -> str:
    """Why no gap is listed: nothing was missed, or nothing was there to be missed."""
    if report.sensors or any(day.recorded for day in report.days):
        return "No gaps in the recordings."
    return "Nothing was recorded."


def live_number(live: LiveValue) -> str:
    """`1.40` metres (a second) with two decimals, else about three figures; or `unknown`."""
    if live.value is None:
        return "unknown"
    return f"{live.value:.2f}" if live.unit in {"m", "m/s"} else number(live.value, 2)


def live_text(value: LiveValue) -> str:
    """`speed 1.47 m/s`."""
    unit = "" if value.value is None else f" {value.unit}"
    return f"{value.label} {live_number(value)}{unit}"


def signal_text(dbm: int) -> str:
    """Signal strength in words (bands are design)."""
    bands = ((-60, "strong"), (-75, "good"), (-88, "weak"))
    word = next((word for least, word in bands if dbm >= least), "very weak")
    return f"{word} signal ({dbm} dBm)"

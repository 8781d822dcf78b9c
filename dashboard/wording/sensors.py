"""Sensors and gaps in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics.week import Gap, SensorUse, WeekReport
from dashboard.wording.text import hours, length_text, number, percent
from devices.profile import Placement
from ingest.live_labels import YES_NO

if TYPE_CHECKING:
    from ingest.entries import Assignment
    from ingest.live import LiveValue

DETAILS = {
    "off": "Nobody listens to it now.",
    "searching": "Looking for it. If that takes long, wake it: move it, or put it on.",
    "connecting": "Found; connecting …",
    "streaming": "Its values arrive.",
    "stale": "Connected, but it says nothing new.",
    "lost": "Out of reach, asleep or held by a phone or watch.",
}
"""What each state means, where nothing more exact is known."""

SHAPES = {
    "off": "○",
    "searching": "◌",
    "connecting": "◐",
    "streaming": "●",
    "stale": "▲",
    "lost": "◆",
}
"""A shape for each state, for where there are only letters."""

DECIMALS = {
    "steps/min": 0,
    "turns/min": 0,
    "strokes/min": 0,
    "beats/min": 0,
    "samples/s": 0,
    "m/s": 2,
    "m": 2,
    "g": 2,
    "s": 2,
    "kg": 1,
    "METs": 1,
    "%": 0,
    "W": 0,
    "N": 0,
    "kJ": 0,
    "°/s": 0,
    "steps": 0,
    "strides": 0,
    "strokes": 0,
    "floors": 0,
}
"""Of live values by unit, so that a value that changes stays in its place (design)."""

UNITS = {"g": "g (gravity)"}
"""Units that would be taken for another."""

BESIDE = frozenset(place for place in Placement if not place.worn)

LOW_PERCENT = 20.0
"""Below this a battery is called low (design)."""


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
    battery = (
        "" if use.battery_percent is None else f", battery {percent(use.battery_percent / 100)}"
    )
    bad = f", {_counted(use.malformed, 'damaged message')} left out" if use.malformed else ""
    name = f"{use.title}, {placement_text(use.placement)}"
    load = f", load taken from {hours(use.load_h)}" if use.load_h else ", no load taken from it"
    return f"{name}: {hours(use.observed_h)} recorded{load}, {worn_text(use)}{battery}{bad}"


def worn_text(use: SensorUse) -> str:
    """`worn all day`, `worn for sessions`, `used for sessions`."""
    worn = "used" if use.placement in BESIDE else "worn"
    return f"{worn} {'all day' if use.continuous else 'for sessions'}"


def gaps_none(report: WeekReport) -> str:
    """Why no gap is listed: nothing was missed, or nothing was there to be missed."""
    if report.sensors or any(day.recorded for day in report.days):
        return "No gaps in the recordings."
    return "Nothing was recorded."


def live_number(live: LiveValue) -> str:
    """`1.40` metres a second, `112` steps a minute: as many decimals for a unit; or `unknown`."""
    if live.value is None:
        return "unknown"
    if live.unit == YES_NO:
        return "yes" if live.value else "no"
    if live.label == "time":  # whole seconds, unlike the time between beats
        return f"{live.value:,.0f}"
    digits = DECIMALS.get(live.unit)
    return number(live.value, 2) if digits is None else f"{live.value:,.{digits}f}"


def live_unit(live: LiveValue) -> str:
    """` m/s`; nothing after `unknown`, `yes` and `no`."""
    if live.value is None or live.unit == YES_NO:
        return ""
    return f" {UNITS.get(live.unit, live.unit)}"


def live_text(value: LiveValue) -> str:
    """`speed 1.47 m/s`."""
    return f"{value.label} {live_number(value)}{live_unit(value)}"


def messages_text(received: int, damaged: int | None) -> str:
    """`72 messages, none damaged`."""
    if damaged is None:
        return _counted(received, "message")
    return f"{_counted(received, 'message')}, {f'{damaged:,}' if damaged else 'none'} damaged"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def state_detail(state: str, detail: str) -> str:
    """What a sensor's state means, in one sentence."""
    return detail or DETAILS.get(state, "")


def battery_low(percent_: float | None) -> str:
    """What to do about a low battery; empty where it is not low, or unknown."""
    if percent_ is None or percent_ >= LOW_PERCENT:
        return ""
    return f"Battery low ({percent(percent_ / 100)}): charge it, or have a new cell at hand."


def battery_text(percent_: float | None) -> str:
    """`87 %`; empty where it is unknown."""
    return "" if percent_ is None else percent(percent_ / 100)


def battery_left(days: float | None) -> str:
    """How long a battery lasts, with what that rests on."""
    if days is None:
        return "days left not known yet: not enough history"
    about = "less than a day" if days < 1 else f"about {days:.0f} {'day' if days < 1.5 else 'days'}"
    return f"{about} left, if it is used as it was"


def gaps_today(gaps: tuple[Gap, ...]) -> str:
    """`Gaps today: 10:10–10:50 (40 min, the link was lost)`, on this computer's clock."""
    if not gaps:
        return "No gaps today"
    said = (
        f"{gap.start.astimezone():%H:%M}–{gap.end.astimezone():%H:%M} "
        f"({length_text(gap.end - gap.start)}{f', {gap.reason}' if gap.reason else ''})"
        for gap in gaps
    )
    return f"Gaps today: {'; '.join(said)}"


def others_text(others: int) -> str:
    """How many Bluetooth devices were heard that are no sensors for us; empty for none."""
    if not others:
        return ""
    return (
        f"{others} other Bluetooth {'device was' if others == 1 else 'devices were'} heard that "
        f"legload does not know."
    )


def assignment_text(one: Assignment, person: str, zone: dt.tzinfo) -> str:
    """`From 2 November 2026, 14:05: right foot, Anna, carrying 5 kg, counts steps`.

    Of what nobody wears: `From 2 November 2026: floor, belongs to Anna`.
    """
    local = one.since.astimezone(zone)
    clock = f", {local:%H:%M}" if (local.hour, local.minute) != (0, 0) else ""
    load = f", carrying {number(one.load_kg)} kg" if one.load_kg else ""
    counts = f", counts {one.counts}" if one.counts else ""
    where = placement_text(one.placement.value)
    whose = person if one.placement.worn else f"belongs to {person}"
    return f"From {local.day} {local:%B %Y}{clock}: {where}, {whose}{load}{counts}"


def signal_text(dbm: int, *, exact: bool = False) -> str:
    """Signal strength in words (bands are design); `exact`: with the number."""
    bands = ((-60, "strong"), (-75, "good"), (-88, "weak"))
    word = next((word for least, word in bands if dbm >= least), "very weak")
    return f"{word} signal{f' ({dbm} dBm)' if exact else ''}"


def silent_text(placement: str, silent: tuple[str, ...]) -> str:
    """`At the chest it does not give: acceleration.`; empty where it gives all that it can."""
    if not silent:
        return ""
    return f"At the {placement_text(placement)} it does not give: {', '.join(silent)}."

"""Sensors and gaps in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from analytics.week import Gap, SensorUse, WeekReport
from dashboard.display import METRIC
from dashboard.wording.text import hours, length_text, percent
from dashboard.wording.units import mass_text
from devices.profile import Placement
from language.formats import date, decimal, time
from language.spoken import _, mark, n_

if TYPE_CHECKING:
    from ingest.entries import Assignment

DETAILS = {
    "off": mark("Nobody listens to it now."),
    "searching": mark("Looking for it. If that takes long, wake it: move it, or put it on."),
    "connecting": mark("Found; connecting …"),
    "streaming": mark("Its values arrive."),
    "stale": mark("Connected, but it says nothing new."),
    "lost": mark("Out of reach, asleep or held by a phone or watch."),
}
"""What each state means, where nothing more exact is known; translated where it is used."""

SHAPES = {
    "off": "○",
    "searching": "◌",
    "connecting": "◐",
    "streaming": "●",
    "stale": "▲",
    "lost": "◆",
}
"""A shape for each state, for where there are only letters."""

PLACES = {
    Placement.LEFT_FOOT: mark("left foot"),
    Placement.RIGHT_FOOT: mark("right foot"),
    Placement.LEFT_ANKLE: mark("left ankle"),
    Placement.RIGHT_ANKLE: mark("right ankle"),
    Placement.LEFT_SHANK: mark("left shank"),
    Placement.RIGHT_SHANK: mark("right shank"),
    Placement.LEFT_THIGH: mark("left thigh"),
    Placement.RIGHT_THIGH: mark("right thigh"),
    Placement.WAIST: mark("waist"),
    Placement.CHEST: mark("chest"),
    Placement.ARM: mark("arm"),
    Placement.BIKE: mark("bike"),
    Placement.MACHINE: mark("machine"),
    Placement.FLOOR: mark("floor"),
}
"""Where a sensor sits; translated where it is used."""

BESIDE = frozenset(place for place in Placement if not place.worn)

LOW_PERCENT = 20.0
"""Below this a battery is called low (design)."""


def gap_text(gap: Gap, report: WeekReport) -> str:
    """`Motion sensor, left shank, Wed 18 Nov 10:10–10:50 (40 min): connection lost`."""
    zone = ZoneInfo(report.zone)
    start, end = gap.start.astimezone(zone), gap.end.astimezone(zone)
    last = time(end) if start.date() == end.date() else f"{date(end, 'EEE d MMM')} {time(end)}"
    said = _(
        "{sensor}, {day} {start}–{end} ({length})",
        sensor=_sensor_name(gap.sensor, report),
        day=date(start, "EEE d MMM"),
        start=time(start),
        end=last,
        length=length_text(gap.end - gap.start),
    )
    return _("{gap}: {reason}", gap=said, reason=_(gap.reason)) if gap.reason else said


def _sensor_name(key: str, report: WeekReport) -> str:
    """What a person calls the sensor; its key where it is not in the report."""
    found = next((use for use in report.sensors if use.sensor == key), None)
    return use_name(found) if found else key


def placed_text(title: str, placement: str) -> str:
    """`Foot pod, left foot`; title: as somebody reads it; placement "": not known, left out."""
    if not placement:
        return title
    return _("{sensor}, {place}", sensor=title, place=placement_text(placement))


def use_name(use: SensorUse) -> str:
    """`Foot pod, left foot`; of an imported source its name, unless the report has none."""
    return placed_text(use.name or use.title, use.placement)


def placement_text(placement: str) -> str:
    """`left foot` of `left-foot`; of what is no placement the word itself."""
    return _(PLACES[Placement(placement)]) if placement in set(Placement) else placement


def sensor_text(use: SensorUse) -> str:
    """One sensor's share in the week."""
    parts = [
        _("{hours} recorded", hours=hours(use.observed_h)),
        _("load taken from {hours}", hours=hours(use.load_h))
        if use.load_h
        else _("no load taken from it"),
        worn_text(use),
    ]
    if use.battery_percent is not None:
        parts.append(_("battery {level}", level=percent(use.battery_percent / 100)))
    if use.malformed:
        parts.append(_("{messages} left out", messages=damaged_text(use.malformed)))
    return _("{sensor}: {text}", sensor=use_name(use), text=", ".join(parts))


def damaged_text(count: int) -> str:
    """`3 damaged messages`."""
    many = decimal(count)
    return n_("{count} damaged message", "{count} damaged messages", count, count=many)


def worn_text(use: SensorUse) -> str:
    """`worn all day`, `worn for sessions`, `used for sessions`."""
    if use.placement in BESIDE:
        return _("used all day") if use.continuous else _("used for sessions")
    return _("worn all day") if use.continuous else _("worn for sessions")


def gaps_none(report: WeekReport) -> str:
    """Why no gap is listed: nothing was missed, or nothing was there to be missed."""
    if report.sensors or any(day.recorded for day in report.days):
        return _("No gaps in the recordings.")
    return _("Nothing was recorded.")


def sources_text(count: int) -> str:
    """`2 sources of imported files`."""
    return n_("{count} source of imported files", "{count} sources of imported files", count)


def source_end(last: dt.datetime, zone: dt.tzinfo | None = None) -> str:
    """When the data of an imported source ends; zone None: on this computer's clock."""
    local = last.astimezone(zone)
    return _("Its data ends on {day}, {time}.", day=date(local, "d MMMM y"), time=time(local))


def messages_text(received: int, damaged: int | None) -> str:
    """`72 messages, none damaged`."""
    said = n_("{count} message", "{count} messages", received, count=decimal(received))
    if damaged is None:
        return said
    if not damaged:
        return _("{messages}, none damaged", messages=said)
    return _("{messages}, {count} damaged", messages=said, count=decimal(damaged))


def state_detail(state: str, detail: str) -> str:
    """What a sensor's state means, in one sentence."""
    return _(detail) or _(DETAILS.get(state, ""))


def battery_low(percent_: float | None) -> str:
    """What to do about a low battery; empty where it is not low, or unknown."""
    if percent_ is None or percent_ >= LOW_PERCENT:
        return ""
    level = percent(percent_ / 100)
    return _("Battery low ({level}): charge it, or have a new cell at hand.", level=level)


def battery_text(percent_: float | None) -> str:
    """`87 %`; empty where it is unknown."""
    return "" if percent_ is None else percent(percent_ / 100)


def battery_left(days: float | None) -> str:
    """How long a battery lasts, with what that rests on."""
    if days is None:
        return _("days left not known yet: not enough history")
    if days < 1:
        return _("less than a day left, if it is used as it was")
    return n_(
        "about {count} day left, if it is used as it was",
        "about {count} days left, if it is used as it was",
        1 if days < 1.5 else 2,
        count=decimal(days),
    )


def gaps_today(gaps: tuple[Gap, ...]) -> str:
    """`Gaps today: 10:10–10:50 (40 min, the link was lost)`, on this computer's clock."""
    if not gaps:
        return _("No gaps today")
    return _("Gaps today: {gaps}", gaps="; ".join(map(_gap_today, gaps)))


def _gap_today(gap: Gap) -> str:
    why = [length_text(gap.end - gap.start), *([_(gap.reason)] if gap.reason else [])]
    span = f"{time(gap.start.astimezone())}–{time(gap.end.astimezone())}"
    return f"{span} ({', '.join(why)})"


def others_text(others: int) -> str:
    """How many Bluetooth devices were heard that are no sensors for us; empty for none."""
    if not others:
        return ""
    return n_(
        "{count} other Bluetooth device was heard that legload does not know.",
        "{count} other Bluetooth devices were heard that legload does not know.",
        others,
    )


def assignment_text(one: Assignment, person: str, zone: dt.tzinfo, units: str = METRIC) -> str:
    """`From 2 November 2026, 14:05: right foot, Anna, carrying 5 kg, counts steps`.

    Of what nobody wears: `From 2 November 2026: floor, belongs to Anna`.
    """
    local = one.since.astimezone(zone)
    clock = f", {time(local)}" if (local.hour, local.minute) != (0, 0) else ""
    parts = [
        placement_text(one.placement.value),
        person if one.placement.worn else _("belongs to {person}", person=person),
    ]
    if one.load_kg:
        parts.append(_("carrying {mass}", mass=mass_text(one.load_kg, units)))
    if one.counts:
        parts.append(counts_text(one.counts))
    start = f"{date(local, 'd MMMM y')}{clock}"
    return _("From {start}: {text}", start=start, text=", ".join(parts))


def counts_text(counts: str) -> str:
    """What a foot pod's cadence counts: `counts steps`."""
    return _("counts strides") if counts == "strides" else _("counts steps")


def signal_text(dbm: int, *, exact: bool = False) -> str:
    """Signal strength in words (bands are design); `exact`: with the number."""
    bands = (
        (-60, _("strong signal")),
        (-75, _("good signal")),
        (-88, _("weak signal")),
    )
    word = next((word for least, word in bands if dbm >= least), _("very weak signal"))
    return f"{word} ({dbm} dBm)" if exact else word


def silent_text(placement: str, silent: tuple[str, ...]) -> str:
    """`At the chest it does not give: acceleration.`; empty where it gives all that it can."""
    if not silent:
        return ""
    place, values = placement_text(placement), ", ".join(map(_, silent))
    return _("At the {place} it does not give: {values}.", place=place, values=values)


STATE_WORDS = {
    "streaming": mark("streaming"),
    "connecting": mark("connecting"),
    "searching": mark("searching"),
    "stale": mark("stale"),
    "lost": mark("lost"),
    "off": mark("off"),
}


def state_word(state: str) -> str:
    """A sensor's state as one word in a table."""
    return _(STATE_WORDS[state]) if state in STATE_WORDS else state

"""Sessions in words: when, how long, which sensors, what they told and what was lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from analytics.week import Gap
from dashboard.wording.sensors import placement_text
from dashboard.wording.text import length_text, number, percent
from language.formats import date, decimal, time
from language.spoken import _, n_, p_

if TYPE_CHECKING:
    from dashboard.history import SessionLine, SessionSensor, Timeline


def month_name(month: dt.date) -> str:
    """`November 2026`."""
    return date(month, "MMMM yyyy")


def session_name(line: SessionLine, zone: dt.tzinfo) -> str:
    """`Wed 18 Nov, 09:10–09:50 (40 min)`."""
    start, end = line.start.astimezone(zone), line.end.astimezone(zone)
    values = {"day": date(start.date(), "EEE d MMM"), "start": time(start)}
    if line.running:
        return _("{day}, {start}, still being recorded", **values)
    return _(
        "{day}, {start}–{end} ({length})",
        end=time(end),
        length=length_text(line.end - line.start),
        **values,
    )


def session_caption(line: SessionLine) -> str:
    """What is known of it in one line; what is unknown is left out."""
    return "; ".join([_sensors(line), *_told(line), *_lost(line)])


def _sensors(line: SessionLine) -> str:
    return ", ".join(sensor_name(one) for one in line.sensors) or _("no sensor")


def sensor_name(one: SessionSensor) -> str:
    """`Foot pod (right foot)`; without the place where it is not known."""
    if not one.placement:
        return one.title
    return _("{sensor} ({place})", sensor=one.title, place=placement_text(one.placement))


def _told(line: SessionLine) -> list[str]:
    """Each number that is known, with its unit."""
    said = []
    if line.steps is not None:
        said.append(n_("{number} step", "{number} steps", line.steps, number=number(line.steps)))
    if elsewhere := _elsewhere(line):
        said.append(elsewhere)
    if line.cadence_spm is not None:
        said.append(_("{cadence} steps/min on average", cadence=decimal(line.cadence_spm)))
    if line.heart_rate_bpm is not None:
        said.append(_("heart rate {rate} beats/min", rate=decimal(line.heart_rate_bpm)))
    if line.lld is not None:
        said.append(_("dose {dose} step-eq", dose=number(line.lld)))
    return said


def _elsewhere(line: SessionLine) -> str:
    """Where other sources tell the same minutes: how much of it the day takes from them."""
    if line.steps is None or line.elsewhere < 1:
        return ""
    sensors = ", ".join(line.others)
    if line.elsewhere >= line.steps - 1:
        return _("counted in the day from {sensors} instead", sensors=sensors)
    return _(
        "{number} of them counted in the day from {sensors} instead",
        number=number(line.elsewhere),
        sensors=sensors,
    )


def lost_share(line: SessionLine) -> float | None:
    """Share of the sensors' time that fell into gaps; None without a sensor."""
    total_s = sum((one.end - one.start).total_seconds() for one in line.sensors)
    lost_s = sum(one.lost_s for one in line.sensors)
    return min(1.0, lost_s / total_s) if total_s > 0 else None


def _lost(line: SessionLine) -> list[str]:
    share = lost_share(line)
    if share is None:
        return []
    return [_("{share} lost", share=percent(share)) if share else _("nothing lost")]


def session_table(lines: Iterable[SessionLine], zone: dt.tzinfo) -> list[dict[str, str]]:
    """The sessions as rows of words, in their order."""
    return [
        {
            _("Start"): _start(line, zone),
            _("Length"): length_text(line.end - line.start),
            _("Sensors"): _sensors(line),
            _("Steps"): _number(line.steps),
            _("Steps/min"): _number(line.cadence_spm),
            _("Heart rate"): _number(line.heart_rate_bpm),
            _("Dose, step-eq"): _number(line.lld),
            _("Lost"): _percent(lost_share(line)),
            _("Battery"): _battery(line),
        }
        for line in lines
    ]


def _start(line: SessionLine, zone: dt.tzinfo) -> str:
    start = line.start.astimezone(zone)
    return f"{date(start.date(), 'EEE d MMM')}, {time(start)}"


def _number(value: float | None) -> str:
    return _("unknown") if value is None else decimal(value)


def _percent(share: float | None) -> str:
    return _("unknown") if share is None else percent(share)


def _battery(line: SessionLine) -> str:
    """The lowest of its sensors: that one is charged first."""
    told = [one.battery_percent for one in line.sensors if one.battery_percent is not None]
    return _percent(min(told) / 100 if told else None)


# --- one session --------------------------------------------------------------------------------


def timeline_text(timeline: Timeline) -> str:
    """`40 min; 4,100 steps; ... 2 gaps, 3 min in all.`: what it told, then what was lost."""
    line = timeline.line
    told = _told(line) or [_("nothing that it told is known")]
    said = "; ".join([length_text(line.end - line.start), *told])
    return f"{said}. {gaps_text(timeline.gaps)}"


def gaps_text(gaps: Iterable[Gap]) -> str:
    """`2 gaps, 3 min in all.`"""
    lengths = [gap.end - gap.start for gap in gaps]
    if not lengths:
        return _("No gaps.")
    total = length_text(sum(lengths, dt.timedelta()))
    return n_(
        "{count} gap of {length}.",
        "{count} gaps, {length} in all.",
        len(lengths),
        length=total,
    )


def gap_lines(timeline: Timeline, zone: dt.tzinfo) -> list[str]:
    """Each gap: whose, when, how long and why."""
    names = sensor_names(timeline.line)
    return [_gap(gap, names, zone) for gap in timeline.gaps]


def _gap(gap: Gap, names: Mapping[str, str], zone: dt.tzinfo) -> str:
    said = _(
        "{sensor}, {start}–{end} ({length})",
        sensor=names.get(gap.sensor, gap.sensor),
        start=time(gap.start.astimezone(zone)),
        end=time(gap.end.astimezone(zone)),
        length=length_text(gap.end - gap.start),
    )
    return f"{said}: {gap.reason}" if gap.reason else said


def sensor_names(line: SessionLine) -> dict[str, str]:
    """What each sensor is called, by its key."""
    return {one.sensor: sensor_name(one) for one in line.sensors}


def sensor_table(line: SessionLine, zone: dt.tzinfo) -> list[dict[str, str]]:
    """Each sensor's part in the session."""
    return [
        {
            _("Sensor"): sensor_name(one),
            _("From"): time(one.start.astimezone(zone)),
            _("To"): time(one.end.astimezone(zone)),
            _("Values"): decimal(one.rows),
            _("Damaged messages"): decimal(one.malformed),
            _("Gaps"): decimal(one.gaps),
            _("Time lost"): length_text(dt.timedelta(seconds=one.lost_s)),
            _("Battery"): _percent(
                None if one.battery_percent is None else one.battery_percent / 100
            ),
        }
        for one in line.sensors
    ]


def damage_lines(line: SessionLine) -> list[str]:
    """Of a recording that is damaged, what is wrong with it."""
    return [
        _("{sensor}: {damage}", sensor=sensor_name(one), damage=one.damaged)
        for one in line.sensors
        if one.damaged
    ]


def side_word(side: str) -> str:
    """Of two legs, which one."""
    return p_("of two legs", "left") if side == "left" else p_("of two legs", "right")


def legs_text(legs: pl.DataFrame) -> str:
    """Left against right in the minutes that both legs were seen to step. legs: as of `by_leg`."""
    stepped = legs.filter(pl.col("step_bw").is_not_null())
    both = stepped.filter(pl.col("side").n_unique().over("minute") == 2)
    if both.is_empty():
        return _("Left and right cannot be compared: it takes a sensor on each leg.")
    said = [
        _("{leg} {steps} steps, {force} times body weight each", leg=side_word(side), **values)
        for side, values in _sides(both).items()
    ]
    return _(
        "Left against right, in the {length} in which both were seen to step: {legs}.",
        length=length_text(dt.timedelta(minutes=both["minute"].n_unique())),
        legs="; ".join(said),
    )


def _sides(legs: pl.DataFrame) -> dict[str, dict[str, str]]:
    each = pl.col("force_bw").sum() / pl.col("leg_steps").sum()
    sums = legs.group_by("side").agg(pl.col("leg_steps").sum(), each)
    return {
        side: {"steps": decimal(steps), "force": _fine(force)}
        for side, steps, force in sums.sort("side").iter_rows()
    }


def legs_table(legs: pl.DataFrame, zone: dt.tzinfo) -> list[dict[str, str]]:
    """One row a minute and leg. legs: as of `by_leg`."""
    return [
        {
            _("Time"): time(minute.astimezone(zone)),
            _("Leg"): side_word(side),
            _("Steps"): _number(steps),
            _("Force a step, body weights"): _fine(force),
            _("Contact time, s"): _fine(contact),
        }
        for minute, side, steps, force, contact in legs.select(
            "minute", "side", "leg_steps", "step_bw", "contact_s"
        ).iter_rows()
    ]


def _fine(value: float | None) -> str:
    return _("unknown") if value is None else decimal(value, 2)

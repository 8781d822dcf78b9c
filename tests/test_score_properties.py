"""What may and what may not change a week, whatever the week is."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.minutes import slow_minutes
from analytics.practice import Practice, TrainingSet
from analytics.score import week_report
from analytics.week import WeekReport
from devices.profile import Channel, Placement
from tests.planned_weeks import (
    DAYS,
    PERSON,
    PROTOCOL,
    WEEKS,
    Plan,
    credits_of,
    lines_of,
    reported,
    rows_of,
    thoroughly,
)
from tests.synthetic_minutes import (
    AFTER,
    WEEK,
    at,
    frame,
    minute,
    pod,
    slow,
)


def not_lower(more: WeekReport, less: WeekReport) -> None:
    for key, before in credits_of(less).items():
        after = credits_of(more)[key]
        assert before is None or (after is not None and after >= before - 1e-9), key
    assert (more.points or 0.0) >= (less.points or 0.0) - 1e-9


# --- what changes nothing ------------------------------------------------------------------------


@thoroughly
@given(WEEKS, st.randoms())
def test_the_order_of_rows_changes_nothing(plan: Plan, chance: random.Random) -> None:
    rows = rows_of(plan)
    mixed = chance.sample(rows, len(rows))
    assert reported(mixed) == reported(rows)


def pod_minutes(samples: Sequence[tuple[dt.datetime, Channel, float]]) -> pl.DataFrame:
    return slow_minutes(
        slow(samples),
        sensor="pod",
        person=PERSON.key,
        placement=Placement.LEFT_FOOT,
        continuous=False,
        counts="strides",
        mass_kg=70.0,
        load_kg=0.0,
        sex="female",
    ).collect()


def scored(minutes: pl.DataFrame) -> WeekReport:
    return week_report(
        minutes.lazy(), person=PERSON, week=WEEK, now=AFTER, excused=(), protocol=PROTOCOL
    )


@thoroughly
@given(st.integers(1, 900), st.booleans())
def test_a_session_in_two_recordings_is_the_session(second: int, swapped: bool) -> None:
    whole = pod(at(1, 9.005), range(1, 1_000), sent=57.0)
    cut = at(1, 9.005) + dt.timedelta(seconds=second)
    first = [sample for sample in whole if sample[0] < cut]
    rest = [sample for sample in whole if sample[0] >= cut]
    parts = [*rest, *first] if swapped else [*first, *rest]
    assert scored(pod_minutes(parts)) == scored(pod_minutes(whole))


@thoroughly
@given(WEEKS)
def test_minutes_loaded_twice_are_refused_and_never_summed(plan: Plan) -> None:
    rows = rows_of(plan)
    assume(rows)
    twice = pl.concat([frame(rows).collect()] * 2)
    with pytest.raises(AnalyticsError, match="contradict themselves"):
        scored(twice)


@thoroughly
@given(WEEKS, st.sampled_from(["imu-2", "a"]))
def test_a_second_sensor_on_the_leg_that_saw_the_same_changes_no_credit(
    plan: Plan, name: str
) -> None:
    rows = rows_of(plan)
    twin = [row | {"sensor": name, "placement": "left-ankle"} for row in rows]
    alone, both = reported(rows), reported([*rows, *twin])
    assert credits_of(both) == credits_of(alone)
    assert both.points == alone.points


def lifted(scale: float) -> Practice:
    """Sets whose loads are scaled: the forces are shares of a body mass scaled alike."""
    kinds = (("squat", None), ("lunge", None), ("leg-press", 45.0), ("sit-to-stand", None))
    return Practice(
        sets=tuple(
            TrainingSet(
                start=at(day, 18),
                exercise=exercise,
                repetitions=12,
                load_kg=40.0 * scale,
                angle_deg=angle,
            )
            for day, (exercise, angle) in enumerate(kinds)
        )
    )


def carried_and_pedalled(scale: float) -> WeekReport:
    """A pack on a walk, a bike with power, and sets: every mass and every power times `scale`."""
    mass_kg = 70.0 * scale
    walk = pod(at(2, 8), range(600), sent=55.0)
    samples = [
        (at(3, 8) + dt.timedelta(seconds=second), channel, value)
        for second in range(600)
        for channel, value in ((Channel.POWER, 180.0 * scale), (Channel.CRANK_CADENCE, 85.0))
    ]
    facts: dict[str, Any] = {
        "person": PERSON.key,
        "continuous": False,
        "mass_kg": mass_kg,
        "sex": None,
    }
    minutes = [
        slow_minutes(
            slow(walk),
            sensor="pod",
            placement=Placement.LEFT_FOOT,
            counts="strides",
            load_kg=12.0 * scale,
            **facts,
        ),
        slow_minutes(
            slow(samples),
            sensor="bike",
            placement=Placement.BIKE,
            counts=None,
            load_kg=0.0,
            profiles=("cycling_power",),
            **facts,
        ),
    ]
    return week_report(
        pl.concat(minutes),
        person=replace(PERSON, masses=((dt.date(2000, 1, 1), mass_kg),)),
        week=WEEK,
        now=AFTER,
        excused=(),
        protocol=PROTOCOL,
        practice=lifted(scale),
    )


@pytest.mark.parametrize("scale", [2.2046226218, 0.45359237])
def test_masses_loads_and_power_in_another_unit_are_the_same_week(scale: float) -> None:
    ours, theirs = carried_and_pedalled(1.0), carried_and_pedalled(scale)
    assert lines_of(ours)["lld"].value is not None
    for mine, other in zip(ours.components, theirs.components, strict=True):
        assert mine.credit == pytest.approx(other.credit, abs=1e-6)
        assert mine.value == pytest.approx(other.value, abs=1e-4)
    for day, same in zip(ours.days, theirs.days, strict=True):
        assert day.osteogenic_index == pytest.approx(same.osteogenic_index, abs=1e-5)


@thoroughly
@given(WEEKS, st.integers(-12, 12))
def test_the_same_days_in_another_zone_are_the_same_week(plan: Plan, hours: int) -> None:
    zone = f"Etc/GMT{-hours:+d}" if hours else "UTC"
    rows = rows_of(plan)
    moved = [row | {"minute": row["minute"] - dt.timedelta(hours=hours)} for row in rows]
    there = reported(moved, person=replace(PERSON, zone=zone))
    here = reported(rows)
    assert there.components == here.components
    assert (there.points, there.status) == (here.points, here.status)


# --- more is never less --------------------------------------------------------------------------


@thoroughly
@given(WEEKS, st.integers(0, 6), st.integers(0, 11), st.integers(1, 59), st.integers(1, 180))
def test_walking_more_in_worn_time_lowers_nothing(
    plan: Plan, day: int, hour: int, minutes: int, spm: int
) -> None:
    rows = rows_of(plan)
    first = at(day, 7 + hour)
    walked = {first + dt.timedelta(minutes=number) for number in range(minutes)}
    more = [
        minute(row["minute"], steps=max(row["steps"], float(spm)))
        if row["minute"] in walked
        else row
        for row in rows
    ]
    not_lower(reported(more), reported(rows))


@thoroughly
@given(WEEKS, st.integers(0, 6), DAYS, st.integers(0, 23))
def test_what_today_brings_never_lowers_the_week_so_far(
    plan: Plan, today: int, worn: tuple[int, list[tuple[int, int, float]]] | None, hour: int
) -> None:
    assume(worn is not None)
    now = at(today, hour + 0.5)
    before = rows_of([*plan[:today], None, *[None] * (6 - today)])
    unfinished = [row for row in rows_of([*[None] * today, worn]) if row["minute"] < now]
    assume(before)
    not_lower(reported([*before, *unfinished], now=now), reported(before, now=now))


@thoroughly
@given(WEEKS, st.integers(0, 6), st.sampled_from(["squat", "calf-raise"]), st.integers(1, 60))
def test_a_set_more_lowers_nothing(plan: Plan, day: int, exercise: str, repetitions: int) -> None:
    rows = rows_of(plan)
    one = TrainingSet(start=at(day, 12), exercise=exercise, repetitions=repetitions)
    logs = Practice(logs_strength=True)
    more = replace(logs, sets=(one,))
    not_lower(reported(rows, practice=more), reported(rows, practice=logs))

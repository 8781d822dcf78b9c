"""What may and what may not change a week, whatever the week is."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.minutes import slow_minutes
from analytics.person import PersonFacts
from analytics.practice import NONE, Practice, TrainingSet
from analytics.protocol import default_protocol
from analytics.score import week_report
from analytics.week import Component, Status, WeekReport
from devices.profile import Channel, Placement
from tests.synthetic_minutes import (
    AFTER,
    ANNA,
    MONDAY,
    POD,
    STRAP,
    WEEK,
    at,
    bout,
    frame,
    minute,
    pod,
    slow,
)

PROTOCOL = default_protocol()
PERSON = replace(ANNA, zone="UTC", masses=((dt.date(2000, 1, 1), 70.0),))
MEANS = ("lld", "loaded_min", "peak30_spm", "unloaded_run_days", "lld_days")
Rows = list[dict[str, Any]]
thoroughly = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def reported(
    rows: Sequence[dict[str, Any]],
    *,
    person: PersonFacts = PERSON,
    now: dt.datetime = AFTER,
    excused: Collection[dt.date] = (),
    practice: Practice = NONE,
) -> WeekReport:
    return week_report(
        frame(rows),
        person=person,
        week=WEEK,
        now=now,
        excused=excused,
        protocol=PROTOCOL,
        practice=practice,
    )


def lines_of(report: WeekReport) -> dict[str, Component]:
    return {line.key: line for line in report.components}


def credits_of(report: WeekReport) -> dict[str, float | None]:
    return {line.key: line.credit for line in report.components}


def date_of(day: int) -> dt.date:
    return MONDAY + dt.timedelta(days=day)


# --- weeks ---------------------------------------------------------------------------------------

WALKS = st.lists(
    st.tuples(st.integers(0, 11), st.integers(1, 59), st.sampled_from([20.0, 90.0, 110.0, 135.0])),
    max_size=3,
)
DAYS = st.none() | st.tuples(st.sampled_from([3, 9, 10, 12, 15]), WALKS)
WEEKS = st.lists(DAYS, min_size=7, max_size=7)
Plan = list[tuple[int, list[tuple[int, int, float]]] | None]


def day_rows(day: int, hours: int, walks: Sequence[tuple[int, int, float]]) -> Rows:
    """Hours of wear from 07:00, walked for some minutes from some of its hours on."""
    rows = {row["minute"]: row for row in bout(at(day, 7), 60 * hours)}
    for hour, minutes, spm in walks:
        walked = bout(at(day, 7 + min(hour, hours - 1)), minutes, steps=spm)
        rows |= {row["minute"]: row for row in walked}
    return list(rows.values())


def rows_of(plan: Plan) -> Rows:
    """A week of a leg sensor; None is a day on which it lay on the table."""
    return [
        row
        for day, worn in enumerate(plan)
        if worn is not None
        for row in day_rows(day, worn[0], worn[1])
    ]


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


# --- what is hidden is not zero ------------------------------------------------------------------


@thoroughly
@given(WEEKS, st.integers(0, 6), st.sampled_from([90.0, 125.0, 160.0]))
def test_without_its_only_sensor_a_line_is_not_measured_and_the_others_stay(
    plan: Plan, day: int, bpm: float
) -> None:
    legs = [row for row in rows_of(plan) if row["minute"].date() != date_of(day)]
    walked = bout(at(day, 9), 40, **POD, steps=105.0, confidence="medium")
    beats = bout(at(day, 15), 45, **STRAP, heart_rate_bpm=bpm)
    feet = {"lld", "loaded_min", "peak30_spm", "unloaded_run_days", "lld_days"}

    only_heart = credits_of(reported(beats))
    assert only_heart["aerobic_min"] is not None
    assert {key for key, credit in only_heart.items() if credit is not None} == {"aerobic_min"}

    whole, heartless = reported([*legs, *walked, *beats]), reported([*legs, *walked])
    for key in feet:
        assert credits_of(heartless)[key] == credits_of(whole)[key]
    assert credits_of(heartless)["strength_days"] is None
    assert credits_of(reported(walked))["loaded_min"] is None
    assert credits_of(reported(walked))["unloaded_run_days"] is None


@thoroughly
@given(WEEKS)
def test_without_a_log_strength_and_balance_are_not_measured_and_nothing_else_changes(
    plan: Plan,
) -> None:
    rows, old = rows_of(plan), replace(PERSON, birth_year=1950)
    assume(rows)
    logging = Practice(logs_strength=True, logs_balance=True)
    silent, told = reported(rows, person=old), reported(rows, person=old, practice=logging)
    logged = {"strength_days", "balance_days"}
    for key, credit in credits_of(told).items():
        assert credits_of(silent)[key] == (None if key in logged else credit)
        assert key not in logged or credit == 0.0


# --- what was not seen ---------------------------------------------------------------------------


@thoroughly
@given(WEEKS, st.sets(st.integers(0, 6)))
def test_hidden_days_never_make_more_than_a_bound_promises(plan: Plan, hidden: set[int]) -> None:
    """A bound is never above the truth; a range always holds it."""
    truth = rows_of([worn and (15, worn[1]) for worn in plan])
    full = [row for row in truth if row["minute"].date() >= MONDAY]
    seen = [row for row in full if (row["minute"].date() - MONDAY).days not in hidden]
    whole, part = reported(full), reported(seen)
    assume(whole.status is Status.COMPLETE)
    for key, line in lines_of(part).items():
        true = lines_of(whole)[key]
        if line.value is None or true.value is None:
            continue
        if line.at_least:
            assert line.value <= true.value + 1e-9, key
            assert line.credit is not None and true.credit is not None
            assert line.credit <= true.credit + 1e-9, key
        if line.low is not None:
            assert line.low <= true.value + 1e-6, key


@thoroughly
@given(WEEKS)
def test_a_week_with_too_few_valid_days_says_at_least_everywhere(plan: Plan) -> None:
    report = reported(rows_of(plan))
    few = report.valid_days < PROTOCOL.week.partial_days
    assume(report.status is not Status.NO_DATA)
    assert report.at_least == few
    assert report.headline.startswith("At least") == few
    for line in report.components:
        assert line.at_least == (few and line.value is not None)
    if few:
        assert report.status is Status.AT_LEAST
        assert credits_of(report)["loaded_min"] is None
        assert credits_of(report)["unloaded_run_days"] is None


@thoroughly
@given(WEEKS)
def test_a_partial_week_leaves_room_above_what_it_has_not_reached(plan: Plan) -> None:
    report = reported(rows_of(plan), practice=Practice(logs_strength=True))
    assume(report.status is Status.PARTIAL)
    for line in report.components:
        reached = line.value is not None and line.value >= line.target
        if line.value is None or reached or line.key in ("unloaded_run_days", "strength_days"):
            continue
        assert line.low is not None and line.high is not None, line.key
        assert line.low <= line.value <= line.high, line.key
        assert line.high > line.low, line.key


@thoroughly
@given(WEEKS, st.sets(st.integers(0, 6), min_size=1, max_size=3), WALKS)
def test_an_excused_day_is_in_no_mean_whatever_it_held(
    plan: Plan, excused: set[int], walks: list[tuple[int, int, float]]
) -> None:
    dates = [date_of(day) for day in excused]
    other: Plan = [(12, walks) if day in excused else worn for day, worn in enumerate(plan)]
    here, there = reported(rows_of(plan), excused=dates), reported(rows_of(other), excused=dates)
    assume(rows_of([None if day in excused else worn for day, worn in enumerate(plan)]))
    for key in MEANS:
        mine, same = lines_of(here)[key], lines_of(there)[key]
        assert (mine.value, mine.credit) == (same.value, same.credit), key
    assert here.valid_days == there.valid_days

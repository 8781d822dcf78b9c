"""Samples to sensor minutes, and wear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import dataframely as dy
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from analytics import wear
from analytics.frames import SensorMinutes
from analytics.minutes import MARGIN_S, motion_minutes, slow_minutes, with_heart_rate
from devices.profile import Channel, Placement
from tests.synthetic_minutes import at, frame, minute, pod, slow

NINE = at(0, 9)


def minutes_of(
    samples: pl.LazyFrame, *, counts: str | None = "strides", **changes: Any
) -> dy.DataFrame[SensorMinutes]:
    options: dict[str, Any] = {
        "sensor": "pod",
        "person": "anna",
        "placement": Placement.LEFT_FOOT,
        "continuous": False,
        "mass_kg": 75.0,
        "load_kg": 0.0,
        "sex": "male",
        **changes,
    }
    made = slow_minutes(samples, counts=counts, **options).collect()
    return SensorMinutes.validate(made)


def row_of(samples: pl.LazyFrame, **changes: Any) -> dict[str, Any]:
    return minutes_of(samples, **changes).row(0, named=True)


def test_a_minute_of_walking_has_its_steps_its_force_and_its_speed() -> None:
    row = row_of(slow(pod(NINE, range(61))))
    assert row["minute"] == NINE
    assert row["observed_s"] == pytest.approx(60)
    assert row["steps"] == pytest.approx(110)
    assert row["force_bw"] == pytest.approx(55 * 1.18)
    assert row["speed_mps"] == pytest.approx(1.4)
    assert (row["confidence"], row["run_share"], row["worn"]) == ("medium", 0.0, None)


def test_walking_costs_what_its_speed_costs_for_as_long_as_the_feet_move() -> None:
    still = pod(NINE + dt.timedelta(seconds=30), range(30), sent=0.0, speed=0.0)
    row = row_of(slow([*pod(NINE, range(30)), *still]))
    assert row["mets"] == pytest.approx(3.400)
    assert (row["mets_by"], row["active_s"], row["machine"]) == ("speed", pytest.approx(30), None)
    assert row["cycles"] == pytest.approx(row["steps"] / 2)
    assert (row["assisted_cycles"], row["assisted_bw"], row["power_w"]) == (None, None, None)


def test_running_costs_what_running_costs_and_no_speed_tells_no_cost() -> None:
    running = row_of(slow(pod(NINE, range(60), sent=80.0, speed=2.8, running=1.0)))
    assert running["mets"] == pytest.approx(10.600)
    blind = row_of(slow(pod(NINE, range(60), speed=None)))
    assert (blind["mets"], blind["mets_by"]) == (None, None)
    assert blind["active_s"] == pytest.approx(60)


@pytest.mark.parametrize(
    ("contact_s", "force_bw", "trust"),
    [(0.25, 2.356, "medium-high"), (0.2454, 2.400, "medium-high"), (0.40, 2.434, "medium")],
)
def test_a_running_steps_force_is_that_of_its_contact_time_where_there_is_flight(
    contact_s: float, force_bw: float, trust: str
) -> None:
    told = [
        (NINE + dt.timedelta(seconds=at_s), Channel.CONTACT_TIME, contact_s) for at_s in range(60)
    ]
    row = row_of(slow([*pod(NINE, range(60), sent=80.0, speed=2.667, running=1.0), *told]))
    assert row["force_bw"] / row["cycles"] == pytest.approx(force_bw, abs=0.001)
    assert row["confidence"] == trust


def test_steps_that_no_feet_can_make_are_unknown() -> None:
    assert minutes_of(slow(pod(NINE, range(60), sent=250.0, speed=None, running=None))).is_empty()


def test_strides_are_counted_twice_and_steps_once() -> None:
    samples = slow(pod(NINE, range(60), sent=110.0))
    assert row_of(samples, counts="steps")["steps"] == pytest.approx(110)
    assert row_of(samples, counts="strides")["steps"] == pytest.approx(220)


def test_a_gap_of_five_seconds_is_bridged_and_a_longer_one_left_out() -> None:
    bridged = row_of(slow(pod(NINE, [0, 5])))
    assert bridged["observed_s"] == pytest.approx(5 + 1)
    left_out = row_of(slow(pod(NINE, [0, 5.1])))
    assert left_out["observed_s"] == pytest.approx(1 + 1)
    assert left_out["steps"] == pytest.approx(2 * 110 / 60)


def test_what_a_sample_holds_across_a_minute_is_counted_in_both() -> None:
    minutes = minutes_of(slow(pod(NINE, [58, 62])))
    assert minutes["observed_s"].to_list() == pytest.approx([2, 2 + 1])


def test_standing_is_zero_steps_and_a_heart_rate_alone_is_no_steps_known() -> None:
    standing = row_of(slow(pod(NINE, range(60), sent=0.0, speed=0.0)))
    assert (standing["steps"], standing["force_bw"], standing["run_share"]) == (0.0, 0.0, None)
    strap = row_of(slow([(NINE, Channel.HEART_RATE, 90.0)]), counts=None)
    assert (strap["steps"], strap["force_bw"], strap["confidence"]) == (None, None, None)


def test_a_step_without_a_speed_is_trusted_less() -> None:
    row = row_of(slow(pod(NINE, range(60), speed=None)))
    assert row["force_bw"] == pytest.approx(55 * 1.1)
    assert (row["confidence"], row["speed_mps"]) == ("low", None)


def test_the_running_flag_decides_and_without_one_the_speed() -> None:
    flagged = row_of(slow(pod(NINE, range(60), sent=80.0, speed=3.0, running=0.0)))
    assert (flagged["force_bw"], flagged["run_share"]) == (pytest.approx(80 * 1.5), 0.0)
    without = row_of(slow(pod(NINE, range(60), sent=80.0, speed=3.0, running=None)))
    assert without["force_bw"] == pytest.approx(80 * 2.490, rel=1e-3)
    assert without["run_share"] == 1.0


def test_a_carried_load_multiplies_and_without_a_body_mass_lowers_the_trust() -> None:
    samples = slow(pod(NINE, range(60)))
    assert row_of(samples, load_kg=15.0)["force_bw"] == pytest.approx(55 * 1.416)
    unknown = row_of(samples, load_kg=15.0, mass_kg=None)
    assert unknown["force_bw"] == pytest.approx(55 * 1.18)
    assert unknown["confidence"] == "low"


def test_heart_rate_is_weighted_by_what_each_sample_holds() -> None:
    rates = [(NINE, 100.0), (NINE + dt.timedelta(seconds=3), 140.0)]
    row = row_of(slow([(time, Channel.HEART_RATE, bpm) for time, bpm in rates]), counts=None)
    assert row["heart_rate_bpm"] == pytest.approx((3 * 100 + 1 * 140) / 4)
    assert row["heart_s"] == pytest.approx(4)


def test_a_heart_rate_without_skin_or_out_of_range_is_unknown() -> None:
    rows = [(NINE, Channel.HEART_RATE, 120.0), (NINE, Channel.SKIN_CONTACT, 0.0)]
    later = NINE + dt.timedelta(seconds=1)
    assert minutes_of(slow([*rows, (later, Channel.HEART_RATE, 0.0)]), counts=None).is_empty()


def test_a_sensor_that_is_foot_pod_and_strap_in_one_keeps_the_two_apart() -> None:
    heart = [
        (NINE + dt.timedelta(seconds=second + 0.4), Channel.HEART_RATE, 120.0)
        for second in range(60)
    ]
    row = row_of(slow([*pod(NINE, range(30)), *heart]))
    assert row["observed_s"] == pytest.approx(30)
    assert row["heart_rate_bpm"] == pytest.approx(120)
    assert row["heart_s"] == pytest.approx(59.6)  # the last one is of the next minute, too
    glimpse = row_of(slow([*pod(NINE, range(60)), *heart[:5]]))
    assert (glimpse["observed_s"], glimpse["heart_s"]) == (pytest.approx(60), pytest.approx(5))


def test_no_samples_make_no_minutes() -> None:
    assert minutes_of(slow([])).is_empty()


seconds_strategy = st.lists(st.integers(0, 3000), min_size=1, max_size=60, unique=True)


@settings(max_examples=30)
@given(seconds_strategy, st.randoms(use_true_random=False))
def test_the_order_of_samples_changes_no_minute(seconds: list[int], random: Any) -> None:
    rows = pod(NINE, [tenth / 10 for tenth in seconds])
    expected = minutes_of(slow(rows))
    random.shuffle(rows)
    assert_close(minutes_of(slow(rows)), expected)


@settings(max_examples=30)
@given(seconds_strategy, st.integers(1, 4))
def test_splitting_a_session_changes_no_minute(seconds: list[int], after: int) -> None:
    rows = pod(NINE, [tenth / 10 for tenth in seconds])
    cut, margin = NINE + dt.timedelta(minutes=after), dt.timedelta(seconds=MARGIN_S)
    early = minutes_of(slow([row for row in rows if row[0] <= cut + margin]))
    late = minutes_of(slow([row for row in rows if row[0] >= cut - margin]))
    parts = [early.filter(pl.col("minute") < cut), late.filter(pl.col("minute") >= cut)]
    assert_close(pl.concat(parts), minutes_of(slow(rows)))


def assert_close(one: pl.DataFrame, other: pl.DataFrame) -> None:
    assert_frame_equal(one, other, rel_tol=1e-9, abs_tol=1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stride:
    """What `motion_minutes` reads of a row of find_stances."""

    at: dt.datetime
    steps: float = 2.0
    running: bool = False
    cycling: bool = False
    force_bw: float | None = 1.1
    confidence: str | None = "low"
    contact_s: float | None = None
    quality: str | None = None


def run(at: dt.datetime, *, force_bw: float = 2.4, confidence: str = "low") -> Stride:
    return Stride(at=at, running=True, force_bw=force_bw, confidence=confidence)


def pedal(at: dt.datetime) -> Stride:
    return Stride(at=at, cycling=True, force_bw=None, confidence=None)


def stances(strides: Sequence[Stride]) -> pl.LazyFrame:
    schema = {
        "stride_s": pl.Float64, "steps": pl.Float64, "running": pl.Boolean,
        "cycling": pl.Boolean, "force_bw": pl.Float64, "confidence": pl.String,
        "contact_s": pl.Float64, "quality": pl.String,
    }  # fmt: skip
    rows = [
        (
            one.at.timestamp(),
            one.steps,
            one.running,
            one.cycling,
            one.force_bw,
            one.confidence,
            one.contact_s,
            one.quality,
        )
        for one in strides
    ]
    return pl.LazyFrame(rows, schema=schema, orient="row")


def motion_rows(
    strides: Sequence[Stride],
    worn: Sequence[bool | None],
    *,
    mass_kg: float | None = 75.0,
    load_kg: float = 0.0,
) -> list[dict[str, Any]]:
    observed = pl.LazyFrame(
        {
            "minute": [NINE + dt.timedelta(minutes=number) for number in range(len(worn))],
            "observed_s": [60.0] * len(worn),
            "worn": list(worn),
        },
        schema={
            "minute": pl.Datetime("us", "UTC"),
            "observed_s": pl.Float64,
            "worn": pl.Boolean,
        },
    )
    made = motion_minutes(
        stances(strides),
        observed,
        sensor="imu",
        person="anna",
        placement=Placement.LEFT_SHANK,
        continuous=True,
        mass_kg=mass_kg,
        load_kg=load_kg,
    ).collect()
    return SensorMinutes.validate(made).to_dicts()


def test_strides_of_a_leg_sensor_stand_for_both_legs_and_are_trusted_little() -> None:
    seconds = [NINE + dt.timedelta(seconds=second) for second in range(60)]
    strides = [*(Stride(at=at) for at in seconds[:50]), *map(run, seconds[50:])]
    (row,) = motion_rows(strides, [True])
    assert row["steps"] == 120
    assert row["force_bw"] == pytest.approx(50 * 1.1 + 10 * 2.4)
    assert row["run_share"] == pytest.approx(1 / 6)
    assert row["cycles"] == 60
    assert (row["machine"], row["mets"], row["assisted_bw"]) == (None, None, None)
    assert (row["confidence"], row["worn"]) == ("low", True)


def test_a_still_leg_has_zero_steps_and_a_sensor_on_the_table_none_known() -> None:
    shake = [Stride(at=NINE + dt.timedelta(seconds=100))]
    still, table, unsure = motion_rows(shake, [True, False, None])
    assert (still["steps"], still["confidence"]) == (0.0, "low")
    assert (table["steps"], table["force_bw"], table["confidence"]) == (None, None, None)
    assert (unsure["steps"], unsure["worn"]) == (0.0, None)


def test_a_minute_is_trusted_as_its_worst_step_and_a_known_load_weighs_on_every_step() -> None:
    clear = [
        run(NINE + dt.timedelta(seconds=second), force_bw=2.0, confidence="medium-high")
        for second in range(10)
    ]
    (alone,) = motion_rows(clear, [True])
    (mixed,) = motion_rows([*clear, run(NINE + dt.timedelta(seconds=20))], [True])
    (carried,) = motion_rows(clear, [True], load_kg=15.0)
    (unknown,) = motion_rows(clear, [True], load_kg=15.0, mass_kg=None)
    assert (alone["force_bw"], alone["confidence"]) == (pytest.approx(20.0), "medium-high")
    assert (mixed["force_bw"], mixed["confidence"]) == (pytest.approx(22.4), "low")
    assert (carried["force_bw"], carried["confidence"]) == (pytest.approx(24.0), "medium")
    assert (unknown["force_bw"], unknown["confidence"]) == (pytest.approx(20.0), "low")


def test_pedalling_is_neither_steps_nor_force_and_leaves_those_of_its_minute_alone() -> None:
    walk = [Stride(at=NINE + dt.timedelta(seconds=second)) for second in range(10)]
    ride = [pedal(NINE + dt.timedelta(seconds=second)) for second in range(20, 80)]
    both, only = motion_rows([*walk, *ride], [True, True])
    assert (both["steps"], both["force_bw"]) == (20.0, pytest.approx(11.0))
    assert (only["steps"], only["force_bw"], only["run_share"]) == (0.0, 0.0, None)
    assert only["confidence"] == "low"


def test_a_sensor_with_motion_and_a_heart_rate_gives_both_in_one_row_a_minute() -> None:
    minutes = [NINE + dt.timedelta(minutes=number) for number in range(3)]
    motion = frame([minute(minutes[0], steps=80.0), minute(minutes[1], steps=0.0)])
    heart = {"steps": None, "worn": None, "confidence": None}
    slow = frame([minute(when, heart_rate_bpm=90.0, **heart) for when in minutes[1:]])
    both = with_heart_rate(motion, slow).collect()
    assert both.select("minute", "steps", "heart_rate_bpm", "heart_s").rows() == [
        (minutes[0], 80.0, None, None),
        (minutes[1], 0.0, 90.0, 60.0),
        (minutes[2], None, 90.0, 60.0),
    ]


# --- wear ---------------------------------------------------------------------------------------

Stretch = tuple[float, tuple[float, float, float], float]
"""(hours, direction of gravity in g, noise in g)"""

RATE_HZ = 25.0
MOVING, SEATED, TABLE = (0.0, 1.0, 0.0), (0.2, 0.97, 0.1), (0.0, 0.0, 1.0)


def motion(stretches: Sequence[Stretch | float]) -> pl.LazyFrame:
    """MotionSamples at 25 Hz of one stretch after another; a bare number is a drop-out in hours."""
    rng = np.random.default_rng(7)
    times: list[Any] = []
    axes: list[Any] = []
    clock = 0.0
    for stretch in stretches:
        if isinstance(stretch, float):
            clock += stretch * 3600
            continue
        hours, gravity, noise = stretch
        count = int(hours * 3600 * RATE_HZ)
        times.append(clock + np.arange(count) / RATE_HZ)
        axes.append(np.array(gravity) + rng.normal(0, noise, (count, 3)))
        clock += hours * 3600
    stamps = (np.concatenate(times) * 1e9).astype(np.int64) + int(NINE.timestamp()) * 10**9
    table = pl.DataFrame(np.concatenate(axes).astype(np.float32), schema=["ax", "ay", "az"])
    return table.lazy().with_columns(
        pl.Series("time", stamps).cast(pl.Datetime("ns", "UTC")),
    )


def worn(stretches: Sequence[Stretch | float]) -> list[tuple[bool | None, int]]:
    """Runs of (worn, minutes)."""
    features = wear.motion_features(motion(stretches), rate_hz=RATE_HZ)
    flags = wear.worn_minutes(features).collect()["worn"]
    runs = flags.rle()
    return list(zip(runs.struct.field("value"), runs.struct.field("len"), strict=True))


def test_features_of_a_minute_are_plain_statistics() -> None:
    samples = motion([(1 / 60, MOVING, 0.1)])
    row = wear.motion_features(samples, rate_hz=RATE_HZ).collect().row(0, named=True)
    values = samples.collect()["ay"].to_numpy().astype(float)
    assert row["observed_s"] == 60
    assert row["ay_mean"] == pytest.approx(values.mean())
    assert row["ay_sd"] == pytest.approx(values.std())
    assert (row["ay_min"], row["ay_max"]) == pytest.approx((values.min(), values.max()))


def test_a_moving_leg_wears_its_sensor() -> None:
    assert worn([(3.0, MOVING, 0.1)]) == [(True, 180)]


def test_a_sensor_laid_on_the_table_is_not_worn() -> None:
    assert worn([(1.0, MOVING, 0.1), (2.0, TABLE, 0.003), (1.0, MOVING, 0.1)]) == [
        (True, 60),
        (False, 120),
        (True, 60),
    ]


def test_a_leg_that_sits_still_for_two_hours_is_uncertain_not_absent() -> None:
    assert worn([(1.0, SEATED, 0.1), (2.0, SEATED, 0.003), (1.0, SEATED, 0.1)]) == [
        (True, 60),
        (None, 120),
        (True, 60),
    ]


def test_a_still_leg_whose_sensor_drops_out_is_not_worn() -> None:
    assert worn([(1.0, SEATED, 0.1), (2.0, SEATED, 0.003), 1.0, (1.0, SEATED, 0.1)]) == [
        (True, 60),
        (False, 120),
        (True, 60),
    ]


def still(axes: Sequence[np.ndarray[Any, Any]]) -> bool:
    """Whether two hours of three axes, between two hours of movement, are not taken for wear."""
    count = int(2 * 3600 * RATE_HZ)
    around = motion([(1.0, MOVING, 0.1), (2.0, TABLE, 0.0), (1.0, MOVING, 0.1)]).collect()
    middle = np.arange(len(around)) - (len(around) - count) // 2
    inside = (middle >= 0) & (middle < count)
    for name, values in zip(wear.AXES, axes, strict=True):
        column = around[name].to_numpy().copy()
        column[inside] += values.astype(np.float32)
        around = around.with_columns(pl.Series(name, column))
    features = wear.motion_features(around.lazy(), rate_hz=RATE_HZ)
    flags = wear.worn_minutes(features).collect()["worn"]
    return flags[120] is not True


def test_an_axis_is_still_by_its_spread_or_by_its_range_and_two_are_enough() -> None:
    count = int(2 * 3600 * RATE_HZ)
    quiet = np.zeros(count)
    knock = quiet.copy()
    knock[:: int(60 * RATE_HZ)] = 0.2
    flutter = np.where(np.arange(count) % 2, 0.02, -0.02)
    sway = np.where(np.arange(count) % 2, 0.04, -0.04)
    assert still([knock, knock, knock])
    assert still([flutter, flutter, flutter])
    assert still([quiet, quiet, sway])
    assert not still([quiet, sway, sway])


def test_an_hour_of_stillness_is_still_worn() -> None:
    assert worn([(1.0, SEATED, 0.1), (1.0, TABLE, 0.003), (1.0, SEATED, 0.1)]) == [(True, 180)]


def test_contact_times_are_those_of_clear_walking_strides() -> None:
    strides = [
        Stride(at=NINE, contact_s=0.7, quality="clear"),
        Stride(at=NINE + dt.timedelta(seconds=1), contact_s=0.8, quality="clear"),
        Stride(at=NINE + dt.timedelta(seconds=2), contact_s=5.0, quality="doubtful"),
        replace(run(NINE + dt.timedelta(seconds=3)), contact_s=0.2, quality="clear"),
    ]
    (minute,) = motion_rows(strides, [True])
    assert (minute["contact_s"], minute["contact_strides"]) == (pytest.approx(0.75), 2.0)

"""Step detection on made-up gait: what must hold for any sensor, rate, clock and chunking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analytics.errors import AnalyticsError
from analytics.gait.steps import EVENTS, MARGIN_S, detect_steps
from devices.profile import Placement

Floats = NDArray[np.float64]

RATES = (25.0, 50.0, 100.0, 204.8)
FOOT = Placement.LEFT_FOOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """A made-up recording."""

    time_s: Floats
    acc_g: Floats
    gyro_dps: Floats
    rate_hz: float

    def rows(self, keep: NDArray[np.bool_]) -> Motion:
        return Motion(
            time_s=self.time_s[keep],
            acc_g=self.acc_g[keep],
            gyro_dps=self.gyro_dps[keep],
            rate_hz=self.rate_hz,
        )


def walk(
    *, strides: int = 40, stride_s: float = 1.1, rate_hz: float = 100.0, rest_s: float = 5.0
) -> Motion:
    """Rest, strides (push-off and swing about one axis, a shock at contact), rest; gravity on z."""
    time_s = np.arange(0.0, 2 * rest_s + strides * stride_s, 1.0 / rate_hz)
    phase = (time_s - rest_s) / stride_s
    moving = (phase >= 0.0) & (phase < strides)
    part = phase % 1.0
    swing = 380.0 * bump(part, 0.72, 0.08) - 260.0 * bump(part, 0.55, 0.06)
    acc = np.zeros((len(time_s), 3))
    acc[:, 0] = moving * (0.8 * bump(part, 0.6, 0.06) - 0.7 * bump(part, 0.8, 0.05))
    acc[:, 2] = 1.0 + moving * 1.5 * bump(part, 0.88, 0.03)
    gyro = np.zeros((len(time_s), 3))
    gyro[:, 1] = moving * swing
    return Motion(time_s=time_s, acc_g=acc, gyro_dps=gyro, rate_hz=rate_hz)


def bump(part: Floats, centre: float, width: float) -> Floats:
    return np.asarray(np.exp(-(((part - centre) / width) ** 2)), np.float64)


def still(rng: np.random.Generator, *, gyro: float, acc: float, seconds: float = 120.0) -> Motion:
    count = int(seconds * 100)
    return Motion(
        time_s=np.arange(count) / 100.0,
        acc_g=np.array([0.0, 0.0, 1.0]) + rng.normal(0.0, acc, (count, 3)),
        gyro_dps=rng.normal(0.0, gyro, (count, 3)),
        rate_hz=100.0,
    )


def detect(motion: Motion, placement: Placement = FOOT) -> pl.DataFrame:
    return detect_steps(
        motion.time_s,
        motion.acc_g,
        motion.gyro_dps,
        rate_hz=motion.rate_hz,
        placement=placement,
    )


def rotation(seed: int) -> Floats:
    matrix = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return np.asarray(matrix * np.sign(np.linalg.det(matrix)), np.float64)


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("strides", [4, 9, 40])
def test_every_stride_counts_once_at_any_rate(rate_hz: float, strides: int) -> None:
    events = detect(walk(strides=strides, rate_hz=rate_hz))
    assert len(events) == strides
    assert events["steps"].sum() == 2 * strides
    assert events["cadence_spm"].to_numpy() == pytest.approx(120.0 / 1.1, rel=0.02)


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_stride_stands_at_the_same_instant_at_any_rate(rate_hz: float) -> None:
    reference = detect(walk())["time_s"].to_numpy()
    other = detect(walk(rate_hz=rate_hz))["time_s"].to_numpy()
    assert np.abs(other - reference).max() < 0.02


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_the_way_a_sensor_is_mounted_does_not_matter(seed: int) -> None:
    motion, turn = walk(strides=12), rotation(seed)
    turned = Motion(
        time_s=motion.time_s,
        acc_g=motion.acc_g @ turn,
        gyro_dps=motion.gyro_dps @ turn,
        rate_hz=motion.rate_hz,
    )
    assert detect(turned)["time_s"].to_numpy() == pytest.approx(
        detect(motion)["time_s"].to_numpy(), abs=1e-6
    )


@pytest.mark.parametrize("placement", [p for p in Placement if p.leg and "thigh" not in p.value])
def test_every_leg_placement_gives_strides_on_either_side(placement: Placement) -> None:
    assert detect(walk(), placement)["steps"].to_list() == [2.0] * 40


def test_gravity_in_the_acceleration_changes_no_count() -> None:
    motion = walk()
    without = Motion(
        time_s=motion.time_s,
        acc_g=motion.acc_g - np.array([0.0, 0.0, 1.0]),
        gyro_dps=motion.gyro_dps,
        rate_hz=100.0,
    )
    assert detect(without)["time_s"].to_list() == pytest.approx(detect(motion)["time_s"].to_list())


def test_a_foot_without_gyroscope_still_counts() -> None:
    motion = walk()
    events = detect_steps(motion.time_s, motion.acc_g, None, rate_hz=100.0, placement=FOOT)
    assert events["steps"].to_list() == [2.0] * 40


@given(seed=st.integers(0, 2**32 - 1), rate_hz=st.sampled_from(RATES[:3]))
@settings(max_examples=25)
def test_batches_of_up_to_100_ms_change_no_count(seed: int, rate_hz: float) -> None:
    motion = walk(strides=20, rate_hz=rate_hz)
    ends = np.cumsum(np.random.default_rng(seed).uniform(0.0, 0.1, 5_000))
    batched = ends[np.searchsorted(ends, motion.time_s)]
    events = detect_steps(batched, motion.acc_g, motion.gyro_dps, rate_hz=rate_hz, placement=FOOT)
    assert len(events) == 20


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25)
def test_one_sample_in_twenty_lost_changes_no_count(seed: int) -> None:
    motion = walk(strides=20, rate_hz=50.0)
    keep = np.random.default_rng(seed).random(len(motion.time_s)) >= 0.05
    assert len(detect(motion.rows(keep))) == 20


def test_samples_that_are_not_finite_count_as_lost() -> None:
    motion = walk()
    motion.gyro_dps[::17] = np.nan
    assert len(detect(motion)) == 40


@given(start=st.floats(10.0, 30.0), length=st.floats(4.0, 20.0))
@settings(max_examples=25)
def test_nothing_is_detected_inside_a_gap(start: float, length: float) -> None:
    motion = walk(strides=60)
    keep = (motion.time_s < start) | (motion.time_s >= start + length)
    found = detect(motion.rows(keep))["time_s"].to_numpy()
    whole = detect(motion)["time_s"].to_numpy()
    assert not np.any((found > start) & (found < start + length))
    far = (whole < start - 1.5) | (whole > start + length + 1.5)
    assert np.all([np.abs(found - instant).min() < 0.03 for instant in whole[far]])


def test_a_hole_of_a_quarter_of_a_second_costs_no_stride() -> None:
    motion = walk()
    keep = (motion.time_s < 20.0) | (motion.time_s >= 20.24)
    assert len(detect(motion.rows(keep))) == 40


def test_three_strides_alone_are_not_gait() -> None:
    assert detect(walk(strides=3)).is_empty()


@pytest.mark.parametrize("placement", [FOOT, Placement.LEFT_SHANK, Placement.WAIST])
@pytest.mark.parametrize(("gyro", "acc"), [(0.5, 0.005), (5.0, 0.02), (15.0, 0.02)])
@pytest.mark.parametrize("seed", range(3))
def test_a_sensor_at_rest_is_silent(
    seed: int, gyro: float, acc: float, placement: Placement
) -> None:
    motion = still(np.random.default_rng(seed), gyro=gyro, acc=acc)
    assert detect(motion, placement).is_empty()


@pytest.mark.parametrize("beat_hz", [2.5, 4.0, 6.0])
def test_a_bouncing_leg_is_silent(beat_hz: float) -> None:
    motion = still(np.random.default_rng(1), gyro=1.0, acc=0.005)
    beat = np.sin(2 * np.pi * beat_hz * motion.time_s)
    motion.gyro_dps[:, 1] += 150.0 * beat
    motion.acc_g[:, 2] += 0.3 * beat
    assert detect(motion).is_empty()


@pytest.mark.parametrize(("stride_s", "running"), [(1.2, False), (0.9, False), (0.75, True)])
def test_running_is_gait_of_140_steps_a_minute_or_more(stride_s: float, running: bool) -> None:
    events = detect(walk(stride_s=stride_s))
    assert len(events) == 40
    assert events["running"].to_list() == [running] * 40


@given(cut_s=st.floats(100.0, 300.0), seed=st.integers(0, 1000))
@settings(max_examples=15)
def test_chunks_with_a_margin_give_the_events_of_the_whole(cut_s: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    motion = walk(strides=350, stride_s=1.1, rate_hz=25.0)
    motion.gyro_dps[:] += rng.normal(0.0, 40.0, motion.gyro_dps.shape)
    motion.acc_g[:] *= np.interp(motion.time_s, np.arange(0, 500, 7), rng.random(72))[:, None]
    whole = detect(motion)
    early = detect(motion.rows(motion.time_s < cut_s + MARGIN_S))
    late = detect(motion.rows(motion.time_s >= cut_s - MARGIN_S))
    joined = pl.concat(
        [early.filter(pl.col("time_s") < cut_s), late.filter(pl.col("time_s") >= cut_s)]
    )
    assert len(whole) > 100
    assert joined["time_s"].to_list() == pytest.approx(whole["time_s"].to_list(), abs=1e-6)
    assert joined["running"].to_list() == whole["running"].to_list()


def test_the_origin_of_time_does_not_matter() -> None:
    motion = walk()
    since_1970 = motion.time_s + 1.79e9
    events = detect_steps(since_1970, motion.acc_g, motion.gyro_dps, rate_hz=100.0, placement=FOOT)
    assert events["time_s"].to_numpy() - 1.79e9 == pytest.approx(
        detect(motion)["time_s"].to_numpy(), abs=1e-5
    )


@pytest.mark.parametrize("placement", [Placement.WAIST, Placement.CHEST, Placement.RIGHT_THIGH])
def test_a_trunk_or_a_thigh_without_gyroscope_counts_single_steps(placement: Placement) -> None:
    time_s = np.arange(0.0, 60.0, 0.01)
    shock = 0.25 * np.sin(2 * np.pi * 1.8 * time_s) * ((time_s > 10.0) & (time_s < 50.0))
    acc = np.stack([0.1 * shock, 0.3 * shock, 1.0 + shock], axis=1) @ rotation(7)
    events = detect_steps(time_s, acc, None, rate_hz=100.0, placement=placement)
    assert set(events["steps"]) == {1.0}
    assert len(events) == pytest.approx(72, abs=1)
    assert events["cadence_spm"].median() == pytest.approx(108.0, abs=1.0)


@pytest.mark.parametrize("placement", [Placement.BIKE, Placement.MACHINE])
def test_a_bike_makes_no_steps(placement: Placement) -> None:
    assert detect(walk(), placement).is_empty()


def test_no_samples_give_an_empty_frame_of_the_same_columns() -> None:
    nothing = np.empty((0, 3))
    events = detect_steps(np.empty(0), nothing, nothing, rate_hz=100.0, placement=FOOT)
    assert dict(events.schema) == {name: kind() for name, kind in EVENTS.items()}
    assert detect(walk()).schema == events.schema


def test_arrays_that_do_not_fit_are_refused_with_advice() -> None:
    motion = walk()
    with pytest.raises(AnalyticsError, match="does not fit"):
        detect_steps(motion.time_s, motion.acc_g[:-1], None, rate_hz=100.0, placement=FOOT)
    with pytest.raises(AnalyticsError, match="step backwards"):
        detect_steps(motion.time_s[::-1], motion.acc_g, None, rate_hz=100.0, placement=FOOT)
    with pytest.raises(AnalyticsError, match="25 to 210"):
        detect_steps(motion.time_s, motion.acc_g, None, rate_hz=10.0, placement=FOOT)
